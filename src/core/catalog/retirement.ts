import type { Headers } from '../provider/exchange';

/** How the operator takes a public model name out of use: it is deprecated first, and refused from its sunset on. */
export interface Retirement {
  /** Unix milliseconds. */
  deprecatedAt?: number | undefined;
  /** Unix milliseconds; from then on the name is refused. */
  sunsetAt?: number | undefined;
  /** The name that callers should use instead. */
  successor?: string | undefined;
}

export const isRetired = ({ sunsetAt }: Retirement, now: number): boolean =>
  sunsetAt !== undefined && now >= sunsetAt;

/**
 * Writes what an answer tells of it: `Deprecation: @1790812800` (RFC 9745) and `Sunset: Mon, 01 Mar 2027 00:00:00 GMT`
 * (RFC 8594); nothing for a model that stays.
 */
export function retirementHeaders({ deprecatedAt, sunsetAt }: Retirement): Headers {
  return {
    ...(deprecatedAt === undefined
      ? {}
      : { Deprecation: `@${String(Math.floor(deprecatedAt / 1_000))}` }),
    ...(sunsetAt === undefined ? {} : { Sunset: new Date(sunsetAt).toUTCString() }),
  };
}

/** Says why a name is refused: `"a" is out of service since 2027-03-01; use "b"`. */
export function retiredText(name: string, { sunsetAt = 0, successor }: Retirement): string {
  const day = new Date(sunsetAt).toISOString().slice(0, 10);
  const instead = successor === undefined ? '' : `; use "${successor}"`;
  return `"${name}" is out of service since ${day}${instead}`;
}

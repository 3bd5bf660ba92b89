import { BUSY, DENIED, FULL, INVALID, POLICY, type Meaning } from '../kit';

/**
 * MiniMax's codes (https://platform.minimax.io/docs/api-reference/errorcode) and what each proves about a submit. Both of
 * its wires use them: the older one beside HTTP 200, in `base_resp`, the newer one at the end of its texts, `(1008)`.
 */
interface Code {
  text: string;
  submit: Meaning;
}

export const CODES: Readonly<Record<number, Code>> = {
  1000: { text: 'unknown error', submit: 'unknown' },
  1001: { text: 'request timeout', submit: 'unknown' },
  1002: { text: 'rate limit, please retry later', submit: BUSY },
  1004: { text: 'not authorized', submit: DENIED },
  1008: { text: 'insufficient balance', submit: DENIED },
  1024: { text: 'internal error', submit: 'unknown' },
  1026: { text: 'video description contains sensitive content', submit: POLICY },
  1027: { text: 'output content sensitive', submit: POLICY },
  1033: { text: 'system error', submit: 'unknown' },
  1039: { text: 'token limit', submit: BUSY },
  // The page says "connection limit": read as jobs at once, since a wait for one of them to end heals either [?].
  1041: { text: 'connection limit', submit: FULL },
  1042: { text: 'invisible character ratio limit', submit: INVALID },
  2013: { text: 'invalid params', submit: INVALID },
  2045: { text: 'rate growth limit', submit: BUSY },
  2049: { text: 'invalid api key', submit: DENIED },
  2056: { text: 'usage limit exceeded', submit: DENIED },
  2061: { text: 'token plan not support model', submit: DENIED },
};

/** The codes that say on a look that the account may not ask. What a payment heals never ends a job. */
export const DENIED_LOOKS: ReadonlySet<number> = new Set([1004, 2049]);
/** The code of a parameter that is wrong, and a look has no other than the id of its task. */
export const WRONG_PARAMETER = 2013;

/**
 * What an HTTP status proves where the newer wire's error names no code that we know. 529 says that it is overloaded, which
 * does not prove that nothing was made.
 */
const STATUSES: Readonly<Record<number, Meaning>> = {
  400: INVALID,
  401: DENIED,
  402: DENIED,
  403: DENIED,
  422: POLICY,
  429: BUSY,
};

/** Returns what a code means; one that is new to us means what its HTTP status says. */
export function meaningOf(code: number | undefined, status: number): Meaning {
  return CODES[code ?? -1]?.submit ?? STATUSES[status] ?? 'unknown';
}

import type { z } from 'zod';
import { carriedBy, type CarriedMedium } from './carried-media';
import { GatewayError, invalid } from '../errors';
import { describeIssues } from '../json/parse';
import { plainIssue } from '../json/plain-issue';

/**
 * Vendor keys of a request go to the provider as they are and are echoed (P8 "said, not dropped"). The exception is
 * what the gateway says itself: a request is priced and checked by its own fields, so no vendor key may say the same
 * thing differently afterwards. Such a key is refused before anything is stored; null says nothing and is always
 * honoured.
 */
export interface VendorKeys {
  /** The object of the body in which they stand, such as `input`; absent: the body itself. */
  at?: string;
  /** Keys that the adapter writes from the request's own fields, and those that would overrule one of them. */
  owned: readonly string[];
  /** Keys whose values the provider documents; every other key passes unchecked, unless the list is closed. */
  checked: Readonly<Record<string, z.ZodType>>;
  /** Any other key is refused: the provider would drop it in silence, or read in it what nobody has priced. */
  closed?: true;
  /** Keys of which the provider documents that it reads a picture or a link in them; no other key may carry one. */
  media?: readonly string[];
  /** Lists whose entries divide the video: this field of all of them adds up to its length. */
  divided?: Readonly<Record<string, string>>;
}

/**
 * Throws `invalid_request` for an owned key, for a documented one with a value that it does not take, and for one that
 * carries a medium which the provider is not known to read. Seconds.
 */
export function checkPassthrough(
  passthrough: Readonly<Record<string, unknown>>,
  keys: VendorKeys | undefined,
  { param, seconds }: { param: string; seconds: number },
): void {
  const given = new Map(Object.entries(passthrough).filter(([, value]) => value != null));
  for (const [key, value] of given) {
    const carried =
      keys?.owned.includes(key) || keys?.media?.includes(key) ? undefined : carriedBy(value);
    if (carried)
      throw unread(placeOf(param, key, ...carried.path), carried, 'the field for inputs');
  }
  for (const key of keys?.owned ?? []) {
    if (given.has(key)) {
      throw invalid(placeOf(param, key), "is written by the gateway; use the request's own field");
    }
  }
  if (keys?.closed) checkKnown(given.keys(), keys, param);
  for (const [key, schema] of Object.entries(keys?.checked ?? {})) {
    const parsed = given.has(key)
      ? schema.safeParse(given.get(key), { error: plainIssue })
      : undefined;
    if (!parsed?.error) continue;
    const { field, text } = describeIssues(parsed.error.issues);
    const path = placeOf(param, key, field);
    throw new GatewayError('invalid_request', { param: path, message: `${path}: ${text}` });
  }
  for (const [key, field] of Object.entries(keys?.divided ?? {})) {
    const sum = given.has(key) ? sumOf(given.get(key), field) : seconds;
    if (sum !== seconds) {
      throw invalid(
        placeOf(param, key),
        `has a ${field} of ${String(sum)} in all; the video has ${String(seconds)}`,
      );
    }
  }
}

/** Writes `metadata.mode`, and `mode` where the keys stand at the top of a body. */
const placeOf = (...path: readonly string[]): string =>
  path.filter((part) => part !== '').join('.');

function checkKnown(given: Iterable<string>, { checked }: VendorKeys, param: string): void {
  for (const key of given) {
    if (Object.hasOwn(checked, key)) continue;
    throw unknownWord(placeOf(param, key), Object.keys(checked));
  }
}

/** Makes the error of a provider's word that the model does not have; `words` are those that it has. */
export function unknownWord(param: string, words: readonly string[]): GatewayError {
  const text = 'is no word that callers of this model may use';
  return words.length > 0 ? invalid(param, text, words) : invalid(param, `${text}; there is none`);
}

/** `use` is what a caller writes instead: `image or images`. */
export function unread(param: string, { what }: CarriedMedium, use: string): GatewayError {
  const noun = what === 'url' ? 'a URL' : 'a file';
  return invalid(param, `carries ${noun}, and nothing reads it here; media go into ${use}`);
}

/** Adds up one number of each entry of a list; the schema has checked the list before. */
function sumOf(list: unknown, field: string): number {
  const entries = Array.isArray(list) ? (list as Record<string, unknown>[]) : [];
  return entries.reduce((sum, entry) => sum + Number(entry[field]), 0);
}

/**
 * Makes a provider's body: the vendor keys, and over them what the gateway says. An owned key that the gateway left out
 * stays out, also for a row that was stored before the key was owned.
 */
export function withVendorKeys(
  body: Readonly<Record<string, unknown>>,
  passthrough: Readonly<Record<string, unknown>>,
  keys: VendorKeys,
): Record<string, unknown> {
  const foreign = Object.entries(passthrough).filter(([key]) => !keys.owned.includes(key));
  return { ...Object.fromEntries(foreign), ...body };
}

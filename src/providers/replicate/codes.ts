import { BUSY, DENIED, INVALID, type Meaning } from '../kit';

/**
 * Replicate has no codes: an answer is told by its status, and why a prediction failed by a text alone, in which some causes
 * have a code of letters and digits.
 */

/** What an HTTP status proves about a submit, in Replicate's own shape; any other than these proves nothing. */
const STATUSES: Readonly<Record<number, Meaning>> = {
  400: INVALID,
  401: DENIED,
  402: DENIED,
  403: DENIED,
  404: DENIED,
  413: INVALID,
  422: INVALID,
  429: BUSY,
};

/** A version that the account may not run, or that there is not: another channel may serve. */
const NOT_PERMITTED = /not permitted|does not exist|invalid version/i;

/** Returns what an answer of Replicate's own proves about a submit. */
export function meaningOf(status: number, text: string): Meaning {
  const meaning = STATUSES[status] ?? 'unknown';
  return meaning === INVALID && NOT_PERMITTED.test(text) ? DENIED : meaning;
}

/** Texts of models and of Replicate's own checks that say that content was rejected [?]. */
export const POLICY_TEXT =
  /\bE005\b|flagged as sensitive|sensitive (?:content|information)|content (?:policy|moderation)|safety|nsfw/i;

/** The code inside a text, such as `E6716` or the `PA` of "(code: PA)". */
export const CODE_IN_TEXT = /\b(E\d{3,5})\b|\(code: ([A-Z]{2,10})\)/;

/** "Your rate limit resets in ~30s." */
export const RESETS_IN = /resets in ~?(\d{1,5}(?:\.\d{1,3})?)\s?s/i;

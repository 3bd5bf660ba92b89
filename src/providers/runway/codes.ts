import type { Failure } from '../../core/errors';
import { BUSY, DENIED, INVALID, type Meaning } from '../kit';

/**
 * Runway has codes for tasks that failed and none for calls that it refuses: those are told by status and text
 * (https://docs.dev.runwayml.com/api-details/errors).
 */

/**
 * What an HTTP status proves about a submit, in Runway's own shape; any other than these proves nothing. 502 and 503 say that
 * it sheds load, and no page that nothing was made.
 */
const STATUSES: Readonly<Record<number, Meaning>> = {
  400: INVALID,
  401: DENIED,
  // "Model variant gen3 is not available", to an account that may not use it.
  403: DENIED,
  404: DENIED,
  405: DENIED,
  413: INVALID,
  422: INVALID,
  429: BUSY,
};

/**
 * Texts that tell of the account and not of the request: "You do not have enough credits to run this task.",
 * "X-Runway-On-Behalf-Of request header was not specified for task creation", "Your daily task limit has been reached.". A day
 * is longer than a job waits.
 */
const ABOUT_ACCOUNT = /enough credits|x-runway-[\w-]+|daily task limit/i;

/** Returns what an answer of Runway's own proves about a submit. */
export function meaningOf(status: number, text: string): Meaning {
  const meaning = STATUSES[status] ?? 'unknown';
  return meaning !== 'unknown' && ABOUT_ACCOUNT.test(text) ? DENIED : meaning;
}

type Reason = Pick<Failure, 'code' | 'stage'>;

const POLICY_INPUT: Reason = { code: 'content_rejected', stage: 'input' };

/**
 * What the beginning of a `failureCode` means (https://docs.dev.runwayml.com/errors/task-failures/): its last part is "a
 * diagnostic message only". The third party's were read in clients, and not on that page.
 */
const FAILURES: readonly (readonly [beginning: string, reason: Reason])[] = [
  ['SAFETY.OUTPUT', { code: 'content_rejected', stage: 'output' }],
  ['SAFETY', POLICY_INPUT],
  ['INPUT_PREPROCESSING.SAFETY', POLICY_INPUT],
  ['ASSET.INVALID', { code: 'invalid_input' }],
  ['THIRD_PARTY.INPUT_VALIDATION', { code: 'invalid_input' }],
];

/** Returns what a `failureCode` means; one that is new to us, and none, is a failure of the provider's. */
export function reasonOf(code = ''): Reason {
  const found = FAILURES.find(
    ([beginning]) => code === beginning || code.startsWith(`${beginning}.`),
  );
  return found?.[1] ?? { code: 'provider_error' };
}

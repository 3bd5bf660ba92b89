import type { FailureCode } from '../../core/errors';
import { BUSY, DENIED, INVALID, type Meaning } from '../kit';

/**
 * fal's words for what went wrong. The queue has types of errors of its own, which it gives after ten tries; a model gives a
 * list of problems with a type each.
 */

/** What an HTTP status proves about a submit, in the queue's own shape; any other than these proves nothing. */
const STATUSES: Readonly<Record<number, Meaning>> = {
  400: INVALID,
  401: DENIED,
  402: DENIED,
  // "User is locked. Reason: Exhausted balance" comes with it, and so does an endpoint that the account may not call.
  403: DENIED,
  404: DENIED,
  413: INVALID,
  422: INVALID,
  429: BUSY,
};

/** Returns what an answer of the queue's own with that status proves about a submit. */
export const meaningOf = (status: number): Meaning => STATUSES[status] ?? 'unknown';

/** What the queue's own types say of a request that is over: the page of request errors. */
export const REQUEST_ERRORS: Readonly<Record<string, 'canceled' | 'failed'>> = {
  client_cancelled: 'canceled',
  client_disconnected: 'canceled',
  request_timeout: 'failed',
  startup_timeout: 'failed',
  runner_scheduling_failure: 'failed',
  runner_connection_timeout: 'failed',
  runner_connection_refused: 'failed',
  runner_connection_error: 'failed',
  runner_disconnected: 'failed',
  runner_incomplete_response: 'failed',
  runner_server_error: 'failed',
  bad_request: 'failed',
  internal_error: 'failed',
};

/** Types of a model's problems that are nobody's mistake; every other type is about what was sent. */
const PROBLEMS: Readonly<Record<string, FailureCode>> = {
  content_policy_violation: 'content_rejected',
  no_media_generated: 'provider_error',
  generation_timeout: 'provider_error',
  internal_server_error: 'provider_error',
  downstream_service_error: 'provider_error',
  downstream_service_unavailable: 'provider_error',
};

/** The page says that texts are for people. Some models still have a type of their own, so the text is asked last [?]. */
const POLICY_TEXT = /safety violation|content policy|content checker|harmful content/i;

/** Returns why a model made nothing, by the type and text of its problem and the status that it came with. */
export function reasonOf(
  type: string | undefined,
  text: string | undefined,
  status: number,
): FailureCode {
  const known = PROBLEMS[type ?? ''];
  if (known !== undefined) return known;
  if (POLICY_TEXT.test(text ?? '')) return 'content_rejected';
  return status >= 400 && status < 500 ? 'invalid_input' : 'provider_error';
}

/** A look without a good key is told so in one of these texts; seen by many with real keys. */
export const DENIED_TEXT =
  /no user found for key|authentication is required|invalid key authorization/i;
/** No page has the answer to a look at a request that nobody made [?]. */
export const NOT_FOUND_TEXT = /\brequest\b.*\b(?:not found|not exist|expired)\b/i;

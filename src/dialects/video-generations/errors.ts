import { z } from 'zod';
import type { Answer } from '../../core/api/answer';
import type { ErrorCode, GatewayError } from '../../core/errors';
import { retryHeaders } from '../kit/retry-headers';

/** The two shapes of an error here: who asks and what serves it, in OpenAI's; what a job is about, in the API's own. */
export const errorSchema = z.union([
  z.strictObject({
    error: z.strictObject({
      message: z.string(),
      type: z.string(),
      param: z.string(),
      code: z.string(),
    }),
  }),
  z.strictObject({ code: z.string(), message: z.string(), data: z.null() }),
]);

/**
 * Renders an error in one of two shapes, as new-api has them. Who asks, and whether anything serves it, is decided
 * before a job is looked at and answered in OpenAI's shape with `type: "new_api_error"`, a path that there is not as an
 * `invalid_request_error`; everything about a job is `{code, message, data: null}`. One deliberate difference: an
 * unknown job is a 404 and not a 400.
 */
export function renderError(error: GatewayError): Answer {
  const status = GATE[error.code]?.status ?? error.status;
  return { status, headers: retryHeaders(error), body: bodyOf(error) };
}

function bodyOf(error: GatewayError): unknown {
  const { code, message, param = '', path } = error;
  if (path !== undefined) {
    const text = `Invalid URL (${path})`;
    return { error: { message: text, type: 'invalid_request_error', param: '', code: '' } };
  }
  const gate = GATE[code];
  if (gate) return { error: { message, type: 'new_api_error', param, code: gate.code } };
  return { code: codeOf(error), message, data: null };
}

const GATE: Partial<Record<ErrorCode, { status: number; code: string }>> = {
  unauthorized: { status: 401, code: 'invalid_api_key' },
  forbidden: { status: 403, code: 'access_denied' },
  insufficient_balance: { status: 403, code: 'insufficient_user_quota' },
  /** Its words for a model that no channel of the token's group serves. */
  model_not_found: { status: 503, code: 'model_not_found' },
  rate_limited: { status: 429, code: 'rate_limit_exceeded' },
};

const CODES: Partial<Record<ErrorCode, string>> = {
  not_found: 'task_not_exist',
  upstream: 'fail_to_fetch_task',
  unavailable: 'service_unavailable',
  internal: 'internal_error',
};

/**
 * Finds the code of a bad request by its text, which begins with the field (`size: must be ...`); the first pattern
 * that fits decides.
 */
const REQUEST_CODES: readonly [RegExp, string][] = [
  [/^model: is required/, 'missing_model'],
  [/^(?:metadata\.)?(?:size|width|height)\b/, 'invalid_size'],
  [/^body: is not valid JSON/, 'invalid_json'],
  [/^body: is not a whole multipart|multipart boundary/, 'invalid_multipart_form'],
];

function codeOf({ code, message }: GatewayError): string {
  if (code !== 'invalid_request') return CODES[code] ?? code;
  const found = REQUEST_CODES.find(([pattern]) => pattern.test(message));
  return found?.[1] ?? 'invalid_request';
}

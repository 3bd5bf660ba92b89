import { z } from 'zod';
import type { Answer } from '../../core/api/answer';
import type { ErrorCode, GatewayError } from '../../core/errors';
import { retryHeaders } from './retry-headers';

/** The shape of an error of OpenAI; `param` is the field at fault, where it is one. */
export const openaiErrorSchema = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
  }),
});

/** OpenAI's words for the kinds of errors; an API in its shape may have others for some. */
export const OPENAI_ERROR_TYPES: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'invalid_request_error',
  unauthorized: 'authentication_error',
  insufficient_balance: 'insufficient_quota',
  forbidden: 'permission_error',
  not_found: 'not_found_error',
  model_not_found: 'model_not_found',
  method_not_allowed: 'invalid_request_error',
  request_timeout: 'invalid_request_error',
  conflict: 'invalid_request_error',
  payload_too_large: 'invalid_request_error',
  unsupported_media_type: 'invalid_request_error',
  range_not_satisfiable: 'invalid_request_error',
  idempotency_mismatch: 'invalid_request_error',
  rate_limited: 'rate_limit_error',
  headers_too_large: 'invalid_request_error',
  internal: 'api_error',
  upstream: 'api_error',
  unavailable: 'api_error',
};

/**
 * Renders an error as `{error: {message, type, param, code}}`; `code` is our word, as OpenAI has words there. A 416
 * says how large the file is (RFC 9110, 15.5.17).
 */
export function renderOpenaiError(
  error: GatewayError,
  types: Readonly<Record<ErrorCode, string>> = OPENAI_ERROR_TYPES,
): Answer {
  const { code, message, fileBytes } = error;
  const size = fileBytes === undefined ? {} : { 'content-range': `bytes */${String(fileBytes)}` };
  return {
    status: error.status,
    headers: { ...retryHeaders(error), ...size },
    body: { error: { message, type: types[code], param: error.param ?? null, code } },
  };
}

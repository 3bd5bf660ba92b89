import { z } from 'zod';
import type { Answer } from '../../core/api/answer';
import type { ErrorCode, GatewayError } from '../../core/errors';
import { retryHeaders } from '../kit/retry-headers';

/** `{"error":{"code","message","param","type"}}`, Ark's words for what goes wrong before or beside a provider. */
export interface ArkError {
  status: number;
  code: string;
  message: string;
  param?: string | undefined;
  /** May the same request be sent again by itself? The SDKs repeat 408, 409, 429 and 5xx, a POST too, unless told. */
  retryable: boolean;
}

/** The shape of an error of Ark; `param` is empty where no field is at fault. */
export const errorSchema = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    param: z.string(),
    type: z.string(),
  }),
});

export function errorAnswer(error: ArkError, headers: Record<string, string> = {}): Answer {
  const { status, code, message, param = '', retryable } = error;
  return {
    status,
    headers: { ...(retryable ? {} : NO_RETRY), ...headers },
    body: { error: { code, message, param, type: TYPES[status] ?? 'InternalServerError' } },
  };
}

export const NO_RETRY = { 'x-should-retry': 'false' };

const TYPES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  402: 'PaymentRequired',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  408: 'BadRequest',
  409: 'Conflict',
  413: 'BadRequest',
  415: 'BadRequest',
  422: 'BadRequest',
  429: 'TooManyRequests',
  431: 'BadRequest',
};

/** Words of Ark's own where it has one; no page tells that of an unknown task, and the rest is ours [?]. */
const CODES: Record<ErrorCode, string> = {
  invalid_request: 'InvalidParameter',
  unauthorized: 'AuthenticationError',
  insufficient_balance: 'AccountOverdueError',
  forbidden: 'AccessDenied',
  not_found: 'ResourceNotFound',
  model_not_found: 'InvalidEndpointOrModel.NotFound',
  method_not_allowed: 'MethodNotAllowed',
  request_timeout: 'RequestTimeout',
  conflict: 'InvalidAction.RunningTaskDeletion',
  payload_too_large: 'RequestTooLarge',
  unsupported_media_type: 'UnsupportedMediaType',
  range_not_satisfiable: 'InvalidParameter',
  idempotency_mismatch: 'IdempotencyKeyMismatch',
  rate_limited: 'RateLimitExceeded',
  headers_too_large: 'RequestHeaderFieldsTooLarge',
  internal: 'InternalServiceError',
  upstream: 'InternalServiceError',
  unavailable: 'ServerOverloaded',
};

/**
 * Renders an error as Ark does. A body that says for no model what to do is unprocessable here, and a used idempotency
 * key a conflict.
 */
export function renderError(error: GatewayError): Answer {
  const { code, message, param, retryable } = error;
  const headers = retryHeaders(error);
  if (code === 'invalid_request' && (param === 'model' || param === 'body')) {
    const missing = { status: 422, code: 'MissingParameter', message, param, retryable };
    return errorAnswer(missing, headers);
  }
  const status = code === 'idempotency_mismatch' ? 409 : error.status;
  return errorAnswer({ status, code: CODES[code], message, param, retryable }, headers);
}

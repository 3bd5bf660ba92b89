import type { Answer } from '../../core/dialect';
import type { GatewayError } from '../../core/errors';

/** `{success: false, error: text, code}`, plus `param`; scopes are spelled `api.generate` and `api.read` here. */
export function renderError(error: GatewayError): Answer {
  const { code, param, scope, retryAfterSeconds } = error;
  const message =
    scope === undefined ? error.message : `This API key lacks the scope "api.${scope}".`;
  return {
    status: error.status,
    headers: {
      ...(error.retryable ? {} : { 'x-should-retry': 'false' }),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
    body: { success: false, error: message, code, ...(param === undefined ? {} : { param }) },
  };
}

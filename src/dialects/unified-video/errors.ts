import { z } from 'zod';
import { given } from '../../core/json/fields';
import type { Answer } from '../../core/api/answer';
import type { GatewayError } from '../../core/errors';
import { retryHeaders } from '../kit/retry-headers';

/** The shape of an error here; `param` is the field at fault, where it is one. */
export const errorSchema = z.strictObject({
  success: z.literal(false),
  error: z.string(),
  code: z.string(),
  param: z.string().optional(),
});

/**
 * Renders an error as `{success: false, error: text, code}`, plus `param`; scopes are spelled `api.generate` and
 * `api.read` here.
 */
export function renderError(error: GatewayError): Answer {
  const { code, param, scope } = error;
  const message =
    scope === undefined ? error.message : `This API key lacks the scope "api.${scope}".`;
  return {
    status: error.status,
    headers: retryHeaders(error),
    body: { success: false, error: message, code, ...given({ param }) },
  };
}

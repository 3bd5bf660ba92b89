import type { SimulatedReply } from '../contract';
import type { Refusal } from '../kit/refusal';

/** How Google refuses: with a google.rpc.Status, and on the Interactions API with a word of its own. */

const STATUSES: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  invalid_request: 400,
  parameter_unknown: 400,
  model_not_found: 404,
  out_of_range: 416,
};

/** Makes the refusal with that word, whose HTTP status is that of the page of errors. */
export const refusalOf = (code: string, message: string): Refusal => ({
  status: STATUSES[code] ?? 500,
  code,
  message,
});

/** Refuses a field of Veo's body. */
export const invalid = (message: string): Refusal => refusalOf('INVALID_ARGUMENT', message);

/** Refuses a field of an interaction. */
export const wrong = (message: string): Refusal => refusalOf('invalid_request', message);

/** Writes a refusal in the shape that its word belongs to. */
export function refuse({ status, code, message }: Refusal): SimulatedReply {
  const isRpc = /^[A-Z_]+$/.test(String(code));
  const error = isRpc ? { code: status, message, status: code } : { code, message };
  return { status, body: { error } };
}

import type { SimulatedReply } from '../contract';
import type { Refusal } from '../kit/refusal';

/** Makes the refusal of an input, in the words that the API answers with. */
export const invalid = (field: string, description: string): Refusal => ({
  status: 422,
  code: 'Input validation failed',
  message: `- ${field === '' ? 'input' : `input.${field}`}: ${description}`,
  param: field === '' ? 'input' : `input.${field}`,
});

/** Makes any other refusal: its title and its text. */
export const refusalOf = (status: number, title: string, message: string): Refusal => ({
  status,
  code: title,
  message,
});

/** Writes a refusal in Replicate's error shape. */
export function refuse({ status, code, message, param }: Refusal): SimulatedReply {
  const fields =
    param === undefined
      ? {}
      : { invalid_fields: [{ type: 'value_error', field: param, description: message }] };
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: { title: code, detail: message, status, ...fields },
  };
}

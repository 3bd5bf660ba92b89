import type { SimulatedReply } from '../contract';
import type { Refusal } from '../kit/refusal';

/**
 * fal has two shapes of errors: a text of the queue's, and a list of a model's problems, each with the place of the field, a
 * text and a type. A refusal that has a `param` is of the second.
 */

/** Makes the refusal of one field, in the words of the library that the models check their inputs with. */
export const invalid = (param: string, message: string, code = 'value_error'): Refusal => ({
  status: 422,
  code,
  message,
  param,
});

/** Makes a refusal of the queue's own. */
export const refusalOf = (status: number, message: string, code = ''): Refusal => ({
  status,
  code,
  message,
});

const DOCS = 'https://docs.fal.ai/errors#';

/** Writes a refusal in fal's error shape. */
export function refuse({ status, code, message, param }: Refusal): SimulatedReply {
  if (param === undefined) {
    const type = code === '' ? {} : { error_type: code };
    return { status, headers: typeHeader(code), body: { detail: message, ...type } };
  }
  const loc = ['body', ...(param === '' ? [] : param.split('.'))];
  const problem = { loc, msg: message, type: code, url: `${DOCS}${String(code)}`, ctx: {} };
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-fal-retryable': 'false' },
    body: { detail: [problem] },
  };
}

const typeHeader = (code: string | number): Record<string, string> => ({
  'content-type': 'application/json',
  ...(code === '' ? {} : { 'x-fal-error-type': String(code) }),
});

import type { SimulatedReply } from '../contract';
import type { Refusal } from '../kit/refusal';

/** Runway's error shape: a text, what is wrong with a body, and the address of its pages. */

/** Makes the refusal of a body for one of its parameters: `promptImage`, `promptImage.0.uri`. */
export const invalid = (param: string, message: string, code = 'custom'): Refusal => ({
  status: 400,
  code,
  message,
  param,
});

/** Makes any other refusal. */
export const refusalOf = (status: number, message: string): Refusal => ({
  status,
  code: '',
  message,
});

const DOCS = { docUrl: 'https://docs.dev.runwayml.com/api' };

/** Writes a refusal. */
export function refuse({ status, code, message, param }: Refusal): SimulatedReply {
  if (param === undefined) return { status, body: { error: message, ...DOCS } };
  const path = param === '' ? [] : param.split('.');
  return {
    status,
    body: { error: 'Validation of body failed', issues: [{ code, message, path }], ...DOCS },
  };
}

/** Answers for a task that there is not; this one was seen without the address. */
export const noTask = (): SimulatedReply => ({
  status: 404,
  body: { error: 'Could not find Task' },
});

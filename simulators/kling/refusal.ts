import type { SimulatedReply, World } from '../contract';
import { CODES } from '../../src/providers/kling/codes';
import type { Refusal } from '../kit/refusal';

/** Makes the refusal with that code, whose status and usual text are those of the page of error codes. */
export function refusalOf(code: number, message?: string): Refusal {
  const { status, text } = CODES[code] ?? { status: 500, text: 'Unknown error' };
  return { status, code, message: message ?? text };
}

/** Makes the refusal of one parameter; 1201 names it in its message, as the page of error codes says. */
export const invalid = (param: string, text = 'is invalid'): Refusal =>
  refusalOf(1201, `${param} ${text}`);

/** Writes a refusal in Kling's error shape. */
export function refuse({ status, code, message }: Refusal, world: World): SimulatedReply {
  return { status, body: { code, message, request_id: world.randomId(32) } };
}

import type { SimulatedCall, SimulatedReply, World } from '../contract';
import { CODES } from '../../src/providers/minimax/codes';
import type { Refusal } from '../kit/refusal';

/** The two wires refuse in different shapes, with the same codes. */

interface Door {
  status: number;
  type: string;
}

const DOORS: Readonly<Record<number, Door>> = {
  1002: { status: 429, type: 'rate_limit_error' },
  1004: { status: 401, type: 'authorized_error' },
  1008: { status: 402, type: 'insufficient_balance_error' },
  1026: { status: 422, type: 'unprocessable_entity_error' },
  1027: { status: 422, type: 'unprocessable_entity_error' },
  1039: { status: 429, type: 'rate_limit_error' },
  1041: { status: 429, type: 'rate_limit_error' },
  2013: { status: 400, type: 'bad_request_error' },
  2045: { status: 429, type: 'rate_limit_error' },
  2049: { status: 401, type: 'authorized_error' },
  2056: { status: 402, type: 'insufficient_balance_error' },
  2061: { status: 402, type: 'insufficient_balance_error' },
};
const BROKEN: Door = { status: 500, type: 'server_error' };

/** Makes the refusal with that code, whose usual text is that of the page of error codes. */
export function refusalOf(code: number, message?: string): Refusal {
  const { status } = DOORS[code] ?? BROKEN;
  return { status, code, message: message ?? CODES[code]?.text ?? 'unknown error' };
}

/** Makes the refusal of a parameter: `invalid params, duration is not supported`. */
export const invalid = (param: string, text = 'is invalid'): Refusal =>
  refusalOf(2013, `invalid params, ${param} ${text}`);

/** Writes a refusal in the shape of the wire that was called; of none, in the newer one's. */
export function refuse(refusal: Refusal, world: World, call?: SimulatedCall): SimulatedReply {
  return call?.route.startsWith('/v1/') ? withState(refusal, call) : withError(refusal, world);
}

function withError({ status, code, message }: Refusal, world: World): SimulatedReply {
  const { type } = DOORS[Number(code)] ?? BROKEN;
  return {
    status,
    body: {
      type: 'error',
      error: { type, message: `${message} (${String(code)})`, http_code: String(status) },
      request_id: world.randomId(32),
    },
  };
}

function withState({ code, message }: Refusal, { method }: SimulatedCall): SimulatedReply {
  const base_resp = { status_code: code, status_msg: message };
  const body = method === 'POST' ? { task_id: '', base_resp } : { base_resp };
  return { status: 200, body };
}

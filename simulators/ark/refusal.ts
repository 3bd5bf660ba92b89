import type { SimulatedReply, World } from '../contract';
import type { Refusal } from '../kit/refusal';

/** Makes the refusal of one parameter: `the parameter ratio specified in the request is not valid`. */
export function invalid(param: string, text = 'is not valid'): Refusal {
  const message = `the parameter ${param} specified in the request ${text}`;
  return { status: 400, code: 'InvalidParameter', message, param };
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  429: 'TooManyRequests',
};

/** Writes a refusal in Ark's error shape. */
export function refuse(refusal: Refusal, world: World): SimulatedReply {
  const requestId = `02${world.randomId(38)}`;
  return {
    status: refusal.status,
    headers: { 'x-request-id': requestId },
    body: {
      error: {
        code: refusal.code,
        message: `${refusal.message} Request id: ${requestId}`,
        param: refusal.param ?? '',
        type: TYPES[refusal.status] ?? 'InternalServerError',
      },
    },
  };
}

import type { Response } from 'express';
import { GatewayError } from '../core/errors';

/** One process-wide sum of request bodies in memory, so that many large ones together cannot end the process. */
export interface MemoryBudget {
  /** Takes bytes until `release`, or else until the answer is over. Throws `unavailable` past the limit. */
  take(response: Response, bytes: number): void;
  /** Gives back what was taken for this answer: its request's body is referenced by nobody any more. */
  release(response: Response): void;
}

export function createMemoryBudget(bytesMax: number): MemoryBudget {
  let used = 0;
  const taken = new WeakMap<Response, number>();
  const release = (response: Response): void => {
    used -= taken.get(response) ?? 0;
    taken.delete(response);
  };
  return {
    take(response, bytes) {
      if (used + bytes > bytesMax) {
        throw new GatewayError('unavailable', {
          message: 'Too many large requests at this moment; try again shortly.',
          retryAfterSeconds: 1,
        });
      }
      const before = taken.get(response);
      if (before === undefined) {
        response.once('close', () => {
          release(response);
        });
      }
      taken.set(response, (before ?? 0) + bytes);
      used += bytes;
    },
    release,
  };
}

import type { Response } from 'express';
import type { HttpLimits } from './limits';
import { createPool, type Owner, type Pool } from './shares';

/**
 * The sum of request bodies in memory, so that many large ones together cannot end the process. Small bodies have a
 * part of their own: whoever holds all of the large part stops no ordinary create.
 */
export interface MemoryBudget {
  /**
   * Takes bytes as they arrive, until `release` or else until the answer is over. Throws `rate_limited` past the owner's
   * share and `unavailable` past the whole.
   */
  take(response: Response, owner: Owner, bytes: number): void;
  /** Gives back what was taken for this answer: its request's body is referenced by nobody any more. */
  release(response: Response): void;
}

type MemoryLimits = Pick<
  HttpLimits,
  | 'bodyMemoryBytesMax'
  | 'bodyMemoryFactor'
  | 'smallBodyBytesMax'
  | 'smallBodiesMemoryBytesMax'
  | 'workspaceShare'
  | 'keyShare'
  | 'jsonBytesMax'
>;

interface BodyMemory {
  owner: Owner;
  pool: Pool;
  bytes: number;
}

export function createMemoryBudget(limits: MemoryLimits): MemoryBudget {
  const { bodyMemoryFactor: factor, smallBodyBytesMax } = limits;
  const small = partOf(limits, limits.smallBodiesMemoryBytesMax, smallBodyBytesMax);
  const large = partOf(limits, limits.bodyMemoryBytesMax, limits.jsonBytesMax);
  const bodies = new WeakMap<Response, BodyMemory>();
  const release = (response: Response): void => {
    const held = bodies.get(response);
    bodies.delete(response);
    held?.pool.give(held.owner, held.bytes * factor);
  };
  const open = (response: Response, owner: Owner): BodyMemory => {
    const held = { owner, pool: small, bytes: 0 };
    bodies.set(response, held);
    response.once('close', () => {
      release(response);
    });
    return held;
  };
  return {
    take(response, owner, bytes) {
      const held = bodies.get(response) ?? open(response, owner);
      const sum = held.bytes + bytes;
      if (held.pool === small && sum > smallBodyBytesMax) {
        large.take(owner, sum * factor);
        small.give(owner, held.bytes * factor);
        held.pool = large;
      } else {
        held.pool.take(owner, bytes * factor);
      }
      held.bytes = sum;
    },
    release,
  };
}

/**
 * Returns the limits of one part of the memory. One body of full size always has room in its owner's share: a share
 * below it would refuse that body for ever.
 */
function partOf(limits: MemoryLimits, bytesMax: number, bodyBytesMax: number): Pool {
  const whole = bodyBytesMax * limits.bodyMemoryFactor;
  return createPool({
    what: 'requests',
    bytesMax,
    workspaceBytesMax: Math.max(bytesMax * limits.workspaceShare, whole),
    keyBytesMax: Math.max(bytesMax * limits.keyShare, whole),
  });
}

/** Forms that have not ended: their files lie on the disk already, for nobody's points. */
export function createUploads(
  limits: Pick<HttpLimits, 'uploadBytesMax' | 'workspaceShare' | 'keyShare' | 'formBytesMax'>,
): Pool {
  const { uploadBytesMax: bytesMax, formBytesMax } = limits;
  return createPool({
    what: 'uploads',
    bytesMax,
    workspaceBytesMax: Math.max(bytesMax * limits.workspaceShare, formBytesMax),
    keyBytesMax: Math.max(bytesMax * limits.keyShare, formBytesMax),
  });
}

import { z } from 'zod';

/** What one caller may hold, and what all of them together: see docs/decisions/2026-11-28-bounds-and-shares.md. */

const positive = (fallback: number) => z.int().positive().default(fallback);
const SECOND = 1_000;
const MIB = 1024 * 1024;

/** Milliseconds. */
export const BOUND_WAITS = {
  /** A submit waits in the worker for memory for so long, then goes back to the engine for a moment. */
  sendRoomMs: positive(10 * SECOND),
  /** A request's body of which nothing comes for so long is refused. */
  bodyIdleMs: positive(30 * SECOND),
  /** Whether a caller has points at all is remembered for so long. */
  fundsMs: positive(250),
  /** A key that was found is let in for so long without being looked up; so long may one that was revoked be used. */
  keyMemoMs: z.int().nonnegative().max(SECOND).default(500),
};

export const BOUND_LIMITS = {
  /**
   * What request bodies may cost one process at once, in bytes of memory: each counts four times, for the copies that
   * reading it makes. Never more than half of the heap.
   */
  bodyMemoryBytesMax: positive(1024 * MIB),
  /**
   * What submits may hold in one process at once, in bytes of memory: each file counts five times, for its copies.
   * Never more than a quarter of the heap; a larger one goes alone.
   */
  sendMemoryBytesMax: positive(512 * MIB),
  /** Bytes of forms that have not ended, whose files lie in the blob folder already. */
  uploadBytesMax: positive(2048 * MIB),
  /** A submit that cannot be prepared so many times, by an error of ours, ends its job. */
  prepareTriesMax: positive(5),
  /**
   * Callbacks that one process sends at once to one host, of one workspace and in all, and results that it copies at
   * once. All of them share the slots of one queue; where it has few, each kind keeps some of them.
   */
  deliveriesPerHost: positive(5),
  deliveriesPerWorkspace: positive(10),
  deliveriesAtOnce: positive(20),
  /** First tries of callbacks at once: each keeps a settle, whose slots they leave half of. */
  firstTriesAtOnce: positive(10),
  copiesAtOnce: positive(8),
};

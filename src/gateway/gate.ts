import { GatewayError } from '../core/errors';

/**
 * Lets so many run at once. The others wait in the order they came among their own, and in turn with everybody else: a
 * thousand of one workspace make another wait for one of them, not for all. Whose `signal` aborts waits no longer.
 */
export type FairGate = <Result>(
  workspaceId: string,
  work: () => Promise<Result>,
  signal?: AbortSignal,
) => Promise<Result>;

export interface FairGateOptions {
  atOnce: number;
  /** Whoever has waited for so long is told to come again. */
  waitMs: number;
  /** What there are too many of, in a sentence of its own: `Too many creates at this moment`. */
  many: string;
}

export function createFairGate({ atOnce, waitMs, many }: FairGateOptions): FairGate {
  let running = 0;
  const queue = createTurns<() => void>();
  const enter = (workspaceId: string, signal?: AbortSignal): Promise<void> | undefined => {
    if (running < atOnce) {
      running += 1;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        queue.remove(workspaceId, go);
        end();
        reject(tooMany(many));
      };
      const timer = setTimeout(giveUp, waitMs);
      signal?.addEventListener('abort', giveUp);
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      };
      const go = (): void => {
        end();
        resolve();
      };
      queue.add(workspaceId, go);
    });
  };
  const leave = (): void => {
    const next = queue.take();
    // The place goes from hand to hand.
    if (next) next();
    else running -= 1;
  };
  return async (workspaceId, work, signal) => {
    await enter(workspaceId, signal);
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

/** Nothing is stored yet, which its own words tell whoever must know whether a second create may make a second job. */
const tooMany = (many: string): GatewayError =>
  new GatewayError('unavailable', {
    message: `${many}; try again shortly.`,
    retryAfterSeconds: 1,
  });

/** Waiting items by their owner; owners are served in turn, each one's items in the order they came. */
export interface Turns<Item> {
  add(owner: string, item: Item): void;
  remove(owner: string, item: Item): void;
  take(): Item | undefined;
}

export function createTurns<Item>(): Turns<Item> {
  /** Whose turn is next stands first. */
  const waiting = new Map<string, Set<Item>>();
  const remove = (owner: string, item: Item): void => {
    const items = waiting.get(owner);
    items?.delete(item);
    if (items?.size === 0) waiting.delete(owner);
  };
  return {
    add(owner, item) {
      const items = waiting.get(owner) ?? new Set();
      waiting.set(owner, items.add(item));
    },
    remove,
    take() {
      for (const [owner, items] of waiting) {
        for (const item of items) {
          waiting.delete(owner);
          waiting.set(owner, items);
          remove(owner, item);
          return item;
        }
      }
      return undefined;
    },
  };
}

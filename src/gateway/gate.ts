import { GatewayError } from '../core/errors';

/** Lets so many run at once; the others wait in the order they came. */
export type Gate = <Result>(work: () => Promise<Result>) => Promise<Result>;

export interface GateOptions {
  atOnce: number;
  /** Whoever has waited for so long is told to come again. */
  waitMs: number;
}

export function createGate({ atOnce, waitMs }: GateOptions): Gate {
  let running = 0;
  const queue = new Set<() => void>();
  const enter = (): Promise<void> | undefined => {
    if (running < atOnce) {
      running += 1;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        queue.delete(go);
        reject(new GatewayError('unavailable', { retryAfterSeconds: 1 }));
      }, waitMs);
      const go = (): void => {
        clearTimeout(timer);
        resolve();
      };
      queue.add(go);
    });
  };
  const leave = (): void => {
    const [next] = queue;
    if (next) {
      // The place goes from hand to hand.
      queue.delete(next);
      next();
    } else running -= 1;
  };
  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

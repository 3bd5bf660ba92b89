import type { ServerResponse } from 'node:http';

/** Tells whoever waits for a late answer when to stop: the caller has left, or the server is closing. */
export interface WaitEnds {
  signalFor(response: ServerResponse): AbortSignal;
  /** Ends every wait and any that would begin later. */
  endAll(): void;
}

export function createWaitEnds(): WaitEnds {
  const waiting = new Set<AbortController>();
  let isOver = false;
  return {
    signalFor(response) {
      const controller = new AbortController();
      if (isOver || response.destroyed) {
        // Its `close` may have been already.
        controller.abort();
        return controller.signal;
      }
      waiting.add(controller);
      response.once('close', () => {
        waiting.delete(controller);
        if (!response.writableFinished) controller.abort();
      });
      return controller.signal;
    },
    endAll() {
      isOver = true;
      for (const controller of waiting) controller.abort();
    },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { reasonOf } from '../host/reason';

/**
 * The engine and the database are processes of their own, and each can die while the gateway lives. It is then
 * launched again at once, on the same port and data, so that everybody's connections find it where it was.
 */
export interface Child {
  isRunning(): boolean;
  stop(): Promise<void>;
}

export interface SupervisedChild<C extends Child> {
  /** Returns the child that runs now, or that ran last. */
  current(): C;
  /** Ends the watch and then the child, also one that is just being launched. Repeatable. */
  stop(): Promise<void>;
}

export interface SuperviseOptions<C extends Child> {
  name: string;
  child: C;
  /** Brings the child back where it was; called again after the next pause when it fails. */
  relaunch(): Promise<C>;
  log: Logger;
  everyMs?: number;
}

const WATCH_MS = 1_000;

export function supervise<C extends Child>(options: SuperviseOptions<C>): SupervisedChild<C> {
  const { name, relaunch, log, everyMs = WATCH_MS } = options;
  const stopping = new AbortController();
  let child = options.child;

  const watch = async (): Promise<void> => {
    while (await pause(everyMs, stopping.signal)) {
      if (child.isRunning()) continue;
      try {
        child = await relaunch();
        log.warn(`${name} had ended by itself and was launched again`);
      } catch (error) {
        log.error(`${name} has ended and cannot be launched again: ${reasonOf(error)}`);
      }
    }
  };
  const watching = watch();
  return {
    current: () => child,
    async stop() {
      stopping.abort();
      await watching;
      await child.stop();
    },
  };
}

/** Waits that many milliseconds; false when the signal came first. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

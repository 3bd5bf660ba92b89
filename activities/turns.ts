import type { Granted } from '../src/core/ports/store/slots';
import { isAnythingCapped } from '../src/core/slots/caps';
import type { ActivityDeps } from './deps';

type TurnDeps = Pick<ActivityDeps, 'store' | 'engine' | 'caps' | 'waits' | 'now' | 'log'>;

/**
 * Tells workflows that their turn has come. Their rows say so already, so a telling that is lost costs `turnsEveryMs`
 * and nothing else; it never fails.
 */
export async function tellTurns(
  { engine, log }: Pick<TurnDeps, 'engine' | 'log'>,
  granted: readonly Granted[],
): Promise<void> {
  await Promise.all(
    granted.map(async ({ jobId, workflowId }) => {
      try {
        await engine.completeAdmit(workflowId);
      } catch (error) {
        log.warn(
          { jobId, err: error },
          'a job could not be told that its turn came; it is told again',
        );
      }
    }),
  );
}

export interface TurnWatch {
  /** Lets the round that runs end, and makes no further one. */
  stop(): Promise<void>;
}

/**
 * Gives out, each `turnsEveryMs`, the slots that became free by time alone, and tells those again whose turn came and
 * who have not begun since: the process that gave them their slot may have died before it could tell them.
 */
export function watchTurns(deps: TurnDeps): TurnWatch {
  const { turnsEveryMs } = deps.waits;
  if (!isAnythingCapped(deps.caps)) return { stop: () => Promise.resolve() };
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= reviewOnce(deps).finally(() => {
      running = undefined;
    });
  }, turnsEveryMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

async function reviewOnce(deps: TurnDeps): Promise<void> {
  try {
    await tellTurns(deps, await deps.store.slots.review(deps.now(), deps.waits.turnsEveryMs));
  } catch (error) {
    deps.log.warn({ err: error }, 'free slots could not be given out; they are looked at again');
  }
}

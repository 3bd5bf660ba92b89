import { MILESTONES } from '../../core/ports/store/changes';
import type { Milestone } from '../../core/ports/store/changes';

/** Who waits for which job. Each is answered once: when it is told, when its time is over, or when it leaves. */
export interface Waiters {
  /** True = told; false = too late, left, or everybody was dismissed. */
  wait(jobId: string, until: Milestone, ms: number, signal?: AbortSignal): Promise<boolean>;
  /** It is past this milestone and all before it. */
  tell(jobId: string, reached: Milestone): void;
  has(jobId: string): boolean;
  jobs(): string[];
  dismiss(): void;
}

interface Waiter {
  until: Milestone;
  answer(isReached: boolean): void;
}

export function createWaiters(): Waiters {
  const waiting = new Map<string, Set<Waiter>>();
  const exit = (jobId: string, waiter: Waiter): void => {
    const others = waiting.get(jobId);
    others?.delete(waiter);
    if (others?.size === 0) waiting.delete(jobId);
  };
  return {
    wait(jobId, until, ms, signal) {
      if (signal?.aborted || ms <= 0) return Promise.resolve(false);
      return new Promise((resolve) => {
        const giveUp = (): void => {
          waiter.answer(false);
        };
        const timer = setTimeout(giveUp, ms);
        const waiter: Waiter = {
          until,
          answer(isReached) {
            clearTimeout(timer);
            signal?.removeEventListener('abort', giveUp);
            exit(jobId, waiter);
            resolve(isReached);
          },
        };
        signal?.addEventListener('abort', giveUp);
        waiting.set(jobId, (waiting.get(jobId) ?? new Set()).add(waiter));
      });
    },
    tell(jobId, reached) {
      for (const waiter of waiting.get(jobId) ?? []) {
        if (MILESTONES.indexOf(waiter.until) <= MILESTONES.indexOf(reached)) waiter.answer(true);
      }
    },
    has: (jobId) => waiting.has(jobId),
    jobs: () => [...waiting.keys()],
    dismiss() {
      for (const waiter of [...waiting.values()].flatMap((set) => [...set])) waiter.answer(false);
    },
  };
}

/** Who waits for something of which job, or of which workspace. Each is answered once: when it is told, when its time is over, or when it leaves. */
export interface Waiting<Wish, Told> {
  /** Answers `tooLate` after that many milliseconds, or as soon as `signal` aborts. */
  wait(id: string, wish: Wish, ms: number, signal?: AbortSignal): Promise<Told>;
  /** Answers those who wait for that one; one for whose wish there is no answer waits on. */
  tell(id: string, answerTo: (wish: Wish) => Told | undefined): void;
  has(id: string): boolean;
  ids(): string[];
  /** Answers everybody `tooLate`. */
  dismiss(): void;
}

interface Waiter<Wish, Told> {
  wish: Wish;
  answer(told: Told): void;
}

export function createWaiting<Wish, Told>(tooLate: Told): Waiting<Wish, Told> {
  const waiting = new Map<string, Set<Waiter<Wish, Told>>>();
  const exit = (id: string, waiter: Waiter<Wish, Told>): void => {
    const others = waiting.get(id);
    others?.delete(waiter);
    if (others?.size === 0) waiting.delete(id);
  };
  return {
    wait(id, wish, ms, signal) {
      if (signal?.aborted || ms <= 0) return Promise.resolve(tooLate);
      return new Promise((resolve) => {
        const giveUp = (): void => {
          waiter.answer(tooLate);
        };
        const timer = setTimeout(giveUp, ms);
        const waiter: Waiter<Wish, Told> = {
          wish,
          answer(told) {
            clearTimeout(timer);
            signal?.removeEventListener('abort', giveUp);
            exit(id, waiter);
            resolve(told);
          },
        };
        signal?.addEventListener('abort', giveUp);
        waiting.set(id, (waiting.get(id) ?? new Set()).add(waiter));
      });
    },
    tell(id, answerTo) {
      for (const waiter of waiting.get(id) ?? []) {
        const told = answerTo(waiter.wish);
        if (told !== undefined) waiter.answer(told);
      }
    },
    has: (id) => waiting.has(id),
    ids: () => [...waiting.keys()],
    dismiss() {
      for (const waiter of [...waiting.values()].flatMap((set) => [...set])) waiter.answer(tooLate);
    },
  };
}

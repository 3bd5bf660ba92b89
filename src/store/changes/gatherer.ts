/** Names that are asked about soon, all that come until then in one question. */
export interface Gatherer {
  add(ids: readonly string[]): void;
  /** Forgets what was named; what is named afterwards is asked about again. */
  stop(): void;
}

/** Makes a gatherer that asks `afterMs` after the first name, at most once in that time; a failed question is told. */
export function createGatherer(
  afterMs: number,
  ask: (ids: readonly string[]) => Promise<void>,
  onError: (error: Error) => void,
): Gatherer {
  const named = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  return {
    add(ids) {
      for (const id of ids) named.add(id);
      if (named.size === 0) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        const asked = [...named];
        named.clear();
        ask(asked).catch(onError);
      }, afterMs);
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      named.clear();
    },
  };
}

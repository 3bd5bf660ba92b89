import type { Directives } from './directives';
import type { ExchangeFault, ExchangeKind } from './faults';

/**
 * Global faults are what anybody's next requests meet (faults of the exchange) and what steers anybody's next jobs.
 * Setting one again replaces it.
 */
export interface GlobalFaults {
  setExchange(fault: ExchangeFault, on: ExchangeKind, count: number | undefined): void;
  setForJobs(directives: Directives, count: number | undefined): void;
  /** Uses one up and gives it; undefined where none of that kind is set. */
  takeExchange(on: ExchangeKind): ExchangeFault | undefined;
  takeForJob(): Directives | undefined;
  clear(): void;
  list(): readonly Record<string, unknown>[];
}

type Entry = { left: number } & (
  { fault: ExchangeFault; on: ExchangeKind } | { directives: Directives }
);

export function createGlobalFaults(): GlobalFaults {
  let entries: Entry[] = [];
  const use = (entry: Entry): void => {
    entry.left -= 1;
    entries = entries.filter(({ left }) => left > 0);
  };
  return {
    setExchange: (fault, on, count) => {
      entries = entries.filter(
        (entry) => !('fault' in entry) || entry.fault !== fault || entry.on !== on,
      );
      entries.push({ fault, on, left: count ?? Infinity });
    },
    setForJobs: (directives, count) => {
      const text = JSON.stringify(directives);
      entries = entries.filter(
        (entry) => !('directives' in entry) || JSON.stringify(entry.directives) !== text,
      );
      entries.push({ directives, left: count ?? Infinity });
    },
    takeExchange: (on) => {
      for (const entry of entries) {
        if (!('fault' in entry) || entry.on !== on) continue;
        use(entry);
        return entry.fault;
      }
      return undefined;
    },
    takeForJob: () => {
      for (const entry of entries) {
        if (!('directives' in entry)) continue;
        use(entry);
        return entry.directives;
      }
      return undefined;
    },
    clear: () => {
      entries = [];
    },
    list: () =>
      entries.map(({ left, ...what }) => ({
        ...what,
        left: left === Infinity ? 'unlimited' : left,
      })),
  };
}

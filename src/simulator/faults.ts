/**
 * Everything that can be made to go wrong, by name. A fault is asked for by a prompt's token or, for the next
 * requests of anybody, by `POST /_sim/faults`.
 */

/** How the job ends (or that it never does). */
export const OUTCOME_FAULTS = {
  fail: 'failed',
  policy: 'policy',
  expired: 'expired',
  stuck: 'stuck',
} as const;

/** What happens to one HTTP exchange. All but `drop-after-accept` and `slow` strike before the job exists. */
export const EXCHANGE_FAULTS = {
  'drop-after-accept': { strikes: 'after', act: 'drop' },
  'drop-before-accept': { strikes: 'before', act: 'drop' },
  '429': { strikes: 'before', act: '429' },
  '429-retry-after': { strikes: 'before', act: '429-retry-after' },
  '5xx': { strikes: 'before', act: '500' },
  html: { strikes: 'before', act: 'html' },
  slow: { strikes: 'after', act: 'delay' },
} as const;

export const CALLBACK_FAULTS = { 'callback-duplicate': 2, 'callback-missing': 0 } as const;

export const MEDIA_FAULTS = { 'link-expired': true } as const;

export const FAULTS = {
  ...OUTCOME_FAULTS,
  ...EXCHANGE_FAULTS,
  ...CALLBACK_FAULTS,
  ...MEDIA_FAULTS,
};
export type FaultName = keyof typeof FAULTS;
export type ExchangeFault = keyof typeof EXCHANGE_FAULTS;
export type ExchangeAct = (typeof EXCHANGE_FAULTS)[ExchangeFault]['act'];

export function isFault(name: unknown): name is FaultName {
  return typeof name === 'string' && Object.hasOwn(FAULTS, name);
}

export function isExchangeFault(name: FaultName | undefined): name is ExchangeFault {
  return name !== undefined && Object.hasOwn(EXCHANGE_FAULTS, name);
}

/** Unwinds a provider's handler when a fault strikes in the middle of it; the server then acts. */
export class Interrupted extends Error {
  constructor(readonly act: ExchangeAct) {
    super(act);
  }
}

/** What a fault that strikes after the work leaves for the server to do with the reply. */
export interface Exchange {
  act?: ExchangeAct;
}

/** Throws, or leaves a note on the exchange. */
export function strike(fault: ExchangeFault, exchange: Exchange): void {
  const { strikes, act } = EXCHANGE_FAULTS[fault];
  if (strikes === 'before') throw new Interrupted(act);
  exchange.act = act;
}

/** Faults that anybody's next requests or jobs meet. */
export interface GlobalFaults {
  set(fault: FaultName, count: number | undefined, on: 'submit' | 'poll'): void;
  /** Uses one up, if one of that kind is set. */
  takeExchange(on: 'submit' | 'poll'): ExchangeFault | undefined;
  takeForJob(): FaultName | undefined;
  clear(): void;
  list(): readonly { fault: FaultName; on: string; left: number | 'unlimited' }[];
}

export function createGlobalFaults(): GlobalFaults {
  let faults: { fault: FaultName; on: 'submit' | 'poll'; left: number }[] = [];
  const take = (wanted: (entry: (typeof faults)[number]) => boolean): FaultName | undefined => {
    const entry = faults.find(wanted);
    if (!entry) return undefined;
    entry.left -= 1;
    faults = faults.filter(({ left }) => left > 0);
    return entry.fault;
  };
  return {
    set: (fault, count, on) => {
      faults = faults.filter((entry) => entry.fault !== fault || entry.on !== on);
      faults.push({ fault, on, left: count ?? Infinity });
    },
    takeExchange: (on) => {
      const fault = take((entry) => entry.on === on && isExchangeFault(entry.fault));
      return isExchangeFault(fault) ? fault : undefined;
    },
    takeForJob: () => take((entry) => !isExchangeFault(entry.fault)),
    clear: () => {
      faults = [];
    },
    list: () =>
      faults.map(({ fault, on, left }) => ({
        fault,
        on,
        left: left === Infinity ? 'unlimited' : left,
      })),
  };
}

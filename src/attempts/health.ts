import type { Logger } from 'pino';
import { CLOSED, NO_SIGNS, admission, probing, told } from '../core/health/breaker';
import type { Breaker, BreakerRules, Sign, Signs } from '../core/health/breaker';
import type { Attempt } from '../core/provider/attempt';
import type { HealthStore } from '../core/ports/store/health';
import type { Limits } from '../core/settings/limits';
import type { Waits } from '../core/settings/waits';

/** What one process knows of the health of channels, and tells the others. */
export interface ChannelHealth {
  /** Says whether the channel is left alone for now, as the rows said a moment ago. */
  isShut(channel: string): Promise<boolean>;
  /** Says whether a job may begin there now; true for one job at a time where the channel is being probed. */
  mayBegin(channel: string): Promise<boolean>;
  /** Hears what a submit has said of the channel. Never fails, and writes nothing while all is well. */
  heard(attempt: Pick<Attempt, 'channel' | 'workspaceId'>, sign: Sign): void;
  /** Tells the rows what was heard and not told yet. */
  stop(): Promise<void>;
}

/** The rows are read and told once per `waits.healthMs` while jobs are sent, else never. */
export interface ChannelHealthOptions {
  store: { health: HealthStore };
  config: { waits: Pick<Waits, BreakerWait | 'healthMs'>; limits: Pick<Limits, BreakerLimit> };
  now(): number;
  log: Logger;
}

type BreakerWait = Extract<keyof BreakerRules, keyof Waits>;
type BreakerLimit = Extract<keyof BreakerRules, keyof Limits>;

/** What a process has heard of a channel and not told the others. */
interface Untold {
  since: number;
  signs: Map<string, Readonly<Record<Sign, number>>>;
}

export function createChannelHealth(options: ChannelHealthOptions): ChannelHealth {
  const { now, log } = options;
  const { waits, limits } = options.config;
  const { health: store } = options.store;
  const rules: BreakerRules = { ...waits, ...limits };
  const { healthMs } = waits;
  let known: ReadonlyMap<string, Breaker> = new Map();
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const untold = new Map<string, Untold>();

  const read = async (): Promise<void> => {
    known = await store.all();
    readAt = now();
  };
  const breakerOf = async (channel: string): Promise<Breaker> => {
    if (now() - readAt >= healthMs) {
      reading ??= read().finally(() => (reading = undefined));
      await reading;
    }
    return known.get(channel) ?? CLOSED;
  };
  const change = async (
    channel: string,
    how: (breaker: Breaker) => Breaker | undefined,
  ): Promise<boolean> => {
    const { before, after } = await store.change(channel, how);
    known = new Map(known).set(channel, after ?? before);
    if (after) say(log, { channel, before, after });
    return after !== undefined;
  };
  const tell = async (): Promise<void> => {
    timer = undefined;
    for (const [channel, { since, signs }] of untold) {
      if (isNews(known.get(channel), signs)) {
        untold.delete(channel);
        try {
          await change(channel, (breaker) => told(breaker, signs, rules, now()));
        } catch (err) {
          log.warn({ channel, err }, 'the health of a channel could not be told to the others');
        }
      } else if (now() - since > rules.breakerWindowMs) untold.delete(channel);
    }
  };
  return {
    isShut: async (channel) => admission(await breakerOf(channel), now()) === 'shut',
    async mayBegin(channel) {
      const may = admission(await breakerOf(channel), now());
      if (may !== 'probe') return may === 'open';
      return change(channel, (breaker) => probing(breaker, rules, now()));
    },
    heard({ channel, workspaceId }, sign) {
      const { since, signs }: Untold = untold.get(channel) ?? { since: now(), signs: new Map() };
      const before = signs.get(workspaceId) ?? NO_SIGNS;
      signs.set(workspaceId, { ...before, [sign]: before[sign] + 1 });
      untold.set(channel, { since, signs });
      timer ??= setTimeout(() => void tell(), healthMs);
    },
    async stop() {
      clearTimeout(timer);
      await tell();
    },
  };
}

/** Says whether the others are to be told: while all is well nobody needs to know how many submits went well. */
const isNews = (known: Breaker = CLOSED, signs: Signs): boolean =>
  known.openUntil !== undefined ||
  [...signs.values(), ...known.slices.flatMap(({ by }) => Object.values(by))].some(
    ({ bad }) => bad > 0,
  );

function say(
  log: Logger,
  { channel, before, after }: { channel: string; before: Breaker; after: Breaker },
): void {
  if (after.trips > before.trips) {
    const until = new Date(after.openUntil ?? 0).toISOString();
    const { trips } = after;
    log.error(
      { channel, until, trips },
      'most submits fail there; the channel gets no jobs for now',
    );
  } else if (before.openUntil !== undefined && after.openUntil === undefined) {
    log.info({ channel }, 'the channel is well again and gets jobs');
  }
}

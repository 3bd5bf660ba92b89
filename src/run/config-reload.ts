import type { Logger } from 'pino';
import type { Config, Survey } from '../config';
import { ConfigRefused, problemText } from '../config/problem';
import type { ConfigStore } from '../core/ports/store/config';
import type { ConfigControl, ReloadedConfig } from '../core/ports/gateway/config';
import { GatewayError } from '../core/errors';
import { ConfigError, ConfigErrors } from '../core/catalog/config-error';
import type { LiveOffer } from './live-offer';
import type { Offer } from './offer';

/**
 * A config that is read again while the process runs. Whoever reads another one tells its version to all processes, and
 * each of these reads its own file then; it takes over what it reads only when that is the version that was told, so that
 * all processes offer the same. A config that is not sound changes nothing.
 */
export interface ConfigReload extends ConfigControl {
  /** Reads again, if another version than ours was told; returns when that is done. Never throws. */
  refresh(): Promise<void>;
  /** Tells our version at the start, and begins to look for another. */
  begin(): Promise<void>;
  stop(): void;
}

export interface ReloadOptions {
  config: Config;
  /** Reads environment and file anew. */
  survey: () => Survey;
  offerOf(config: Config): Offer;
  live: LiveOffer;
  store: ConfigStore;
  waits: { configLookMs: number };
  identity: string;
  now(): number;
  log: Logger;
}

export function createConfigReload(options: ReloadOptions): ConfigReload {
  const { live, store, identity, now, log } = options;
  const reading: Reading = { options, readAt: now(), warned: undefined };
  const version = (): string => live.catalog.version();
  const tell = (): Promise<void> =>
    store.tell({ version: version(), toldAt: now(), toldBy: identity });
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const refresh = (): Promise<void> => {
    running ??= catchUp(reading)
      .catch((err: unknown) => {
        log.error({ err }, 'the config could not be read again');
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const look = (): void => {
    timer = setTimeout(() => {
      void refresh().finally(() => {
        if (timer) look();
      });
    }, options.waits.configLookMs);
    timer.unref();
  };
  return {
    refresh,
    async begin() {
      await tell();
      look();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
    async status() {
      const told = await store.told();
      const isCurrent = told?.version === version();
      return { version: version(), readAt: reading.readAt, told, isCurrent };
    },
    async reload(): Promise<ReloadedConfig> {
      const before = version();
      const { config, offer } = soundOffer(options);
      takeOver(reading, offer, identity);
      await tell();
      const isChanged = version() !== before;
      return { version: version(), isChanged, needsRestart: changedParts(options.config, config) };
    },
  };
}

interface Reading {
  options: ReloadOptions;
  /** Unix milliseconds. */
  readAt: number;
  /** The version that was told and that this process has said it lacks: it says so once. */
  warned: string | undefined;
}

function takeOver(reading: Reading, offer: Offer, by: string): void {
  const { live, log, now } = reading.options;
  const before = live.catalog.version();
  const gone = live.catalog.channels().filter(({ name, provider }) => {
    return offer.catalog.channel(name)?.channel.provider !== provider;
  });
  live.replace(offer);
  reading.readAt = now();
  log.info({ version: offer.catalog.version(), before, by }, 'the config was read again');
  if (gone.length === 0) return;
  const channels = gone.map(({ name }) => name);
  log.warn(
    { channels },
    'channels left the config, or lead to another provider: nobody looks at jobs that they have; one that is "draining" keeps them',
  );
}

/** Takes over what this process reads, if that is what was told. */
async function catchUp(reading: Reading): Promise<void> {
  const { live, store, log, survey, offerOf } = reading.options;
  const ours = live.catalog.version();
  const told = await store.told();
  if (!told || told.version === ours) return;
  const offer = offerOf(readSound(survey).config);
  const read = offer.catalog.version();
  if (read === told.version) {
    takeOver(reading, offer, told.toldBy);
    return;
  }
  if (reading.warned === told.version) return;
  reading.warned = told.version;
  log.warn(
    { told: told.version, toldBy: told.toldBy, ours, read },
    'another process reads another config; this one goes on with its own until its file is the same',
  );
}

/** Reads the config again because a signal asked for it; what is wrong goes to the log, and nothing is changed then. */
export async function reloadBySignal({
  reload,
  log,
}: {
  reload: ConfigControl;
  log: Logger;
}): Promise<void> {
  try {
    const { needsRestart } = await reload.reload();
    if (needsRestart.length > 0) log.warn({ needsRestart }, 'these parts hold after a restart');
  } catch (err) {
    // What is wrong with the file is the operator's own, and needs no stack.
    if (err instanceof GatewayError)
      log.error({ why: err.message }, 'the config was not read again');
    else log.error({ err }, 'the config was not read again');
  }
}

/** Reads a config that is sound. Throws a `ConfigRefused`. */
function readSound(survey: () => Survey): Survey {
  const read = survey();
  if (read.problems.length > 0) throw new ConfigRefused(read.problems);
  return read;
}

/** Throws `invalid_request` with every sentence, for whoever asked. */
function soundOffer({ survey, offerOf }: ReloadOptions): { config: Config; offer: Offer } {
  try {
    const { config } = readSound(survey);
    return { config, offer: offerOf(config) };
  } catch (error) {
    const said = sentencesOf(error);
    if (!said) throw error;
    throw new GatewayError('invalid_request', {
      param: 'config',
      message: `config: nothing was changed: ${said.join('; ')}`,
    });
  }
}

function sentencesOf(error: unknown): string[] | undefined {
  if (error instanceof ConfigRefused) return error.problems.map(problemText);
  if (error instanceof ConfigErrors) return error.all.map(({ message }) => message);
  return error instanceof ConfigError ? [error.message] : undefined;
}

/** Parts that size what a process holds from its start on. */
const FIXED = ['alerts', 'waits', 'limits', 'retention', 'trustProxy', 'corsOrigins'] as const;

function changedParts(before: Config, after: Config): string[] {
  return FIXED.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

import type { ZodType } from 'zod';
import { given } from '../core/json/fields';
import type { Channel, ModelEntry } from '../core/catalog/catalog';
import { createCatalog, providerOf } from '../core/catalog/catalog';
import type { Catalog } from '../core/catalog/catalog';
import {
  attempt,
  attemptEach,
  ConfigError,
  ConfigErrors,
  throwFound,
} from '../core/catalog/config-error';
import { configErrors } from '../core/catalog/config-issues';
import type { PriceRules } from '../core/money/model-price';
import type { SimulatorAddress } from '../core/ports/simulators';
import type { Provider } from '../core/provider/provider';
import { providers } from '../providers';
import type { ChannelConfig, Config } from '../config';
import { modelPriceOf } from '../config/price-schema';

/**
 * Builds the operator's catalog as values. Throws the errors of all entries that are wrong, each by its name; `unusable`
 * are names of channels that were found wrong before.
 */
export function buildCatalog(
  config: Pick<Config, 'channels' | 'models' | 'groups' | 'money'> & {
    unusable?: readonly string[];
    version?: string;
    environment?: Pick<Config['environment'], 'REELAY_PUBLIC_URL'>;
  },
  simulator: SimulatorAddress | undefined,
): Catalog {
  const hasAddress = config.environment?.REELAY_PUBLIC_URL !== undefined;
  const channels = attemptEach(Object.entries(config.channels), ([name, channel]) => {
    const made = toChannel(name, channel, simulator);
    return { ...made, fetchesHere: hasAddress || made.simulated };
  });
  const models = Object.entries(config.models).map(([name, model]): ModelEntry => ({
    name,
    groups: model.groups,
    channels: model.channels,
    price: modelPriceOf(model.price),
    aliases: model.aliases ?? [],
    ...given({
      offers: model.offers,
      defaults: model.defaults,
      deadlineSeconds: model.deadlineSeconds,
      deprecatedAt: model.deprecated,
      sunsetAt: model.sunset,
      successor: model.successor,
    }),
  }));
  const made = channels.made.map(({ name }) => name);
  const wrong = Object.keys(config.channels).filter((name) => !made.includes(name));
  const unusable = [...(config.unusable ?? []), ...wrong];
  const catalog = attempt(() =>
    createCatalog({
      models: wrong.length === 0 ? models : withoutChannels(wrong, models),
      channels: channels.made,
      unusable,
      version: config.version ?? '',
      rules: priceRulesOf(config),
      providers,
      now: Date.now,
    }),
  );
  throwFound([...channels.errors, ...catalog.errors]);
  // Sound: without an error there is a value.
  return catalog.made as Catalog;
}

/** Returns what the operator says of money for all models together. */
export function priceRulesOf({ money, groups }: Pick<Config, 'money' | 'groups'>): PriceRules {
  const groupTimes = Object.entries(groups).flatMap(([name, { priceTimes }]) =>
    priceTimes === undefined ? [] : [[name, priceTimes] as const],
  );
  return { ...money, groupTimes: Object.fromEntries(groupTimes) };
}

/** Returns what can be judged of the models where some channels are wrong: nothing of those, and no successor. */
const withoutChannels = (wrong: readonly string[], models: readonly ModelEntry[]): ModelEntry[] =>
  models
    .map(({ successor: _, ...model }) => ({
      ...model,
      channels: model.channels.filter(({ channel }) => !wrong.includes(channel)),
    }))
    .filter((model) => model.channels.length > 0);

/** Returns the origin of a URL: `https://files.example:8443` of any URL there. */
const originOf = (url: string): string => new URL(url).origin;

/** Builds one channel of the config. Throws a `ConfigError` for credentials that are not of its provider. */
export function toChannel(
  name: string,
  config: ChannelConfig,
  simulator: SimulatorAddress | undefined,
): Channel {
  const provider = providerOf({ name, provider: config.provider }, providers);
  const calls = {
    ...jobsPerLookOf(name, config, provider),
    ...repeatsOf(name, config, provider),
    ...selfHostedOf(name, config, provider),
    ...given({ costTimes: config.costTimes, deleteStops: config.deleteStops }),
  };
  if ('simulated' in config) {
    if (!simulator) {
      const text =
        'no simulator runs in this process, which began without such a channel: restart it';
      throw new ConfigError(['channels', name, 'simulated'], text);
    }
    const simulated = simulator.channelOf(config.provider);
    if (!simulated) {
      const text = `there is no simulator of provider "${config.provider}"`;
      throw new ConfigError(['channels', name, 'simulated'], text);
    }
    return {
      name,
      provider: config.provider,
      ...simulated,
      ...optionsOf(name, provider, { ...simulated.options, ...config.options }),
      resultOrigins: [simulator.origin],
      simulated: true,
      foreignIds: config.foreignIds ?? false,
      draining: config.draining ?? false,
      carriesTraces: config.carriesTraces ?? false,
      ...calls,
    };
  }
  return {
    name,
    provider: config.provider,
    baseUrl: config.baseUrl,
    credentials: readBy(
      provider.credentials,
      config.credentials,
      ['channels', name, 'credentials'],
      provider.name,
    ),
    ...optionsOf(name, provider, config.options ?? {}),
    resultOrigins: [...new Set([config.baseUrl, ...config.resultOrigins].map(originOf))],
    simulated: false,
    foreignIds: config.foreignIds ?? false,
    draining: config.draining ?? false,
    carriesTraces: config.carriesTraces ?? false,
    ...calls,
  };
}

/** Reads how many jobs one call may look at, which is for the operator to lower and for the provider to allow. */
function jobsPerLookOf(
  name: string,
  { jobsPerLook }: ChannelConfig,
  { name: provider, many }: Provider,
): Pick<Channel, 'jobsPerLook'> {
  const most = many?.max ?? 1;
  if (jobsPerLook !== undefined && jobsPerLook > most) {
    const text = `must be from 1 to ${String(most)}, which is what one call of provider "${provider}" takes`;
    throw new ConfigError(['channels', name, 'jobsPerLook'], text);
  }
  return given({ jobsPerLook });
}

/** Reads whether lost submits are made again, which only a provider allows that knows our id. */
function repeatsOf(
  name: string,
  { repeatsLostSubmits }: ChannelConfig,
  { name: provider, refusesRepeats }: Provider,
): Pick<Channel, 'repeatsLostSubmits'> {
  if (repeatsLostSubmits && !refusesRepeats) {
    const text = `is for a provider that refuses a second submit under one id, which "${provider}" does not`;
    throw new ConfigError(['channels', name, 'repeatsLostSubmits'], text);
  }
  return given({ repeatsLostSubmits });
}

/**
 * Reads whether the channel is a server of the operator's own: what is lost there is made again, and asked to stop without a
 * proof of who pays. Nothing of a vendor's may be called one, at whatever address; test clips cost nobody money.
 */
function selfHostedOf(
  name: string,
  config: ChannelConfig,
  { name: provider, models }: Provider,
): Pick<Channel, 'selfHosted'> {
  const isPaid = !Object.values(models).some(({ ownServers }) => ownServers);
  if (config.selfHosted && isPaid && !('simulated' in config)) {
    const text = `is for a server of your own, where a lost render costs nobody money; a job of "${provider}" is paid for`;
    throw new ConfigError(['channels', name, 'selfHosted'], text);
  }
  return given({ selfHosted: config.selfHosted });
}

/** Reads a channel's options by the provider's own schema, which also fills in what is not said; one without has none. */
function optionsOf(
  name: string,
  { name: provider, options }: Provider,
  said: Readonly<Record<string, unknown>>,
): Pick<Channel, 'options'> {
  const [first] = Object.keys(said);
  if (!options) {
    if (first === undefined) return {};
    const text = `is no option: provider "${provider}" has none`;
    throw new ConfigError(['channels', name, 'options', first], text);
  }
  return { options: readBy(options, said, ['channels', name, 'options'], provider) };
}

/** Reads a value by a schema of the provider's. Throws an error for each thing that is wrong with it. */
function readBy<Value>(
  schema: ZodType<Value>,
  value: unknown,
  at: readonly PropertyKey[],
  provider: string,
): Value {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new ConfigErrors(
    configErrors(read.error.issues, at).map(
      (error) => new ConfigError(error.at, `${error.problem} (of ${provider})`),
    ),
  );
}

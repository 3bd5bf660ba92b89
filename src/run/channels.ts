import { given } from '../core/json/fields';
import type { Channel, ModelEntry } from '../core/catalog/catalog';
import { createCatalog, providerOf } from '../core/catalog/catalog';
import type { Catalog } from '../core/catalog/catalog';
import { ConfigError } from '../core/catalog/config-error';
import { unknownFirst } from '../core/json/known-fields';
import { describeIssues } from '../core/json/parse';
import { parsePoints } from '../core/money/pricing';
import type { SimulatorAddress } from '../core/ports/simulators';
import type { Provider } from '../core/provider/provider';
import { providers } from '../providers';
import type { ChannelConfig, Config } from '../config';

/** Builds the operator's catalog as values. Throws a `ConfigError` that names the entry at fault. */
export function buildCatalog(config: Config, simulator: SimulatorAddress | undefined): Catalog {
  const channels = Object.entries(config.channels).map(([name, channel]) =>
    toChannel(name, channel, simulator),
  );
  const models = Object.entries(config.models).map(([name, model]): ModelEntry => ({
    name,
    groups: model.groups,
    channels: model.channels,
    price: 'free' in model.price ? model.price : { perJob: parsePoints(model.price.perJob) },
    aliases: model.aliases ?? [],
    ...given({
      deadlineSeconds: model.deadlineSeconds,
      deprecatedAt: model.deprecated,
      sunsetAt: model.sunset,
      successor: model.successor,
    }),
  }));
  const catalog = createCatalog(models, channels, providers, Date.now);
  if (models.length === 0)
    throw new ConfigError(['models'], 'names no model, so nobody could use this gateway');
  return catalog;
}

/** Returns the origin of a URL: `https://files.example:8443` of any URL there. */
const originOf = (url: string): string => new URL(url).origin;

/** Builds one channel of the config. Throws a `ConfigError` for credentials that are not of its provider. */
export function toChannel(
  name: string,
  config: ChannelConfig,
  simulator: SimulatorAddress | undefined,
): Channel {
  const provider = providerOf({ name, provider: config.provider }, providers);
  const jobsPerLook = jobsPerLookOf(name, config, provider);
  if ('simulated' in config) {
    if (!simulator) throw new Error(`channel "${name}" is simulated and no simulator runs`);
    const simulated = simulator.channelOf(config.provider);
    if (!simulated) {
      const text = `there is no simulator of provider "${config.provider}"`;
      throw new ConfigError(['channels', name, 'simulated'], text);
    }
    return {
      name,
      provider: config.provider,
      ...simulated,
      resultOrigins: [simulator.origin],
      simulated: true,
      foreignIds: config.foreignIds ?? false,
      draining: config.draining ?? false,
      carriesTraces: config.carriesTraces ?? false,
      ...jobsPerLook,
    };
  }
  return {
    name,
    provider: config.provider,
    baseUrl: config.baseUrl,
    credentials: credentialsOf(name, provider, config.credentials),
    resultOrigins: [...new Set([config.baseUrl, ...config.resultOrigins].map(originOf))],
    simulated: false,
    foreignIds: config.foreignIds ?? false,
    draining: config.draining ?? false,
    carriesTraces: config.carriesTraces ?? false,
    ...jobsPerLook,
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

function credentialsOf(
  channel: string,
  provider: Provider,
  given: unknown,
): Channel['credentials'] {
  const read = provider.credentials.safeParse(given);
  if (read.success) return read.data;
  const { path, text } = describeIssues(unknownFirst(read.error.issues));
  throw new ConfigError(
    ['channels', channel, 'credentials', ...path],
    `${text} (of ${provider.name})`,
  );
}

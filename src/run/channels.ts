import type { Channel, ModelEntry } from '../core/catalog';
import { createCatalog } from '../core/catalog';
import type { Catalog } from '../core/catalog';
import { parsePoints } from '../core/pricing';
import { providers } from '../providers';
import type { ChannelConfig, Config } from '../config';

/** Where the simulated channels lead: the base URL of each provider's wire, and the origin of its media. */
export interface SimulatorAddress {
  origin: string;
  baseUrlOf(provider: string): string;
}

/** The operator's catalog as values. Throws a sentence that names the entry at fault. */
export function buildCatalog(config: Config, simulator: SimulatorAddress | undefined): Catalog {
  const channels = Object.entries(config.channels).map(([name, channel]) =>
    toChannel(name, channel, simulator),
  );
  const models = Object.entries(config.models).map(([name, model]): ModelEntry => ({
    name,
    groups: model.groups,
    channels: model.channels,
    price: 'free' in model.price ? model.price : { perJob: parsePoints(model.price.perJob) },
    ...(model.deadlineSeconds === undefined ? {} : { deadlineSeconds: model.deadlineSeconds }),
  }));
  return createCatalog(models, channels, providers);
}

export function needsSimulator(config: Config): boolean {
  return Object.values(config.channels).some((channel) => 'simulated' in channel);
}

function toChannel(
  name: string,
  config: ChannelConfig,
  simulator: SimulatorAddress | undefined,
): Channel {
  const provider = providers[config.provider];
  if (!provider) {
    throw new Error(
      `channel "${name}" names provider "${config.provider}"; known: ${Object.keys(providers).join(', ')}`,
    );
  }
  if ('simulated' in config) {
    if (!simulator) throw new Error(`channel "${name}" is simulated and no simulator runs`);
    return {
      name,
      provider: config.provider,
      baseUrl: simulator.baseUrlOf(config.provider),
      credentials: provider.simulate.credentials,
      resultOrigins: [simulator.origin],
      simulated: true,
      foreignIds: config.foreignIds ?? false,
    };
  }
  const credentials = provider.credentials.safeParse(config.credentials);
  if (!credentials.success) {
    const fields = credentials.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new Error(
      `channel "${name}": credentials are not what ${config.provider} needs: ${fields}`,
    );
  }
  return {
    name,
    provider: config.provider,
    baseUrl: config.baseUrl,
    credentials: credentials.data,
    resultOrigins: config.resultOrigins.map((url) => new URL(url).origin),
    simulated: false,
    foreignIds: config.foreignIds ?? false,
  };
}

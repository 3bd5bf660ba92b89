import type { Channel } from '../core/catalog/catalog';
import type { Outbound } from '../core/ports/outbound';
import type { Provider } from '../core/provider/provider';
import type { Config } from '../config';
import { createOutbound } from '../outbound';
import type { OutboundOptions } from '../outbound';
import { providers } from '../providers';
import { toChannel } from './channels';
import { findingOf } from './trial-words';
import type { TrialFinding } from './trial-words';
import { VERSION } from './version';

/** What `reelay try` tells of one channel. */
export interface ChannelTrial extends TrialFinding {
  channel: string;
  provider: string;
  /** A simulated channel has none, since it leads nowhere outside: null. */
  host: string | null;
  /** Nothing speaks against the channel. */
  ok: boolean;
  /** Milliseconds that the call took; 0 where there was none. */
  ms: number;
}

/**
 * Makes one call that costs nothing on each of these channels, all at once and as a job's calls are made, and says what
 * they show. It needs no database, no engine and no simulator.
 */
export async function tryChannels(
  config: Config,
  names: readonly string[],
  options: Pick<OutboundOptions, 'lookup'> = {},
): Promise<ChannelTrial[]> {
  const channels = names.flatMap((name) => {
    const entry = config.channels[name];
    return entry && !('simulated' in entry) ? [toChannel(name, entry, undefined)] : [];
  });
  const secrets = channels.flatMap(({ credentials }) => Object.values(credentials));
  const outbound = createOutbound({
    ...options,
    userAgent: `reelay/${VERSION}`,
    secrets: () => secrets,
  });
  try {
    return await Promise.all(
      names.map((name) => {
        const real = channels.find((channel) => channel.name === name);
        return real ? tryOne(config, real, outbound) : Promise.resolve(simulated(config, name));
      }),
    );
  } finally {
    await outbound.close();
  }
}

function simulated({ channels }: Config, channel: string): ChannelTrial {
  const provider = channels[channel]?.provider ?? '';
  const says = 'is simulated: its videos are test clips, and nothing outside is called';
  return { channel, provider, host: null, ok: true, means: 'simulated', says, ms: 0 };
}

async function tryOne(
  config: Config,
  { name: channel, provider: of, baseUrl, credentials, options }: Channel,
  outbound: Outbound,
): Promise<ChannelTrial> {
  const host = new URL(baseUrl).host;
  const known = { channel, provider: of, host };
  const provider: Provider | undefined = providers[of];
  const trial = provider?.trial;
  if (!provider || !trial) {
    const says = `${of} has no call that costs nothing, so nothing was tried`;
    return { ...known, ok: true, means: 'untried', says, ms: 0 };
  }
  const startedAt = Date.now();
  const call = trial.call(options);
  const result = await outbound.call(provider.authorize(call, credentials, startedAt), {
    baseUrl,
    deadlineAt: startedAt + config.waits.exchangeMs,
    replyBytesMax: config.limits.replyBytesMax,
  });
  const { addresses } = provider;
  const finding = findingOf(result, { provider: of, host, trial, addresses });
  return { ...known, ok: finding.means === 'well', ...finding, ms: Date.now() - startedAt };
}

import type { Config } from '../config';
import { ConfigError } from '../core/catalog/config-error';
import { isRetired } from '../core/catalog/retirement';
import { capabilitiesOf } from '../core/catalog/capabilities-of';
import { addressOf } from '../core/provider/address';
import type { Provider } from '../core/provider/provider';
import { providers } from '../providers';
import { priceWarnings } from './price-warnings';

type Way = readonly PropertyKey[];
type Channels = Config['channels'];

/** Makes a warning of the text, and none of undefined. */
export const warning = (at: Way, text: string | undefined): ConfigError[] =>
  text === undefined ? [] : [new ConfigError(at, text)];

/** Finds what is allowed in the models of a config and most likely not meant. */
export function modelWarnings(config: Config, now: number): ConfigError[] {
  const { channels, models } = config;
  return Object.entries(models).flatMap(([name, model]) => {
    const at = ['models', name];
    const real = model.channels.filter(({ channel }) => 'baseUrl' in (channels[channel] ?? {}));
    const isMixed = real.length > 0 && real.length < model.channels.length;
    const isOver = isRetired({ sunsetAt: model.sunset }, now);
    return [
      ...model.channels.flatMap((choice, index) => [
        ...warning([...at, 'channels', index, 'model'], idProblem(channels, choice)),
        ...warning([...at, 'channels', index, 'like'], likeProblem(channels, choice)),
      ]),
      ...warning([...at, 'channels'], isMixed ? MIXED : undefined),
      ...priceWarnings(config, name, model),
      ...warning([...at, 'sunset'], isOver ? 'is over: callers are refused' : undefined),
    ];
  });
}

const MIXED = 'has simulated channels beside real ones: callers may get test clips';

/** Says that the id is one of the vendor's other address. */
function idProblem(
  channels: Channels,
  { channel: name, model }: { channel: string; model: string },
): string | undefined {
  const channel = channels[name];
  const provider = providerAt(channels, name);
  if (!provider || !channel || !('baseUrl' in channel)) return undefined;
  const known = addressOf(provider.addresses, channel.baseUrl);
  if (!known?.ids || known.ids.some((start) => model.startsWith(start))) return undefined;
  return `is most likely no id of ${known.where}, where they begin with ${known.ids.join(' or ')}`;
}

/** Says that a model which we know is taken for another one. */
function likeProblem(
  channels: Channels,
  { channel, model, like }: { channel: string; model: string; like?: string | undefined },
): string | undefined {
  const provider = providerAt(channels, channel);
  if (like === undefined || like === model || !provider) return undefined;
  if (!capabilitiesOf(provider, { model })) return undefined;
  return `takes "${model}" for "${like}", though it is known by itself: leave "like" out`;
}

/** Returns the provider of a channel; undefined where either of them is wrong, which is told elsewhere. */
function providerAt(channels: Channels, channel: string): Provider | undefined {
  const name = channels[channel]?.provider ?? '';
  return Object.hasOwn(providers, name) ? providers[name] : undefined;
}

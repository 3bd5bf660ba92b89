import { ConfigError } from '../core/catalog/config-error';
import type { Findings } from '../core/catalog/config-error';
import { DEFAULT_CHANNELS, DEFAULT_MODELS } from '../default-catalog';
import type { DefaultModel } from '../default-catalog';
import { isPlain } from './references';

/**
 * How a config and the default catalog become one. Names of the config win, and null takes one of the defaults out. As
 * soon as the config has a channel that reaches a provider, nothing simulated is offered that it does not name itself:
 * test clips are never sold beside videos. A model with a default's name need not say its channels: it is made by the
 * same model of the provider on every channel that has it.
 */

type Entries = Readonly<Record<string, unknown>>;

export function withDefaults(value: Entries): Findings<Entries> {
  const { channels: written = {}, models: named = {} } = value;
  if (!isPlain(written) || !isPlain(named)) return { made: value, errors: [] };
  const isReal = Object.values(written).some(reachesProvider);
  const channels = present(isReal ? written : { ...DEFAULT_CHANNELS, ...written });
  const offered = Object.entries(DEFAULT_MODELS)
    .filter(([name]) => !isReal && !(name in named))
    .map(([name, known]): [string, unknown] => [name, defaultModel(known, channels)])
    .filter(([, model]) => model !== undefined);
  const errors: ConfigError[] = [];
  const models = Object.entries(present(named)).map(([name, model]): [string, unknown] => {
    const known = Object.hasOwn(DEFAULT_MODELS, name) ? DEFAULT_MODELS[name] : undefined;
    if (!known || !isPlain(model) || 'channels' in model) return [name, model];
    const choices = choicesOf(known, channels);
    if (choices.length > 0) return [name, { ...model, channels: choices }];
    errors.push(new ConfigError(['models', name, 'channels'], noChoice(known)));
    return [name, model];
  });
  const all = Object.fromEntries([...models, ...offered]);
  return { made: { ...value, channels, models: all }, errors };
}

const reachesProvider = (channel: unknown): boolean =>
  isPlain(channel) && channel['simulated'] !== true;

const present = (entries: Entries): Entries =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== null));

/** Returns the channels that have the model, in the order of the config. */
function choicesOf(known: DefaultModel, channels: Entries): { channel: string; model: string }[] {
  const isReal = Object.values(channels).some(reachesProvider);
  return Object.entries(channels).flatMap(([name, channel]) => {
    if (!isPlain(channel) || channel['provider'] !== known.provider) return [];
    if (reachesProvider(channel) !== isReal) return [];
    const model = isReal ? idAt(known, channel['baseUrl']) : known.ids[0]?.[1];
    return model === undefined ? [] : [{ channel: name, model }];
  });
}

function idAt({ ids }: DefaultModel, baseUrl: unknown): string | undefined {
  const host = URL.canParse(String(baseUrl)) ? new URL(String(baseUrl)).hostname : '';
  return ids.find(([end]) => host === end || host.endsWith(`.${end}`))?.[1];
}

/** Returns undefined where the config has taken out the channel that the model would be made on. */
function defaultModel(known: DefaultModel, channels: Entries): unknown {
  const choices = choicesOf(known, channels);
  return choices.length === 0 ? undefined : { channels: choices, price: known.price };
}

const noChoice = ({ provider, ids }: DefaultModel): string =>
  `is required: no channel of provider "${provider}" has an address of ${ids.map(([host]) => host).join(' or ')}, ` +
  'where the name would have a model of its own; such as [{"channel": "mine", "model": "<the provider\'s id>"}]';

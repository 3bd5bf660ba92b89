import { attemptEach, ConfigError, throwFound } from './config-error';
import type { Findings } from './config-error';
import { GatewayError } from '../errors';
import { NO_PRICE_RULES } from '../money/model-price';
import type { PriceRules } from '../money/model-price';
import type { Provider } from '../provider/provider';
import type { CatalogOptions, Channel, ModelEntry, RoutedModel } from './entries';
import { priceErrors } from './price-errors';
import { isRetired, retiredText } from './retirement';
import { route, unknownName } from './routes';

export type { Channel, ChannelRoute, ModelChannel, ModelEntry, RoutedModel } from './entries';
export { providerOf } from './routes';

/** Says whether any route of the model leads to test clips: such a model is never sold as a real one. */
export const isSimulated = ({ routes }: RoutedModel): boolean =>
  routes.some(({ channel }) => channel.simulated);

/** Which models somebody may use: those of a group, and of those the named ones; null = all of them. */
export interface ModelAccess {
  group: string;
  models: readonly string[] | null;
}

export interface Catalog {
  /** Throws `model_not_found` also for a model that this access does not reach: its existence is not told. */
  resolve(access: ModelAccess, model: string): RoutedModel;
  /** Finds the model by its name or an alias, also one whose sunset is over; undefined where this access has none. */
  find(access: ModelAccess, model: string): RoutedModel | undefined;
  list(access: ModelAccess): readonly RoutedModel[];
  /** Returns every group that a model names. */
  groups(): readonly string[];
  channel(name: string): { channel: Channel; provider: Provider } | undefined;
  channels(): readonly Channel[];
  /** Returns what tells this offer from another: a digest of the config that it was built from. */
  version(): string;
  /** Returns what the operator says of money for all models together. */
  priceRules(): PriceRules;
  /** Returns all providers that are known, with or without a channel. */
  providers(): readonly Provider[];
}

/** Joins the operator's config with the provider registry. Throws all contradictions, each a readable sentence. */
export function createCatalog(options: CatalogOptions): Catalog {
  const { models, channels, providers, now, rules = NO_PRICE_RULES } = options;
  const channelOf = new Map(channels.map((channel) => [channel.name, channel]));
  const made = attemptEach(models, (entry) => route(entry, channelOf, options));
  const called = byName(models);
  throwFound([...made.errors, ...called.errors]);
  const routed = made.made;
  throwFound(routed.flatMap((model) => priceErrors(model, rules)));
  const list = (access: ModelAccess): RoutedModel[] =>
    routed.filter(({ entry }) => isReached(access, entry) && !isRetired(entry, now()));
  const modelNamed = new Map(routed.map((model) => [model.entry.name, model]));
  const modelCalled = (name: string): RoutedModel | undefined =>
    modelNamed.get(called.made.get(name) ?? '');
  const find: Catalog['find'] = (access, model) => {
    const found = modelCalled(model);
    return found && isReached(access, found.entry) ? found : undefined;
  };
  return {
    find,
    resolve(access, model) {
      const found = find(access, model);
      if (found && isRetired(found.entry, now())) {
        throw new GatewayError('model_not_found', {
          param: 'model',
          message: `model: ${retiredText(model, found.entry)}.`,
        });
      }
      if (!found) {
        const names = list(access).map(({ entry }) => entry.name);
        throw new GatewayError('model_not_found', {
          param: 'model',
          message: `model: there is no model "${model.slice(0, 100)}". Allowed: ${names.join(', ')}.`,
        });
      }
      return found;
    },
    list,
    groups: () => [...new Set(models.flatMap(({ groups }) => groups))],
    channel(name) {
      const channel = channelOf.get(name);
      const provider = channel && providers[channel.provider];
      return channel && provider ? { channel, provider } : undefined;
    },
    channels: () => channels,
    version: () => options.version ?? '',
    priceRules: () => rules,
    providers: () => Object.values(providers),
  };
}

/** Maps every name and alias to the name of its model. An error is a name that two models would have. */
function byName(models: readonly ModelEntry[]): Findings<ReadonlyMap<string, string>> {
  const names = models.map(({ name }) => name);
  const called = new Map(names.map((name) => [name, name]));
  const errors: ConfigError[] = [];
  for (const { name, aliases, successor } of models) {
    for (const [index, alias] of aliases.entries()) {
      const other = called.get(alias);
      const text = `"${alias}" is the name of "${other ?? name}" already`;
      if (other === undefined) called.set(alias, name);
      else errors.push(new ConfigError(['models', name, 'aliases', index], text));
    }
    if (successor !== undefined && !names.includes(successor)) {
      errors.push(unknownName(['models', name, 'successor'], 'model', successor, names));
    }
  }
  return { made: called, errors };
}

/** Says whether a caller who writes `name` means the model. */
export const isCalled = ({ entry }: RoutedModel, name: string): boolean =>
  entry.name === name || entry.aliases.includes(name);

/** Says whether somebody sees a model; this is the one rule. */
function isReached({ group, models }: ModelAccess, { name, groups }: ModelEntry): boolean {
  return groups.includes(group) && (models === null || models.includes(name));
}

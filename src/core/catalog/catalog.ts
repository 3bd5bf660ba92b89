import { isRetired, retiredText } from './retirement';
import type { Retirement } from './retirement';
import type { Capabilities } from '../request/capabilities';
import { attemptEach, ConfigError, throwFound } from './config-error';
import type { Findings } from './config-error';
import { GatewayError } from '../errors';
import { knownModel, type FrozenRoute } from '../job/job';
import { nearest } from '../json/known-fields';
import type { Price } from '../money/pricing';
import type { Provider } from '../provider/provider';

/** A channel is a provider account that an operator configured. Credentials live here and nowhere else. */
export interface Channel {
  name: string;
  provider: string;
  /** Origin and path prefix; the only hosts besides `resultOrigins` that the guard lets through. */
  baseUrl: string;
  credentials: Record<string, string>;
  /**
   * Origins from which this channel's result links may be fetched though they are not public: the base URL's own and
   * those that the operator lists.
   */
  resultOrigins: readonly string[];
  simulated: boolean;
  /** Jobs that this gateway did not create may be seen and canceled through it, by keys with that scope. */
  foreignIds?: boolean;
  /** It takes no new job; what it has is looked at, canceled and fetched until it has ended. */
  draining?: boolean;
  /** Its provider gets the trace context of each call: W3C's headers, with ids of ours and the caller's own state. */
  carriesTraces?: boolean;
  /** One call looks at no more than so many jobs; absent = as many as the provider's call takes. */
  jobsPerLook?: number;
}

/** A public model name: who may use it, what it costs, who serves it in which order. */
export interface ModelEntry extends Retirement {
  name: string;
  /** Other names for it; a job, its price and its usage are those of `name`. */
  aliases: readonly string[];
  groups: readonly string[];
  price: Price;
  channels: readonly ModelChannel[];
  /** The operator's patience with a job of this model; absent = the provider's capabilities say it. */
  deadlineSeconds?: number;
}

export interface ModelChannel extends Pick<FrozenRoute, 'channel' | 'model'> {
  like?: string | undefined;
  /** A number from 1: the lower is tried first. Absent = its place in the list. */
  priority?: number | undefined;
  /** Its share of the jobs among channels of the same priority. Absent = 1. */
  weight?: number | undefined;
}

export interface ChannelRoute {
  channel: Channel;
  provider: Provider;
  /** The provider's own model id. */
  model: string;
  like?: string | undefined;
  capabilities: Capabilities;
  priority: number;
  weight: number;
}

export interface RoutedModel {
  entry: ModelEntry;
  /** The ways to a channel in order of preference; never empty. */
  routes: readonly [ChannelRoute, ...ChannelRoute[]];
}

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
  /** Returns all providers that are known, with or without a channel. */
  providers(): readonly Provider[];
}

export interface CatalogOptions {
  models: readonly ModelEntry[];
  channels: readonly Channel[];
  /** Names of channels that are configured and cannot be used; no model leads to them. */
  unusable?: readonly string[];
  providers: Readonly<Record<string, Provider>>;
  now: () => number;
}

/** Joins the operator's config with the provider registry. Throws all contradictions, each a readable sentence. */
export function createCatalog(options: CatalogOptions): Catalog {
  const { models, channels, providers, now } = options;
  const channelOf = new Map(channels.map((channel) => [channel.name, channel]));
  const made = attemptEach(models, (entry) => route(entry, channelOf, options));
  const called = byName(models);
  throwFound([...made.errors, ...called.errors]);
  const routed = made.made;
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

function route(
  entry: ModelEntry,
  channels: ReadonlyMap<string, Channel>,
  { providers, unusable = [] }: CatalogOptions,
): RoutedModel {
  const configured = [...channels.keys(), ...unusable];
  const { made, errors } = attemptEach(entry.channels, (choice, index): ChannelRoute => {
    const at = ['models', entry.name, 'channels', index];
    const channel = channels.get(choice.channel);
    if (!channel) throw unknownName([...at, 'channel'], 'channel', choice.channel, configured);
    const provider = providerOf(channel, providers);
    const { model, like } = choice;
    const capabilities = provider.models[knownModel(choice)];
    if (!capabilities) {
      const field = like === undefined ? 'model' : 'like';
      throw new ConfigError(
        [...at, field],
        `provider "${provider.name}" does not have "${knownModel(choice)}"; ` +
          `known: ${livingModels(provider).join(', ')}; ` +
          'a newer id that takes what one of them takes goes with "like": "<the known one>"',
      );
    }
    checkReach(choice, { at, channel, provider });
    const { priority = index + 1, weight = 1 } = choice;
    return { channel, provider, model, like, capabilities, priority, weight };
  });
  throwFound(errors);
  const [first, ...rest] = made;
  if (!first) throw new ConfigError(['models', entry.name], 'has no channel');
  return { entry, routes: [first, ...rest] };
}

const livingModels = ({ models, retired = {} }: Provider): string[] =>
  Object.keys(models).filter((model) => !Object.hasOwn(retired, model));

/** Refuses a model that the channel's provider serves no longer, or not to who has these credentials. */
function checkReach(
  choice: ModelChannel,
  { at, channel, provider }: { at: readonly PropertyKey[]; channel: Channel; provider: Provider },
): void {
  if (channel.simulated) return;
  const { model } = choice;
  const gone = Object.hasOwn(provider.retired ?? {}, model) ? provider.retired?.[model] : undefined;
  if (gone) {
    const { since, successor } = gone;
    const text = `${provider.name} has "${model}" no more since ${since}; use "${successor}"`;
    throw new ConfigError([...at, 'model'], text);
  }
  const lack = provider.lacks?.(channel.credentials, knownModel(choice));
  if (lack === undefined) return;
  throw new ConfigError([...at, 'model'], `"${model}" ${lack} (channel "${channel.name}")`);
}

/** Makes the error of an entry that names what nobody has: `there is no channel "ark"; did you mean "ark-cn"? (...)` */
function unknownName(
  at: readonly PropertyKey[],
  what: 'channel' | 'model' | 'provider',
  name: string,
  known: readonly string[],
): ConfigError {
  const near = nearest(name, known);
  const guess = near === undefined ? '' : `; did you mean "${near}"?`;
  const listed = what === 'provider' ? 'known' : 'configured';
  return new ConfigError(
    at,
    `there is no ${what} "${name}"${guess} (${listed}: ${known.join(', ') || 'none'})`,
  );
}

/** Throws where a channel names one that nobody has written. */
export function providerOf(
  { name, provider }: Pick<Channel, 'name' | 'provider'>,
  providers: Readonly<Record<string, Provider>>,
): Provider {
  const found = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
  if (found) return found;
  throw unknownName(['channels', name, 'provider'], 'provider', provider, Object.keys(providers));
}

import { knownModel } from '../job/job';
import { nearest } from '../json/known-fields';
import type { Provider } from '../provider/provider';
import { isGone, retiredAt } from '../provider/retired';
import type { Capabilities } from '../request/capabilities';
import { INPUT_ROLES } from '../request/request';
import { attemptEach, ConfigError, throwFound } from './config-error';
import type {
  CatalogOptions,
  Channel,
  ChannelRoute,
  ModelChannel,
  ModelEntry,
  RoutedModel,
} from './entries';
import { narrow } from './narrow';
import type { OfferProblem } from './narrow';
import { withOfferedDefaults } from './offered-defaults';
import { capabilitiesOf } from './capabilities-of';

/** Leads a model to its channels. Throws the errors of every entry of it that is wrong. */
export function route(
  entry: ModelEntry,
  channels: ReadonlyMap<string, Channel>,
  options: CatalogOptions,
): RoutedModel {
  const { made, errors } = attemptEach(entry.channels, (choice, index) =>
    routeTo(entry, { choice, index, channels }, options),
  );
  throwFound([...errors, ...offerErrors(entry.name, made)]);
  const [first, ...rest] = made.map(({ route: one }) => one);
  if (!first) throw new ConfigError(['models', entry.name], 'has no channel');
  return { entry, routes: [first, ...rest] };
}

interface Choice {
  choice: ModelChannel;
  index: number;
  channels: ReadonlyMap<string, Channel>;
}

interface OfferedRoute {
  route: ChannelRoute;
  problems: OfferProblem[];
}

function routeTo(
  { name, offers, defaults }: ModelEntry,
  { choice, index, channels }: Choice,
  { providers, version, unusable = [] }: CatalogOptions,
): OfferedRoute {
  const at = ['models', name, 'channels', index];
  const channel = channels.get(choice.channel);
  if (!channel) {
    const configured = [...channels.keys(), ...unusable];
    throw unknownName([...at, 'channel'], 'channel', choice.channel, configured);
  }
  const provider = providerOf(channel, providers);
  const known = capabilitiesOf(provider, choice);
  if (!known) throw unknownModel(at, choice, provider);
  const whole = withOpenedWords(known, channel);
  checkReach(choice, { at, channel, provider });
  checkOwnServer(choice, { at, channel, provider, whole });
  const { model, like, priority = index + 1, weight = 1 } = choice;
  const narrowed = offers ? narrow(whole, offers) : { made: whole, problems: [] };
  if (!narrowed.made) {
    throwFound(errorsOf(name, narrowed.problems));
    const text = `makes nothing of what "offers" of "${name}" leaves`;
    throw new ConfigError([...at, 'model'], text);
  }
  const { made: offered, problems } = defaults
    ? withOfferedDefaults(narrowed.made, defaults)
    : { made: narrowed.made, problems: [] };
  return {
    route: {
      ...{ channel, provider, model, like, config: version },
      capabilities: atChannel(offered, channel),
      ...{ whole, priority, weight },
    },
    problems: [...narrowed.problems, ...problems],
  };
}

/** The operator may let callers use more of a server's words than everybody may. */
function withOpenedWords(known: Capabilities, { options = {} }: Channel): Capabilities {
  const vendorKeys = known.vendorKeysBy?.(options);
  return vendorKeys ? { ...known, vendorKeys } : known;
}

/**
 * Returns the model as it takes media at this channel. Files become links of ours where it takes links alone and its provider
 * can fetch from us. A server of one's own gets no link that a caller wrote, since it stands in the operator's network: what
 * is behind a link is fetched here, through the guard, and goes there as bytes.
 */
function atChannel(made: Capabilities, { fetchesHere, selfHosted }: Channel): Capabilities {
  if (!made.media) return made;
  const { linkOnly } = made.media;
  const bytesOnly = INPUT_ROLES.filter((role) => !linkOnly.includes(role));
  return {
    ...made,
    media: {
      ...made.media,
      ...(fetchesHere ? { givesLinks: true } : {}),
      ...(selfHosted ? { bytesOnly } : {}),
    },
  };
}

/**
 * Lists the values that no channel of the model has; where one has it, a request that asks for it goes there. What is
 * wrong of one channel alone is listed too.
 */
function offerErrors(name: string, all: readonly OfferedRoute[]): ConfigError[] {
  const [first, ...others] = all.map(({ problems }) => problems);
  const isCommon = ({ at, value }: OfferProblem): boolean =>
    others.every((problems) =>
      problems.some((other) => other.at.join('.') === at.join('.') && other.value === value),
    );
  const fatal = all.flatMap(({ problems }) => problems.filter(({ isFatal }) => isFatal));
  const common = (first ?? []).filter((problem) => !problem.isFatal && isCommon(problem));
  return errorsOf(name, [...fatal.slice(0, 1), ...common]);
}

const errorsOf = (name: string, problems: readonly OfferProblem[]): ConfigError[] =>
  problems.map(({ at, text }) => new ConfigError(['models', name, ...at], text));

function unknownModel(
  at: readonly PropertyKey[],
  choice: ModelChannel,
  provider: Provider,
): ConfigError {
  const { name, models } = provider;
  const living = Object.keys(models).filter((model) => !isGone(provider, model));
  return new ConfigError(
    [...at, choice.like === undefined ? 'model' : 'like'],
    `provider "${name}" does not have "${knownModel(choice)}"; ` +
      `known: ${living.join(', ')}; ` +
      'a newer id that takes what one of them takes goes with "like": "<the known one>"',
  );
}

/** Refuses a model that the channel's provider serves no longer, or not to who has these credentials. */
function checkReach(
  choice: ModelChannel,
  { at, channel, provider }: { at: readonly PropertyKey[]; channel: Channel; provider: Provider },
): void {
  if (channel.simulated) return;
  const { model } = choice;
  const gone = retiredAt(provider, model, channel.baseUrl);
  if (gone) {
    const { since, successor } = gone;
    const instead = successor === undefined ? '' : `; use "${successor}"`;
    const text = `${provider.name} has "${model}" no more since ${since}${instead}`;
    throw new ConfigError([...at, 'model'], text);
  }
  const lack = provider.lacks?.(channel.credentials, knownModel(choice), channel.options ?? {});
  if (lack === undefined) return;
  throw new ConfigError([...at, 'model'], `"${model}" ${lack} (channel "${channel.name}")`);
}

/** Refuses a model that is paid for at a channel whose lost jobs are made again. Test clips cost nobody money. */
function checkOwnServer(
  choice: ModelChannel,
  {
    at,
    channel,
    provider,
    whole,
  }: { at: readonly PropertyKey[]; channel: Channel; provider: Provider; whole: Capabilities },
): void {
  if (!channel.selfHosted || channel.simulated || whole.ownServers) return;
  const own = Object.keys(provider.models).filter((model) => provider.models[model]?.ownServers);
  throw new ConfigError(
    [...at, choice.like === undefined ? 'model' : 'like'],
    `"${knownModel(choice)}" is paid for by the job, and channel "${channel.name}" says "selfHosted", by which a lost job is made ` +
      `again: take that out, or say "like": "${own.join('" or "')}" of a server that runs the model itself`,
  );
}

/** Makes the error of an entry that names what nobody has: `there is no channel "ark"; did you mean "ark-cn"? (...)` */
export function unknownName(
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

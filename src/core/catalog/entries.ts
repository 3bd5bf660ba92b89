import type { ModelPrice, PriceRules } from '../money/model-price';
import type { ChannelOptions } from '../provider/options';
import type { Provider } from '../provider/provider';
import type { Capabilities } from '../request/capabilities';
import type { FrozenRoute } from '../job/job';
import type { Offered } from './narrow';
import type { OfferedDefaults } from './offered-defaults';
import type { Retirement } from './retirement';

/** A channel is a provider account that an operator configured. Credentials live here and nowhere else. */
export interface Channel {
  name: string;
  provider: string;
  /** Origin and path prefix; the only hosts besides `resultOrigins` that the guard lets through. */
  baseUrl: string;
  credentials: Record<string, string>;
  /** What the provider's own schema makes of its options; absent = none. */
  options?: ChannelOptions;
  /**
   * Origins from which this channel's result links may be fetched though they are not public: the base URL's own and
   * those that the operator lists.
   */
  resultOrigins: readonly string[];
  simulated: boolean;
  /** Its provider can fetch files from this gateway: it is simulated here, or the gateway has a public address. */
  fetchesHere?: boolean;
  /** Jobs that this gateway did not create may be seen and canceled through it, by keys with that scope. */
  foreignIds?: boolean;
  /** It is a server of the operator's own, where a lost render costs nobody money: a job that it has lost is made again. */
  selfHosted?: boolean;
  /** A DELETE at that server stops the work; where it only forgets the job, canceled jobs would go on unpaid. */
  deleteStops?: boolean;
  /** It takes no new job; what it has is looked at, canceled and fetched until it has ended. */
  draining?: boolean;
  /** Its provider gets the trace context of each call: W3C's headers, with ids of ours and the caller's own state. */
  carriesTraces?: boolean;
  /** A submit that its provider has never had, by its lookups of a whole window, is made once more under the same id. */
  repeatsLostSubmits?: boolean;
  /** What the account pays of its provider's list price; absent = all of it. */
  costTimes?: string;
  /** One call looks at no more than so many jobs; absent = as many as the provider's call takes. */
  jobsPerLook?: number;
}

/** A public model name: who may use it, what it costs, who serves it in which order. */
export interface ModelEntry extends Retirement {
  name: string;
  /** Other names for it; a job, its price and its usage are those of `name`. */
  aliases: readonly string[];
  groups: readonly string[];
  price: ModelPrice;
  channels: readonly ModelChannel[];
  /** What is offered of every channel's model; absent = all of it. */
  offers?: Offered;
  defaults?: OfferedDefaults;
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
  /** The version of the config that it is of. */
  config?: string | undefined;
  /** What is offered of the model. */
  capabilities: Capabilities;
  /** What the model itself takes; a body that passes through is read by it. */
  whole: Capabilities;
  priority: number;
  weight: number;
}

export interface RoutedModel {
  entry: ModelEntry;
  /** The ways to a channel in order of preference; never empty. */
  routes: readonly [ChannelRoute, ...ChannelRoute[]];
}

export interface CatalogOptions {
  models: readonly ModelEntry[];
  channels: readonly Channel[];
  /** Names of channels that are configured and cannot be used; no model leads to them. */
  unusable?: readonly string[];
  providers: Readonly<Record<string, Provider>>;
  /** Tells this offer from another; empty where nobody compares. */
  version?: string;
  /** What the operator says of money for all models; absent = nothing. */
  rules?: PriceRules;
  now: () => number;
}

import { DEFAULT_MODELS } from '../../default-catalog';
import type { Capabilities } from '../../core/request/capabilities';
import { providers } from '../../providers';
import { isReal } from './accounts';
import type { Account } from './accounts';

/** A model as the file offers it. */
export interface OfferedModel {
  /** The name that callers use: `seedance-2.0`. */
  name: string;
  channel: string;
  /** The provider's own id: `doubao-seedance-2-0-260128`. */
  id: string;
  /** What a video costs: `1.3x` its list price, or `25` points whatever it is. */
  price: string;
  /** The currency of its list price; undefined where none is known. */
  currency: string | undefined;
  /** What one price for all videos is for; it has no say where the price goes by the video. */
  offers?: { seconds?: { max: number }; resolutions?: string[] };
}

/** One price covers what differs little in cost: a film of thirty seconds in 4k costs seventy of these. */
const SECONDS_MAX = 10;
const RESOLUTIONS: readonly string[] = ['480p', '720p'];

const USUAL_PRICE = '1.3x';
/** Points for a model whose list price nobody has written. */
const USUAL_POINTS = '25';

/** Lists the models that an account may have, the newest first, each at a usual price. */
export function modelsOf(account: Account): OfferedModel[] {
  if (!isReal(account)) return simulatedModels();
  const { models = {}, retired = {}, lacks } = providers[account.provider] ?? {};
  const living = Object.keys(models).filter((id) => !Object.hasOwn(retired, id));
  const ids = living.filter(
    (id) => account.ids.test(id) && lacks?.(account.variables, id, {}) === undefined,
  );
  return ids
    .map((id) => offered(account.provider, { name: nameOf(id), channel: account.channel, id }))
    .sort((one, other) => other.name.localeCompare(one.name, 'en', { numeric: true }));
}

function offered(
  provider: string,
  named: Pick<OfferedModel, 'name' | 'channel' | 'id'>,
): OfferedModel {
  const { models = {}, prices } = providers[provider] ?? {};
  const currency = prices?.models[named.id]?.currency;
  const price = currency === undefined ? USUAL_POINTS : USUAL_PRICE;
  return { ...named, price, currency, ...offersOf(models[named.id]) };
}

function offersOf(model: Capabilities | undefined): Pick<OfferedModel, 'offers'> {
  if (!model) return {};
  const resolutions = model.resolutions.filter((name) => RESOLUTIONS.includes(name));
  const offers = {
    ...(model.seconds.max > SECONDS_MAX ? { seconds: { max: SECONDS_MAX } } : {}),
    ...(resolutions.length > 0 && resolutions.length < model.resolutions.length
      ? { resolutions }
      : {}),
  };
  return Object.keys(offers).length === 0 ? {} : { offers };
}

function simulatedModels(): OfferedModel[] {
  return Object.entries(DEFAULT_MODELS).flatMap(([name, { provider, ids }]) =>
    ids
      .slice(0, 1)
      .map(([, id]) => offered(provider, { name, channel: `${provider}-simulated`, id })),
  );
}

/** `doubao-seedance-2-0-fast-260128`: vendor, family, two numbers, a word, the day of the release. */
const DATED = /^(?:doubao-|dreamina-)?(seedance-\d+)-(\d+)((?:-[a-z]+)*)-\d{6}$/;

/** Makes the name for callers: an id without vendor and day, `seedance-2.0-fast`; any other id is its own name. */
const nameOf = (id: string): string => id.replace(DATED, '$1.$2$3');

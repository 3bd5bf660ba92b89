import { askedFor, costOf } from '../../src/core/catalog/price-of';
import { costOfEnd, usedPrice } from '../../src/core/money/charge';
import { NO_PRICE_RULES } from '../../src/core/money/model-price';
import { price } from '../../src/core/money/terms';
import type { FrozenPrice } from '../../src/core/money/terms';
import type { Usage } from '../../src/core/job/outcome';
import type { Provider } from '../../src/core/provider/provider';
import { simulations } from '../../simulators';
import type { Simulation } from '../../simulators/contract';
import { INPUT_FILES } from '../support/input-files';
import { LIVING_MODELS, PRICED_MODELS, type LivingModel } from '../support/living-models';
import { offeredRequests, type OfferedRequest } from '../support/offered-requests';
import { createSimulatedProvider, type SimulatedProvider } from '../support/simulated-provider';

/**
 * The bill is what the provider itself counts. Each video that a model offers is priced, sent to the model's simulator, and
 * billed by what that tells: it counts by the vendor's page and shares no code and no table with our prices.
 */

/** Why we hold more than is counted in the end; in every other case the two are equal. */
const UPPER_BOUNDS: Readonly<Record<string, (one: OfferedRequest) => boolean>> = {
  'the model decides the shape, and its largest is held': ({ applied }) =>
    applied.width === undefined,
  'the model decides the length, and its longest is held': ({ applied }) => applied.seconds === -1,
  'nobody has measured the videos among the inputs': ({ video }) => video.videos > 0,
};
const isUpperBound = (one: OfferedRequest): boolean =>
  Object.values(UPPER_BOUNDS).some((holds) => holds(one));

function simulationOf({ name }: Provider): Simulation {
  const simulation = simulations[name];
  if (!simulation) throw new Error(`no simulator of ${name}`);
  return simulation;
}

/** Makes the video on a simulator that knows no other job, and returns what is told of its cost. */
function usageOf(
  { provider, model }: LivingModel,
  upstream: SimulatedProvider,
  { applied }: OfferedRequest,
): Usage {
  upstream.forgetAll();
  const sent = { attemptId: 'attempt-1', model, mode: applied.mode };
  const call = provider.submit({ ...sent, applied, blobs: INPUT_FILES });
  const reading = provider.readSubmit(upstream.send(call), sent);
  if (reading.state !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(reading)}`);
  const { operation } = reading;
  upstream.advance(60_000);
  const look = upstream.look(operation);
  const verdict = look.kind === 'verdict' ? look.verdict : undefined;
  if (verdict?.state !== 'succeeded') throw new Error(`no video: ${JSON.stringify(look)}`);
  return verdict.usage;
}

const RULES = { ...NO_PRICE_RULES, pointsPer: { USD: '100', CNY: '14.1' } };
const ASKED = { price: { costTimes: '1.3' }, group: 'default', rules: RULES };

/** A vendor that tells no cost is believed what was asked for, and its page is asked what that costs. */
function isByPage(one: OfferedRequest, { held, billed, by }: Compared, page: Bill): boolean {
  if (by !== 'applied' || page.currency !== 'USD') return false;
  const isPaid = billed.money === Number(page.amount);
  return isPaid && (isUpperBound(one) ? held.money >= billed.money : held.money === billed.money);
}

type Bill = NonNullable<ReturnType<SimulatedProvider['bill']>>;

/** What a request is held for and what is billed by a usage: the account's money, and the caller's points. */
interface Compared {
  held: { money: number; points: bigint };
  billed: { money: number; points: bigint };
  /** What the cost is known by. */
  by: string;
}

function compare({ provider, model }: LivingModel, one: OfferedRequest, usage: Usage): Compared {
  const route = { provider, model, channel: {} };
  const cost = costOf(route, one.video, RULES);
  const asked = askedFor(route, one.video, ASKED);
  if (!cost || !asked) throw new Error(`no price of ${model}`);
  const reported = { usage, isLengthOpen: one.applied.seconds === -1 };
  const end = costOfEnd(cost, reported);
  return {
    held: { money: Number(price(cost.terms, cost.used).amount), points: pointsOf(asked) },
    billed: { money: Number(end?.amount), points: usedPrice(asked, reported) ?? -1n },
    by: end?.by ?? 'nothing',
  };
}

const pointsOf = ({ terms, used }: FrozenPrice): bigint => price(terms, used).points ?? -1n;

const inWords = ({ name }: OfferedRequest, { held, billed, by }: Compared): string =>
  `${name}: ${String(held.money)} (${String(held.points)}) is held, ` +
  `${String(billed.money)} (${String(billed.points)}) is counted by ${by}`;

/** Providers that count what cannot be billed by, with the reason: what was asked for is billed. */
const COUNT_IS_SHOWN_ALONE: Readonly<Record<string, string>> = {
  google: 'nothing is told of a video of Veo',
  fal: 'what a unit of most endpoints is worth only an account is told',
  replicate: 'it tells the seconds that were made, and no sum',
  openai: 'it counts nothing',
};

function isRight(
  { provider }: LivingModel,
  one: OfferedRequest,
  { held, billed, by }: Compared,
): boolean {
  const isShownAlone = by === 'applied' && Object.hasOwn(COUNT_IS_SHOWN_ALONE, provider.name);
  if (by !== 'tokens' && by !== 'units' && !isShownAlone) return false;
  if (isUpperBound(one)) return held.money >= billed.money && held.points >= billed.points;
  return held.money === billed.money && held.points === billed.points;
}

test.each(PRICED_MODELS)(
  'whatever $model is asked for costs what it is counted for',
  (model) => {
    const upstream = createSimulatedProvider(model.provider, simulationOf(model.provider));
    const wrong = offeredRequests(model.model, model.capabilities).flatMap((one) => {
      const compared = compare(model, one, usageOf(model, upstream, one));
      const page = upstream.bill();
      const holds = page ? isByPage(one, compared, page) : isRight(model, one, compared);
      return holds ? [] : [inWords(one, compared)];
    });
    expect(wrong).toEqual([]);
  },
  60_000,
);

/** What each of the simulated inputs lasts. */
const SIMULATED_SECONDS = 5;
const WITH_VIDEOS = LIVING_MODELS.filter(
  ({ provider, capabilities }) =>
    provider.prices?.tokensOf && (capabilities.modes.reference?.videos ?? 0) > 0,
);

test.each(WITH_VIDEOS)('beside videos that were measured, $model counts as we do', (model) => {
  const { provider, capabilities } = model;
  const upstream = createSimulatedProvider(provider, simulationOf(provider));
  const measured = offeredRequests(model.model, capabilities).filter(
    ({ video, applied }) =>
      video.videos > 0 && applied.width !== undefined && applied.seconds !== -1,
  );
  expect(measured.length).toBeGreaterThan(10);
  const wrong = measured.flatMap((one) => {
    const { tokens } = usageOf(model, upstream, one);
    const inputSeconds = SIMULATED_SECONDS * one.video.videos;
    const ours = provider.prices?.tokensOf?.(model.model, one.video, inputSeconds);
    return ours === tokens ? [] : [`${one.name}: ${String(ours)} by us, ${String(tokens)} told`];
  });
  expect(wrong).toEqual([]);
});

test.each(Object.entries(UPPER_BOUNDS))('more is held where %s', (_, holds) => {
  const model = LIVING_MODELS.find((one) => one.model === 'dreamina-seedance-2-0-260128');
  if (!model) throw new Error('no such model');
  const upstream = createSimulatedProvider(model.provider, simulationOf(model.provider));
  const others = Object.values(UPPER_BOUNDS).filter((other) => other !== holds);
  const more = offeredRequests(model.model, model.capabilities)
    .filter((one) => holds(one) && !others.some((other) => other(one)))
    .map((one) => compare(model, one, usageOf(model, upstream, one)))
    .filter(({ held, billed }) => held.points > billed.points);
  expect(more.length).toBeGreaterThan(0);
});

const KLING = LIVING_MODELS.filter(({ provider }) => provider.name === 'kling');

test.each(KLING)(
  'an account that pays $model from a balance is charged the list price',
  (model) => {
    const simulation = simulationOf(model.provider);
    const credentials = { ...simulation.credentials, apiKey: 'cash-1' };
    const upstream = createSimulatedProvider(model.provider, { ...simulation, credentials });
    const wrong = offeredRequests(model.model, model.capabilities).flatMap((one) => {
      const compared = compare(model, one, usageOf(model, upstream, one));
      const { held, billed, by } = compared;
      const isSame = held.money === billed.money && held.points === billed.points;
      return isSame && by === 'money' ? [] : [inWords(one, compared)];
    });
    expect(wrong).toEqual([]);
  },
);

import { price } from '../../src/core/money/terms';
import type { Terms } from '../../src/core/money/terms';
import { ratesFor } from '../../src/core/money/tariff';
import type { Usage } from '../../src/core/job/outcome';
import type { Provider } from '../../src/core/provider/provider';
import { providers } from '../../src/providers';
import { simulations } from '../../simulators';
import type { Simulation } from '../../simulators/contract';
import { offeredVideos, type OfferedVideo } from '../support/offered-videos';
import { createSimulatedProvider, type SimulatedProvider } from '../support/simulated-provider';

/**
 * The bill is what the provider itself counts. Each video that a model offers is sent to its simulator, which counts by the
 * vendor's page and shares no code and no table with our prices.
 */

const MODELS = Object.values(providers).flatMap((provider) =>
  Object.entries(provider.models)
    .filter(([model]) => !Object.hasOwn(provider.retired ?? {}, model))
    .map(([model, capabilities]) => ({ provider, model, capabilities })),
);

/** Why we hold more than is counted in the end; in every other case the two are equal. */
const UPPER_BOUNDS: Readonly<Record<string, (one: OfferedVideo) => boolean>> = {
  'the model decides the shape, and its largest is held': ({ applied }) =>
    applied.width === undefined,
  'the model decides the length, and its longest is held': ({ applied }) => applied.seconds === -1,
  'nobody has measured the videos among the inputs': ({ video }) => video.videos > 0,
};

const simulationOf = ({ name }: Provider): Simulation => {
  const simulation = simulations[name];
  if (!simulation) throw new Error(`no simulator of ${name}`);
  return simulation;
};

/** Makes the video on a simulator that knows no other job, and returns what is told of its cost. */
function usageOf(
  provider: Provider,
  upstream: SimulatedProvider,
  model: string,
  { applied }: OfferedVideo,
): Usage {
  upstream.forgetAll();
  const sent = { attemptId: 'attempt-1', model, mode: applied.mode };
  const call = provider.submit({ ...sent, applied, blobs: new Map() });
  const reading = provider.readSubmit(upstream.send(call), sent);
  if (reading.state !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(reading)}`);
  upstream.advance(60_000);
  const look = provider.readPoll(
    upstream.send(provider.poll(reading.operation)),
    reading.operation,
  );
  const verdict = look.kind === 'verdict' ? look.verdict : undefined;
  if (verdict?.state !== 'succeeded') throw new Error(`no video: ${JSON.stringify(look)}`);
  return verdict.usage;
}

function termsOf(provider: Provider, model: string, { video }: OfferedVideo): Terms {
  const listed = provider.prices?.models[model];
  const rates = listed && ratesFor(listed.rows, video);
  if (!rates) throw new Error(`no rates of ${model}`);
  return { rates, currency: listed.currency, perUnit: listed.perUnit, times: [] };
}

/** Prices a video as it was asked for; `inputSeconds` = what its input videos have, where that is known. */
function asked(
  provider: Provider,
  model: string,
  one: OfferedVideo,
  inputSeconds?: number,
): string {
  const { prices } = provider;
  const { video } = one;
  const given = inputSeconds ?? prices?.inputSecondsMax?.(model, video) ?? 0;
  return price(termsOf(provider, model, one), {
    seconds: video.seconds,
    images: video.images,
    inputSeconds: given,
    tokens: prices?.tokensOf?.(model, video, given),
  }).amount;
}

/** Prices a video as it was counted. */
function counted(provider: Provider, model: string, one: OfferedVideo, usage: Usage): string {
  const { seconds = 0, tokens, units } = usage;
  const { images } = one.video;
  if (tokens === undefined && units === undefined) throw new Error('nothing was counted');
  return price(termsOf(provider, model, one), {
    seconds,
    images,
    inputSeconds: 0,
    tokens,
    sum: units,
  }).amount;
}

/** What each of the simulated inputs lasts. */
const SIMULATED_SECONDS = 5;

test.each(MODELS)(
  'whatever $model is asked for costs what it is counted for',
  (one) => {
    const { provider, model, capabilities } = one;
    const upstream = createSimulatedProvider(provider, simulationOf(provider));
    const wrong = offeredVideos(model, capabilities).flatMap((video) => {
      const usage = usageOf(provider, upstream, model, video);
      const bill = counted(provider, model, video, usage);
      const held = asked(provider, model, video);
      const mayHoldMore = Object.values(UPPER_BOUNDS).some((holds) => holds(video));
      const right = mayHoldMore ? Number(held) >= Number(bill) : held === bill;
      return right ? [] : [`${video.name}: ${held} is held, ${bill} is counted`];
    });
    expect(wrong).toEqual([]);
  },
  60_000,
);

test.each(MODELS)(
  'beside videos that were measured, $model costs what it is counted for',
  (one) => {
    const { provider, model, capabilities } = one;
    const upstream = createSimulatedProvider(provider, simulationOf(provider));
    const measured = offeredVideos(model, capabilities).filter(
      ({ video, applied }) =>
        video.videos > 0 && applied.width !== undefined && applied.seconds !== -1,
    );
    const wrong = measured.flatMap((video) => {
      const bill = counted(provider, model, video, usageOf(provider, upstream, model, video));
      const known = asked(provider, model, video, SIMULATED_SECONDS * video.video.videos);
      return known === bill ? [] : [`${video.name}: ${known} by us, ${bill} is counted`];
    });
    expect(wrong).toEqual([]);
  },
);

test.each(Object.entries(UPPER_BOUNDS))('more is held where %s', (_, holds) => {
  const { ark: provider } = providers;
  const model = 'dreamina-seedance-2-0-260128';
  const capabilities = provider?.models[model];
  if (!provider || !capabilities) throw new Error('no such model');
  const upstream = createSimulatedProvider(provider, simulationOf(provider));
  const others = Object.values(UPPER_BOUNDS).filter((other) => other !== holds);
  const alone = offeredVideos(model, capabilities).filter(
    (video) => holds(video) && !others.some((other) => other(video)),
  );
  const more = alone.filter((video) => {
    const bill = counted(provider, model, video, usageOf(provider, upstream, model, video));
    return Number(asked(provider, model, video)) > Number(bill);
  });
  expect(more.length).toBeGreaterThan(0);
});

test('an account that pays from a balance is charged what our list price says, on either wire', () => {
  const { kling: provider } = providers;
  if (!provider) throw new Error('no kling');
  const simulation = simulationOf(provider);
  const credentials = { ...simulation.credentials, apiKey: 'cash-1' };
  const upstream = createSimulatedProvider(provider, { ...simulation, credentials });
  const wrong = MODELS.filter((one) => one.provider === provider).flatMap(
    ({ model, capabilities }) =>
      offeredVideos(model, capabilities).flatMap((video) => {
        const { cost } = usageOf(provider, upstream, model, video);
        const held = asked(provider, model, video);
        return cost?.amount === held ? [] : [`${model} ${video.name}: ${held}, ${cost?.amount}`];
      }),
  );
  expect(wrong).toEqual([]);
});

import type { ExchangeFault } from '../../simulators/server/faults';
import type { Operation } from '../../src/core/job/outcome';
import type { FindReading, PollReading, SubmitFacts } from '../../src/core/provider/provider';
import {
  ANSWERED_WRONGLY,
  goesOn,
  isMade,
  NOT_DONE,
  SHOWN_WRONGLY,
  taken,
  upstreamOf,
} from '../support/evil';
import { LIVING_MODELS, type LivingModel } from '../support/living-models';
import type { SimulatedProvider } from '../support/simulated-provider';

/**
 * A server that has gone wrong proves nothing, whatever it is asked: a lookup by our own id that it answers wrongly says
 * neither that there is no job nor names another, a list ends no job, and after a cancel the next look tells the truth.
 */

const WRONG = [...ANSWERED_WRONGLY, ...NOT_DONE];

const FOUND = LIVING_MODELS.filter(({ capabilities }) =>
  capabilities.idempotency.includes('lookup'),
);
const CANCELED = LIVING_MODELS.filter(({ capabilities }) => capabilities.cancel !== 'none');
const LISTED = LIVING_MODELS.filter((one) => {
  const { many } = one.provider;
  return many && many.shows?.(taken(one, upstreamOf(one), '').operation) !== false;
});

test('there are models of each kind', () => {
  const providersOf = (models: readonly LivingModel[]): string[] => [
    ...new Set(models.map(({ provider }) => provider.name)),
  ];
  expect(providersOf(FOUND)).toEqual(['kling', 'openai']);
  expect(providersOf(LISTED)).toEqual(['ark', 'kling', 'minimax']);
  expect(providersOf(CANCELED).length).toBeGreaterThanOrEqual(5);
});

describe.each(FOUND)('a lookup at $provider.name: $model', (one) => {
  const ask = (upstream: SimulatedProvider, sent: SubmitFacts): FindReading | undefined => {
    const { find, readFind } = one.provider;
    return find && readFind?.(upstream.send(find(sent)), sent);
  };

  test.each(WRONG)('%s is no answer, and the next one finds the job', (fault) => {
    const upstream = upstreamOf(one);
    const { sent, operation } = taken(one, upstream, 'seconds=100');
    // A vendor is asked in one of these two ways.
    for (const on of ['poll', 'list'] as const) upstream.meet(fault, on);
    const wrong = ask(upstream, sent);
    expect({ wrong, unmet: upstream.unmet() }).toEqual({ wrong: { retry: true }, unmet: 1 });
    upstream.meetNothing();
    expect(ask(upstream, sent)).toEqual({ operation });
  });
});

describe.each(LISTED)('a look at many of $provider.name: $model', (one) => {
  const lookAtAll = (
    upstream: SimulatedProvider,
    operations: readonly Operation[],
  ): PollReading[] => {
    const { many, readPoll, poll } = one.provider;
    const replies = many?.split(upstream.send(many.poll(operations)), operations) ?? [];
    return replies.flatMap((alone, index) => {
      const operation = operations[index];
      return alone && operation ? [readPoll(alone, operation, poll(operation))] : [];
    });
  };

  test.each([...WRONG, ...SHOWN_WRONGLY])('%s ends no job, and the next answer does', (fault) => {
    const upstream = upstreamOf(one);
    const operations = [1, 2].map((number) => taken(one, upstream, 'seconds=1', number).operation);
    upstream.advance(5_000);
    upstream.meet(fault, 'list');
    const ended = lookAtAll(upstream, operations).filter((reading) => !goesOn(reading));
    expect({ ended, unmet: upstream.unmet() }).toEqual({ ended: [], unmet: 0 });
    expect(lookAtAll(upstream, operations).map(isMade)).toEqual([true, true]);
  });
});

describe.each(CANCELED)('a cancel at $provider.name: $model', (one) => {
  /** Cancels a queued job, which meets the fault, and returns what is seen of it at once and much later. */
  const cancel = (fault: ExchangeFault): unknown => {
    const upstream = upstreamOf(one);
    const { operation } = taken(one, upstream, 'queued=10 seconds=10');
    const call = one.provider.cancel?.(operation);
    upstream.meet(fault, 'cancel');
    if (call) upstream.send(call);
    const look = (): unknown => {
      const reading = upstream.look(operation);
      return reading.kind === 'verdict' ? reading.verdict.state : reading;
    };
    const atOnce = look();
    upstream.advance(60_000);
    return { atOnce, later: look(), unmet: upstream.unmet(), jobs: upstream.jobs() };
  };

  test.each(ANSWERED_WRONGLY)(
    'the job is seen to be canceled, whatever the answer: %s',
    (fault) => {
      const ends = { atOnce: 'canceled', later: 'canceled', unmet: 0, jobs: 1 };
      expect(cancel(fault)).toEqual(ends);
    },
  );

  test.each(NOT_DONE)('the job is seen to go on to its end where nothing was done: %s', (fault) => {
    expect(cancel(fault)).toEqual({ atOnce: 'running', later: 'succeeded', unmet: 0, jobs: 1 });
  });
});

import { simulations } from '../../simulators';
import type { Operation } from '../../src/core/job/outcome';
import type { PollReading, SubmitReading } from '../../src/core/provider/provider';
import { LIVING_MODELS, type LivingModel } from '../support/living-models';
import { offeredRequests } from '../support/offered-requests';
import { createSimulatedProvider, type SimulatedProvider } from '../support/simulated-provider';

/**
 * A server that has gone wrong proves nothing. Every living model of every provider is sent for and looked at while its
 * simulator answers wrongly: no such answer says that nothing was made, none ends a job, and an honest one still does.
 */

/** What a simulated server can answer wrongly to a call that it has done. */
const EVIL = ['empty', 'empty-202', '200-error', 'truncated', 'wrong-types'] as const;
/** What it can leave out of a look, or say in it. */
const EVIL_LOOKS = [...EVIL, 'no-status', 'unknown-status'] as const;

/** Those that leave the rest of the reply as it is: a vendor whose states are no words still says what is true. */
const SAYS_THE_REST: ReadonlySet<string> = new Set(['no-status', 'unknown-status']);

function upstreamOf({ provider }: LivingModel): SimulatedProvider {
  const simulation = simulations[provider.name];
  if (!simulation) throw new Error(`no simulator of ${provider.name}`);
  return createSimulatedProvider(provider, simulation);
}

/** Sends for the first video that the model offers, with this token in its prompt. */
function submit(one: LivingModel, upstream: SimulatedProvider, token: string): SubmitReading {
  const { provider, model, capabilities } = one;
  const [offered] = offeredRequests(model, capabilities);
  if (!offered) throw new Error(`${model} offers nothing`);
  const options = simulations[provider.name]?.options?.('http://127.0.0.1:9');
  const sent = {
    ...{ attemptId: '0193f0aa-7b1c-7000-8000-000000000001', model, mode: offered.applied.mode },
    ...(options ? { options } : {}),
  };
  const applied = { ...offered.applied, prompt: `a cat [[sim seconds=1 ${token}]]` };
  const call = provider.submit({ ...sent, applied, blobs: new Map() });
  return provider.readSubmit(upstream.send(call), sent);
}

function taken(one: LivingModel, upstream: SimulatedProvider, token: string): Operation {
  const reading = submit(one, upstream, token);
  if (reading.state !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(reading)}`);
  return reading.operation;
}

const isMade = (reading: PollReading): boolean =>
  reading.kind === 'verdict' && reading.verdict.state === 'succeeded';

/** Says whether a reading leaves the job to be looked at again: gone and empty end it after a grace alone. */
const goesOn = (reading: PollReading): boolean =>
  ['transient', 'empty', 'gone'].includes(reading.kind) ||
  (reading.kind === 'verdict' && reading.verdict.state === 'running');

const inWords = (fault: string, reading: object): string => `${fault}: ${JSON.stringify(reading)}`;

describe.each(LIVING_MODELS)('$provider.name: $model', (one) => {
  test('no such answer to a submit says that nothing was made', () => {
    const wrong = EVIL.flatMap((fault) => {
      const upstream = upstreamOf(one);
      const reading = submit(one, upstream, `fault=${fault}`);
      const isRight = reading.state !== 'refused' && upstream.jobs() === 1;
      return isRight ? [] : [inWords(fault, reading)];
    });
    expect(wrong).toEqual([]);
  });

  test('no such answer to a look ends the job, and the next honest one does', () => {
    const wrong = EVIL_LOOKS.flatMap((fault) => {
      const upstream = upstreamOf(one);
      const operation = taken(one, upstream, `fault=${fault} on=poll count=2`);
      upstream.advance(500);
      const early = upstream.look(operation);
      upstream.advance(5_000);
      const late = upstream.look(operation);
      const honest = upstream.look(operation);
      return [
        ...[early, late]
          .filter((reading) => !goesOn(reading) && !(SAYS_THE_REST.has(fault) && isMade(reading)))
          .map((reading) => inWords(fault, reading)),
        ...(isMade(honest) ? [] : [inWords(`after ${fault}`, honest)]),
      ];
    });
    expect(wrong).toEqual([]);
  });
});

import { simulations } from '../../simulators';
import type { ExchangeFault } from '../../simulators/server/faults';
import type { Operation } from '../../src/core/job/outcome';
import type { PollReading, SubmitFacts, SubmitReading } from '../../src/core/provider/provider';
import type { LivingModel } from './living-models';
import { offeredRequests, type OfferedRequest } from './offered-requests';
import { createSimulatedProvider, type SimulatedProvider } from './simulated-provider';

/** A simulated server that answers wrongly, and a job that is sent to it: what the tests of every living model share. */

/** What such a server can answer to a call that it has done. */
export const ANSWERED_WRONGLY = [
  'empty',
  'empty-202',
  '200-error',
  'truncated',
  'wrong-types',
  'redirect',
] as const satisfies readonly ExchangeFault[];
/** What it can answer to a call that it has not done. */
export const NOT_DONE = [
  '429',
  '429-retry-after',
  '5xx',
  'html',
] as const satisfies readonly ExchangeFault[];
/** What it can leave out of a job that it shows, or say of it. The rest of what it says is true. */
export const SHOWN_WRONGLY = [
  'no-status',
  'unknown-status',
] as const satisfies readonly ExchangeFault[];

/** Returns the simulator of the model's provider, with no job in it. */
export function upstreamOf({ provider }: LivingModel): SimulatedProvider {
  const simulation = simulations[provider.name];
  if (!simulation) throw new Error(`no simulator of ${provider.name}`);
  return createSimulatedProvider(provider, simulation);
}

/** Ids of version 7, which tell when they were made: at the time of the simulator's clock. */
const attemptOf = (number: number): string =>
  `019aa63c-9c00-7000-8000-00000000000${String(number)}`;

/** Sends for the first video that the model offers, with this token in its prompt, as the attempt of that number (0 to 9). */
export function submit(
  one: LivingModel,
  upstream: SimulatedProvider,
  token: string,
  number = 0,
): { sent: SubmitFacts; reading: SubmitReading } {
  const { provider, model } = one;
  const offered = firstOffered(one);
  const options = simulations[provider.name]?.options?.('http://127.0.0.1:9');
  const sent: SubmitFacts = {
    ...{ attemptId: attemptOf(number), model, mode: offered.applied.mode },
    ...(options ? { options } : {}),
  };
  const applied = { ...offered.applied, prompt: `a cat [[sim ${token}]]` };
  const call = provider.submit({ ...sent, applied, blobs: new Map() });
  return { sent, reading: provider.readSubmit(upstream.send(call), sent) };
}

const offers = new Map<LivingModel, OfferedRequest>();

/** Returns the first video that the model offers, which is looked for once: a model may offer thousands. */
function firstOffered(one: LivingModel): OfferedRequest {
  const known = offers.get(one);
  if (known) return known;
  const [offered] = offeredRequests(one.model, one.capabilities);
  if (!offered) throw new Error(`${one.model} offers nothing`);
  offers.set(one, offered);
  return offered;
}

/** Sends for it and returns what is looked at. Throws where it was not accepted. */
export function taken(
  one: LivingModel,
  upstream: SimulatedProvider,
  token: string,
  number = 0,
): { sent: SubmitFacts; operation: Operation } {
  const { sent, reading } = submit(one, upstream, token, number);
  if (reading.state !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(reading)}`);
  return { sent, operation: reading.operation };
}

/** Says whether a look brought a finished video. */
export const isMade = (reading: PollReading): boolean =>
  reading.kind === 'verdict' && reading.verdict.state === 'succeeded';

/** Says whether a reading leaves the job to be looked at again: gone and empty end it after a grace alone. */
export const goesOn = (reading: PollReading): boolean =>
  ['transient', 'empty', 'gone'].includes(reading.kind) ||
  (reading.kind === 'verdict' && reading.verdict.state === 'running');

/** Returns what a failing test shows of one answer: `truncated: {"state":"refused"}`. */
export const inWords = (fault: string, reading: unknown): string =>
  `${fault}: ${JSON.stringify(reading)}`;

import type { Job } from '../src/core/job/job';
import { nextRoute } from '../src/core/job/next-route';
import { capsOn } from '../src/core/slots/caps';
import { sendBytesOf } from '../src/attempts/inputs';
import { isServed } from '../src/attempts/send';
import type { SubmitResult } from '../workflows/contract';
import { sayQueue } from './admit';
import { awaitSubmit } from './await-turn';
import type { ActivityDeps } from './deps';
import { pending } from './failure';
import { tellTurns } from './turns';

/** What a submit waits for before its row is opened: a slot, memory, and its moment at a channel that is well. */

/**
 * Asks for a slot where the channel, the workspace or the key has a cap; undefined when the job may run now. A job that
 * comes from another channel gives that one's back.
 */
export async function waitForTurn(
  deps: ActivityDeps,
  job: Job,
  number: number,
): Promise<SubmitResult | undefined> {
  const route = job.routes[number - 1];
  if (!route || !isServed(deps, route)) return undefined;
  const { id: jobId, workspaceId, keyId, group, createdAt: since } = job;
  const claim = { channel: route.channel, model: route.model, workspaceId, keyId, group };
  if (capsOn(deps.caps, claim).length === 0) {
    if (number > 1) await tellTurns(deps, await deps.store.slots.giveBack(jobId, deps.now()));
    return undefined;
  }
  const asked = await deps.store.slots.ask({ ...claim, jobId, since }, deps.now());
  await tellTurns(deps, asked.granted);
  if (asked.mayRun) return undefined;
  const queue = await deps.store.slots.placeOf(jobId);
  // None: its turn came in this moment, and admit ends at once.
  return { state: 'wait', said: queue ? sayQueue(queue) : 'its turn has come' };
}

/** What many large submits hold at once would end the process; a job waits for room as for a busy provider. */
export async function inRoom(
  deps: ActivityDeps,
  job: Job,
  work: () => Promise<SubmitResult>,
): Promise<SubmitResult> {
  const bytes = await sendBytesOf(deps, job);
  const result = await deps.sending.within(bytes, deps.waits.sendRoomMs, work);
  if (!result) throw pending('waiting for memory to send its files from', 1_000);
  return result;
}

/**
 * Waits for the submit's moment under the channel's rate limit, and says whether it may be sent then: not to a channel
 * that is sick, and, where there is another one, not where the moment is farther away than a busy channel is waited for.
 * The moment comes first: a job that probes a sick channel must not go away to wait for one.
 */
export async function mayBegin(deps: ActivityDeps, job: Job, number: number): Promise<boolean> {
  const { channel = '' } = job.routes[number - 1] ?? {};
  const patienceMs = nextRoute(job, number) ? deps.waits.busyMs : Infinity;
  return (await awaitSubmit(deps, job, channel, patienceMs)) && deps.health.mayBegin(channel);
}

import { isCancelableAt, reachOf } from '../core/catalog/reach';
import { GatewayError } from '../core/errors';
import { isTerminal } from '../core/job/job';
import type { Job } from '../core/job/job';
import type { GatewayDeps } from './deps';

type RemoveDeps = Pick<GatewayDeps, 'store' | 'catalog' | 'engine' | 'now' | 'log'>;

/** What a remove did: `deleted` is false where only a cancel was asked for. */
interface Removal {
  job: Job;
  deleted: boolean;
}

/** Deletes a finished job and asks for the cancel of an open one. */
export function removeJob(deps: RemoveDeps, job: Job): Promise<Removal> {
  return isTerminal(job.state) ? erase(deps, job) : requestCancel(deps, job);
}

async function erase(deps: RemoveDeps, job: Job): Promise<Removal> {
  await deps.store.jobs.markDeleted(job.workspaceId, job.id, deps.now());
  return { job, deleted: true };
}

/**
 * Writes the wish to cancel on the row and tells the engine. Throws `conflict` at once where it is known beforehand
 * that the provider cannot cancel the job.
 */
async function requestCancel(deps: RemoveDeps, job: Job): Promise<Removal> {
  if (job.state !== 'canceling' && !(await isCancelable(deps, job))) {
    throw new GatewayError('conflict', {
      message: `The job is ${job.state} and its provider cannot cancel it any more.`,
    });
  }
  const asked = await deps.store.jobs.requestCancel(job.workspaceId, job.id, deps.now());
  const now = asked ?? job;
  if (isTerminal(now.state)) return erase(deps, now);
  await tellEngine(deps, job);
  return { job: now, deleted: false };
}

/**
 * Asks the engine for the cancel. The row carries the wish: an engine that does not hear it now hears it from the
 * sweep.
 */
async function tellEngine(deps: RemoveDeps, job: Job): Promise<void> {
  try {
    await deps.engine.cancelJob(job.workflowId);
  } catch (error) {
    deps.log.warn(
      { jobId: job.id, err: error },
      'the engine did not answer; the sweep asks for the cancel',
    );
  }
}

async function isCancelable(deps: RemoveDeps, job: Job): Promise<boolean> {
  const attempt = await deps.store.attempts.latest(job.id);
  if (attempt?.state !== 'accepted') return true;
  return isCancelableAt(reachOf(deps, attempt), attempt);
}

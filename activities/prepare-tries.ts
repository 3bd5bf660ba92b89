import { GatewayError } from '../src/core/errors';
import type { FrozenRoute, Job } from '../src/core/job/job';
import type { ActivityDeps } from './deps';
import { transient } from './failure';
import { prepare, type PreparedSubmit } from '../src/attempts/send';

/**
 * An error of ours that comes again with every try would keep the job until its deadline, and nobody would be told why.
 * Such errors are counted in the job's row; undefined = the job is to fail. An outage (a folder that is not mounted, a
 * disk that does not answer) is never the job's fault and is thrown as often as it comes.
 */
export async function tryPrepare(
  deps: ActivityDeps,
  job: Job,
  route: FrozenRoute,
  attemptId?: string,
): Promise<PreparedSubmit | undefined> {
  try {
    return await prepare(deps, job, route, attemptId);
  } catch (error) {
    if (isOutage(error)) throw error;
    const tries = await deps.store.jobs.countUnprepared(job.id);
    if (tries < deps.limits.prepareTriesMax) {
      deps.log.error({ jobId: job.id, tries, err: error }, 'no submit could be made of the job');
      throw transient('the submit could not be prepared; see the log', deps.waits.busyRetryMs);
    }
    deps.log.error(
      { jobId: job.id, tries, err: error },
      'no submit could be made of the job; it fails',
    );
    return undefined;
  }
}

/** A system call failed, or a stored file is not to be seen from here. */
function isOutage(error: unknown): boolean {
  if (error instanceof GatewayError) return error.code === 'not_found';
  return error instanceof Error && 'syscall' in error;
}

import type { Principal } from '../core/api/principal';
import { GatewayError } from '../core/errors';
import { readId } from '../core/job/ids';
import type { Job } from '../core/job/job';
import type { Operation } from '../core/job/outcome';
import type { Jobs } from '../core/ports/gateway/jobs';
import type { NativeJobs } from '../core/ports/gateway/native-jobs';
import type { NativeQuery, NativeView, NativeViews } from '../core/job/native-view';
import { latestReplyOf } from '../core/job/reference';
import type { AttemptReplies } from '../core/ports/store/attempts';
import type { GatewayDeps } from './deps';
import { handlesOf, noSuchJob } from './find';
import { foreign } from './foreign';

/**
 * Makes what a pass-through dialect asks of jobs: what the provider said, out of the rows. Nothing but `foreign` asks a
 * provider.
 */
export function createNativeJobs(
  deps: GatewayDeps,
  jobs: Pick<Jobs, 'get' | 'waitFor'>,
): NativeJobs {
  return {
    async view(principal, wire, id) {
      const job = await jobs.get(principal, id);
      if (job.dialect !== wire) throw noSuchJob();
      return viewOf(deps, wire, job);
    },
    views: (principal, wire, query) => listViews(deps, principal, wire, query),
    answered: (principal, wire, job) =>
      answered({ ...deps, waitFor: jobs.waitFor }, principal, wire, job),
    giveOut: (wire, job) => giveOut(deps, wire, job),
    foreign: (principal, wire, question) => foreign(deps, principal, wire, question),
    waits: deps.waits,
  };
}

async function viewOf(deps: GatewayDeps, wire: string, job: Job): Promise<NativeView> {
  const replies = await deps.store.attempts.latestReplies([job.id]);
  return toView(deps, wire, job, replies.get(job.id));
}

async function listViews(
  deps: GatewayDeps,
  { workspaceId }: Principal,
  wire: string,
  { sinceMs, ...query }: NativeQuery,
): Promise<NativeViews> {
  const ids = query.ids.flatMap((id): (string | Operation)[] => {
    const uuid = readId(id);
    const handles = handlesOf(deps, id, wire).map(({ operation }) => operation);
    return uuid ? [uuid, ...handles] : handles;
  });
  // Every id that was asked for is none of ours.
  if (query.ids.length > 0 && ids.length === 0) return { views: [], total: 0 };
  const { jobs, total } = await deps.store.jobs.listNative(workspaceId, wire, {
    ...query,
    since: deps.now() - sinceMs,
    ids,
  });
  const replies = await deps.store.attempts.latestReplies(jobs.map(({ id }) => id));
  return { views: jobs.map((job) => toView(deps, wire, job, replies.get(job.id))), total };
}

/** Returns the provider's answer to a create, as far as it is known when the wait is over. */
async function answered(
  deps: GatewayDeps & Pick<Jobs, 'waitFor'>,
  principal: Principal,
  wire: string,
  { jobId, signal, ms = deps.waits.nativeReplyMs }: Parameters<NativeJobs['answered']>[2],
): Promise<NativeView | undefined> {
  try {
    await deps.waitFor(principal, jobId, 'answered', { ms, signal }).catch(unlessDeleted);
    const job = await deps.store.jobs.load(jobId);
    return job?.workspaceId === principal.workspaceId ? await viewOf(deps, wire, job) : undefined;
  } catch (error) {
    // The job exists, so an error would lead its caller to make, and pay for, another one.
    deps.log.warn({ jobId, err: error }, 'the answer to a create could not be read');
    return undefined;
  }
}

/**
 * Writes down the id that a caller is given: the row says it before the caller hears it. Where it cannot be written the
 * caller is answered all the same.
 */
async function giveOut(
  deps: GatewayDeps,
  wire: string,
  { jobId, id }: { jobId: string; id: string },
): Promise<string> {
  try {
    const given = await deps.store.jobs.giveOut(jobId, id);
    if (given !== undefined) return given;
    const job = await deps.store.jobs.load(jobId);
    return (job && (await viewOf(deps, wire, job)).latest?.id) ?? id;
  } catch (error) {
    deps.log.warn({ jobId, err: error }, 'which id a create gave out could not be written down');
    return id;
  }
}

/** Throws any error but `not_found`: a repeated create has its answer also after the record was deleted. */
function unlessDeleted(error: unknown): void {
  if (!(error instanceof GatewayError && error.code === 'not_found')) throw error;
}

function toView(
  deps: GatewayDeps,
  wire: string,
  job: Job,
  row: AttemptReplies | undefined,
): NativeView {
  const latest = row && latestReplyOf(deps.catalog.providers(), row.attempt, row.reply);
  return {
    job,
    latest: latest?.wire === wire ? latest : undefined,
    attempt: row && {
      state: row.attempt.state,
      phase: row.attempt.phase,
      submitReply: row.submitReply,
    },
  };
}

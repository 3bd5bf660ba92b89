import { eachRow, inBatches } from './each-row';
import type { ActivityDeps } from './deps';

/** What one sweep removed: a number of rows for each step. */
export interface RetentionCounts {
  /** Jobs whose time was over, from then on as if their caller had deleted them. */
  expired: number;
  /** Deleted jobs whose texts were blanked. */
  erased: number;
  /** Deleted jobs whose workflow histories were removed from the engine. */
  histories: number;
  /** Jobs whose results and inputs were given up. */
  files: number;
  /** Jobs whose provider's answers were removed. */
  replies: number;
  callbacks: number;
  events: number;
  /** Stored files of such jobs that are gone. */
  removed: number;
}

/** Every step of retention, in the order in which one makes room for the next. A wait of null keeps for ever. */
export function retentionSteps(
  deps: ActivityDeps,
): Record<keyof RetentionCounts, () => Promise<number>> {
  const { retention: rows } = deps.store;
  const { filesMs, repliesMs, callbacksMs, eventsMs, jobsMs } = deps.retention;
  const after = (
    waitMs: number | null,
    batch: (before: number, limit: number) => Promise<number>,
  ): Promise<number> =>
    waitMs === null
      ? Promise.resolve(0)
      : inBatches(deps, (limit) => batch(deps.now() - waitMs, limit));
  return {
    expired: () => after(jobsMs, (before, limit) => rows.expireJobs(before, deps.now(), limit)),
    erased: () => eraseTexts(deps),
    histories: () => eraseHistories(deps),
    files: () => after(filesMs, (before, limit) => rows.removeFiles(before, deps.now(), limit)),
    replies: () =>
      after(repliesMs, (before, limit) => rows.removeReplies(before, deps.now(), limit)),
    callbacks: () => after(callbacksMs, (before, limit) => rows.removeCallbacks(before, limit)),
    events: () => after(eventsMs, (before, limit) => rows.removeEvents(before, limit)),
    removed: () => removeFiles(deps),
  };
}

async function eraseTexts(deps: ActivityDeps): Promise<number> {
  const rows = await deps.store.retention.erasable(deps.limits.sweepRows);
  return eachRow(deps, { step: 'erased', rows, idsOf: (jobId) => ({ jobId }) }, async (jobId) => {
    await deps.store.retention.erase(jobId, deps.now());
    return true;
  });
}

/** A run that is still closing is found again by the next sweep. */
async function eraseHistories(deps: ActivityDeps): Promise<number> {
  const rows = await deps.store.retention.histories(deps.limits.sweepRows);
  const idsOf = (row: { jobId: string; workflowId: string }) => row;
  return eachRow(deps, { step: 'histories', rows, idsOf }, async ({ jobId, workflowId }) => {
    if (!(await deps.engine.forgetJob(workflowId))) return false;
    await deps.store.retention.markHistoryErased(jobId, deps.now());
    return true;
  });
}

/**
 * A file stays while another row names it, and as long as somebody may be using its bytes for a row to come: the same
 * rule as for files that nothing ever named (`createBlobClearing`).
 */
async function removeFiles(deps: ActivityDeps): Promise<number> {
  const before = deps.now() - deps.waits.blobAgeMs;
  const rows = deps.store.retention;
  const due = await rows.removable(before, deps.limits.sweepFiles);
  const unnamed = new Set(await deps.store.sweep.unnamedBlobs(due, before));
  return eachRow(deps, { step: 'removed', rows: due, idsOf: () => ({}) }, async (id) => {
    const isGone = unnamed.has(id) && (await deps.blobs.remove(id, before));
    const isOver = isGone || !unnamed.has(id) || !(await deps.blobs.stat(id));
    if (isOver) await rows.forgetRemovable([id]);
    return isGone;
  });
}

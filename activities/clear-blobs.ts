import type { ActivityDeps } from './deps';

/**
 * Removes stored files that no row names: of requests that were refused, and of processes that died. Each round looks
 * at a limited number and the next one goes on where it stopped, round and round.
 *
 * A file that is being used again is never lost. Every use puts or touches the file before the row that names it is
 * written, and does both within `blobAgeMs`. So of a file without a row either the use is over, without a row, or the
 * file is young, and the blob store removes no young one.
 */
export function createBlobClearing(deps: ActivityDeps): () => Promise<number> {
  let after: string | undefined;
  return async () => {
    const before = deps.now() - deps.waits.blobAgeMs;
    const looksMax = deps.limits.sweepFiles;
    const { ids, next } = await deps.blobs.stale(before, { after, looksMax });
    after = next;
    let removed = 0;
    for (const id of await deps.store.sweep.unnamedBlobs(ids, before)) {
      if (await deps.blobs.remove(id, before)) removed += 1;
    }
    return removed;
  };
}

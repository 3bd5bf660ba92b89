import { randomUUID } from 'node:crypto';
import { link, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, isId, orIfMissing, pathOf, TEMPORARY } from './places';

/** Lists files that are older than `before`, as `Blobs.stale` promises. */
export async function stale(
  folder: string,
  before: number,
  { after = '', looksMax }: { after: string | undefined; looksMax: number },
): Promise<{ ids: string[]; next: string | undefined }> {
  const ids: string[] = [];
  let place = after;
  let looks = 0;
  for await (const next of placesAfter(folder, after)) {
    if (looks === looksMax) return { ids, next: place };
    looks += 1;
    place = next;
    if (isId(place) && (await mtimeOf(pathOf(folder, place))) < before) ids.push(place);
  }
  return { ids, next: undefined };
}

/** Ids in their order, and the end of each folder, which counts as a place: most of them may be empty. */
async function* placesAfter(folder: string, after: string): AsyncIterable<string> {
  for (const first of await namesIn(folder)) {
    if (!/^[0-9a-f]{2}$/.test(first) || first < after.slice(0, 2)) continue;
    for (const second of await namesIn(join(folder, first))) {
      const end = `${first}${second}~`;
      if (end <= after) continue;
      const names = await namesIn(join(folder, first, second));
      yield* names.filter((id) => isId(id) && id > after);
      yield end;
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await orIfMissing(readdir(folder), [])).sort();
}

/**
 * Taken away first and looked at then, so that a put or a touch comes either before, and its file is put back, or after,
 * and makes or misses the file itself. A file cannot be deleted on a condition in one step.
 */
export async function remove(folder: string, id: string, before: number): Promise<boolean> {
  const path = pathOf(folder, id);
  if (!isId(id) || (await mtimeOf(path)) >= before) return false;
  const aside = join(folder, TEMPORARY, randomUUID());
  const took = rename(path, aside).then(() => true);
  if (!(await orIfMissing(took, false))) return false;
  const isStale = (await mtimeOf(aside)) < before;
  if (!isStale) await orIfMissing(putBack(aside, path), undefined);
  await rm(aside, { force: true });
  return isStale;
}

/** Puts a file back in its place, but never over the file of somebody who has put the same bytes since. */
async function putBack(aside: string, path: string): Promise<void> {
  try {
    await link(aside, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

/** Returns when a file's time was set, in Unix milliseconds; infinity for a file that is gone, which is never old. */
async function mtimeOf(path: string): Promise<number> {
  return orIfMissing(
    stat(path).then(({ mtimeMs }) => mtimeMs),
    Infinity,
  );
}

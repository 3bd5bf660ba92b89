import { createHash, randomUUID } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { chmodSync, createReadStream, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GatewayError } from '../core/errors';
import type { Blobs } from '../core/ports/blobs';
import type { ByteRange } from '../core/media/range';
import { hasCode, isId, isMissing, orIfMissing, pathOf, TEMPORARY } from './places';
import { remove, stale } from './removal';

/**
 * Files named after the SHA-256 of their bytes, under `<folder>/ab/cd/<id>`.
 * A blob exists if and only if all of it is on disk: bytes go to a temporary file, are forced out, and only then get
 * their name. So a crash leaves at most a temporary file, which a later start removes, and two writers of the same
 * bytes end with the same file.
 */

/** No put takes this long; what is older belongs to a process that was killed. */
const TEMPORARY_AGE_MAX_MS = 24 * 60 * 60 * 1_000;

/** Names of files say which media somebody has, so nobody else may list them. */
const FOLDER_MODE = 0o700;

/** Makes the folder where it is missing, and closes it to others. `now` is in Unix milliseconds. */
export function createLocalBlobs(folder: string, now: number = Date.now()): Blobs {
  mkdirSync(join(folder, TEMPORARY), { recursive: true, mode: FOLDER_MODE });
  closeToOthers(folder);
  removeStale(join(folder, TEMPORARY), now);
  return {
    put: (source, bytesMax) => put(folder, source, bytesMax),
    stat: (id) => find(folder, id),
    touch: (id, at) => touch(folder, id, at),
    open: (id, range) => openBlob(folder, id, range),
    read: (id) => read(folder, id),
    stale: (before, walk) => stale(folder, before, walk),
    remove: (id, before) => remove(folder, id, before),
  };
}

/**
 * Takes a folder's rights from everybody but its owner, since a release before made it readable for all. Only its owner
 * may change that, so for anybody else nothing happens.
 */
function closeToOthers(folder: string): void {
  const { mode, uid } = statSync(folder);
  if ((mode & 0o077) !== 0 && uid === process.getuid?.()) chmodSync(folder, FOLDER_MODE);
}

async function put(
  folder: string,
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<{ id: string; bytes: number }> {
  const temporary = join(folder, TEMPORARY, randomUUID());
  try {
    const { id, bytes } = await write(temporary, source, bytesMax);
    await publish(temporary, pathOf(folder, id));
    return { id, bytes };
  } catch (error) {
    await rm(temporary, { force: true });
    throw hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT') ? noRoom(error) : error;
  }
}

/**
 * Makes the error for a full disk, `unavailable`: it is a matter of time, nothing was stored, and nothing is wrong with
 * the request.
 */
const noRoom = (cause: unknown): GatewayError =>
  new GatewayError('unavailable', {
    message: 'There is no room for files at this moment; try again later.',
    retryAfterSeconds: NO_ROOM_RETRY_SECONDS,
    cause,
  });

const NO_ROOM_RETRY_SECONDS = 30;

async function write(
  path: string,
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<{ id: string; bytes: number }> {
  const hash = createHash('sha256');
  // `wx`: never into a file that somebody else made. 0600: media belong to the gateway's user alone.
  const file = await open(path, 'wx', 0o600);
  try {
    const bytes = await pour(source, file, hash, bytesMax);
    await file.sync();
    return { id: hash.digest('hex'), bytes };
  } finally {
    await file.close();
  }
}

async function pour(
  source: AsyncIterable<Uint8Array>,
  file: FileHandle,
  hash: Hash,
  bytesMax: number,
): Promise<number> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) {
      throw new GatewayError('payload_too_large', {
        message: `The file is larger than ${String(bytesMax)} bytes.`,
      });
    }
    hash.update(chunk);
    await file.writeFile(chunk);
  }
  return bytes;
}

async function publish(temporary: string, path: string): Promise<void> {
  const folder = dirname(path);
  const made = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  await rename(temporary, path);
  await syncFolder(folder);
  if (made === undefined) return;
  await syncFolder(dirname(folder));
  await syncFolder(dirname(dirname(folder)));
}

/**
 * Writes a folder's names to the disk; without it one may be missing after a power cut. Windows cannot open a folder
 * and orders this by itself.
 */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function find(folder: string, id: string): Promise<{ bytes: number } | undefined> {
  if (!isId(id)) return undefined;
  return orIfMissing(
    stat(pathOf(folder, id)).then(({ size }) => ({ bytes: size })),
    undefined,
  );
}

/** Nothing removes it once its time is set: see `remove`. */
async function touch(
  folder: string,
  id: string,
  now: number,
): Promise<{ bytes: number } | undefined> {
  const found = await find(folder, id);
  if (!found) return undefined;
  const at = new Date(now);
  return orIfMissing(
    utimes(pathOf(folder, id), at, at).then(() => found),
    undefined,
  );
}

async function* openBlob(folder: string, id: string, range?: ByteRange): AsyncIterable<Uint8Array> {
  const found = await find(folder, id);
  if (!found) throw new GatewayError('not_found');
  if (range && !isWithin(range, found.bytes)) throw new GatewayError('range_not_satisfiable');
  // Leaving the loop early destroys the stream and with it the file handle.
  yield* createReadStream(pathOf(folder, id), range) as AsyncIterable<Uint8Array>; // no encoding is set: Buffers
}

/**
 * Says whether a range can be served. An end past the file means the file's end, as in HTTP; a start past it cannot be
 * served.
 */
function isWithin(range: ByteRange, bytes: number): boolean {
  const { start, end } = range;
  return (
    Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && start < bytes
  );
}

async function read(folder: string, id: string): Promise<Uint8Array> {
  if (!isId(id)) throw new GatewayError('not_found');
  try {
    return await readFile(pathOf(folder, id));
  } catch (error) {
    throw isMissing(error) ? new GatewayError('not_found', { cause: error }) : error;
  }
}

function removeStale(folder: string, now: number): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && now - found.mtimeMs > TEMPORARY_AGE_MAX_MS) rmSync(path, { force: true });
  }
}

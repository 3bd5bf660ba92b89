import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isSame, ownIdentity } from './processes';
import { codeOf } from './reason';
import { parseRun, textOf } from './run-file';
import type { Run } from './run-file';
import { waitFor } from './wait';

/**
 * A lock that dies with its process. The file names its owner and is made with O_EXCL, so one of many wins. The file of
 * a dead owner is replaced only by whoever holds a second lock, named after that very owner, and only if the file still
 * names it then: of two that found the same dead owner, the later one finds the earlier one's name and gives way.
 * A taker that dies at that is a dead owner of the second lock, and the same rule is applied to it.
 */

/** The most takers that may have died one after the other on the same file. */
const DEPTH_MAX = 8;
const TRIES_MAX = 500;
const POLL_MS = 10;
/** A file without an owner is being written now, or was cut short by a crash of the machine. */
const UNREADABLE_MS = 1_000;

/** What the lock's file says of its owner beside who that is, such as `{stopMs: 134000}`. */
export type Details = Readonly<Record<string, string | number>>;

interface Taker {
  name: string;
  details: Details;
}

/** Takes the lock, or answers who has it. */
export async function takeLock(
  path: string,
  name: string,
  details: Details = {},
): Promise<Run | undefined> {
  return take(path, { name, details }, 0);
}

async function take(path: string, taker: Taker, depth: number): Promise<Run | undefined> {
  if (depth > DEPTH_MAX) throw new Error(`${path}* are locks of dead processes; remove them`);
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (create(path, taker)) return undefined;
    const owner = await readOwner(path);
    if (owner === 'none') continue;
    if (isSame(owner)) return owner;
    if (await replace(path, taker, owner, depth)) return undefined;
  }
  throw new Error(`${path} could not be taken: other starts keep taking it`);
}

/** Gives back what this process holds; the lock of anybody else stays. */
export function releaseLock(path: string): void {
  const text = read(path);
  const owner = text === undefined ? undefined : parseRun(text);
  if (owner && isOwn(owner)) rmSync(path, { force: true });
}

function create(path: string, taker: Taker): boolean {
  try {
    writeFileSync(path, ownText(taker), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Run | 'none'> {
  const owner = await waitFor(
    () => {
      const text = read(path);
      return text === undefined ? 'none' : parseRun(text);
    },
    { timeoutMs: UNREADABLE_MS, everyMs: POLL_MS },
  );
  return owner ?? { name: 'unreadable', pid: 0, startTime: 'unreadable', port: 0 };
}

/** False when another taker is at it or was faster: look again. */
async function replace(path: string, taker: Taker, dead: Run, depth: number): Promise<boolean> {
  const turn = `${path}.${dead.pid}-${dead.startTime.replaceAll(/\W+/g, '-')}`;
  const rival = await take(turn, taker, depth + 1);
  if (rival) {
    await waitFor(() => (read(turn) === undefined ? true : undefined), {
      timeoutMs: POLL_MS * 10,
      everyMs: POLL_MS,
    });
    return false;
  }
  try {
    const now = await readOwner(path);
    if (now === 'none' || now.pid !== dead.pid || now.startTime !== dead.startTime) return false;
    const part = `${turn}.part`;
    writeFileSync(part, ownText(taker), { mode: 0o600 });
    renameSync(part, path);
    return true;
  } finally {
    releaseLock(turn);
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function ownText({ name, details }: Taker): string {
  return textOf({ ...details, name, ...ownIdentity(), port: 0 });
}

function isOwn(owner: Run): boolean {
  const own = ownIdentity();
  return owner.pid === own.pid && owner.startTime === own.startTime;
}

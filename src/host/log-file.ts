import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The longest log that a start goes on with; a longer one is put aside as `.1`, so that a folder never keeps more than
 * two of them.
 */
const LOG_BYTES_MAX = 16 * 1024 * 1024;
/** Enough for the last lines of any log. */
const TAIL_BYTES = 16 * 1024;

export function logPath(data: string, name: string): string {
  return join(data, 'logs', `${name}.log`);
}

/**
 * Opens `<data>/logs/<name>.log` for appending, readable by its owner only; the caller closes it. What is written from
 * now on begins at byte `from`.
 */
export function openLog(data: string, name: string): { file: number; from: number } {
  mkdirSync(join(data, 'logs'), { recursive: true, mode: 0o700 });
  const path = logPath(data, name);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  const file = openSync(path, 'a', 0o600);
  return { file, from: fstatSync(file).size };
}

/**
 * Returns the last lines from byte `from` on, for an error that must say why a child failed; says so when there are
 * none.
 */
export function logTail(
  data: string,
  name: string,
  { lines = 8, from = 0 }: { lines?: number; from?: number } = {},
): string {
  const found = readTail(logPath(data, name), from).trimEnd().split('\n').slice(-lines).join('\n');
  return found === '' ? '(its log is empty)' : found;
}

function readTail(path: string, from: number): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(Math.max(size - from, 0), TAIL_BYTES));
    const read = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, read);
  } finally {
    closeSync(file);
  }
}

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './processes';

/** One process of a data folder, as `<data>/run/<name>.json` tells it to the next start and to `reelay stop`. */
export interface Run extends ProcessIdentity {
  name: string;
  /** The port on which it listens; 0 when that is nobody's business. */
  port: number;
  /** What the one who started it wants to find again. */
  [detail: string]: string | number;
}

/** Reads the run file of that name; undefined when there is no such file or it is not one of ours. */
export function readRun(data: string, name: string): Run | undefined {
  try {
    return parseRun(readFileSync(runPath(data, name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Replaces the file in one step: a reader sees the old one or the new one. */
export function writeRun(data: string, run: Run): void {
  mkdirSync(join(data, 'run'), { recursive: true, mode: 0o700 });
  const path = runPath(data, run.name);
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, textOf(run), { mode: 0o600 });
  renameSync(part, path);
}

/** Removes the file only while it still speaks of this process: a successor's file stays. */
export function removeRun(data: string, run: Run): void {
  const found = readRun(data, run.name);
  if (found && (found.pid !== run.pid || found.startTime !== run.startTime)) return;
  rmSync(runPath(data, run.name), { force: true });
}

export function runPath(data: string, name: string): string {
  return join(data, 'run', `${name}.json`);
}

export function textOf(run: Run): string {
  return `${JSON.stringify(run)}\n`;
}

/**
 * Reads the text of a run file, such as `{"name":"engine","pid":4711,...}`; undefined for anything that does not name a
 * process, such as a file that was never written to its end.
 */
export function parseRun(text: string): Run | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isRun(value) ? value : undefined;
}

function isRun(value: unknown): value is Run {
  if (typeof value !== 'object' || value === null) return false;
  const has = (key: string, type: string): boolean => typeof Reflect.get(value, key) === type;
  return (
    has('name', 'string') &&
    has('pid', 'number') &&
    has('startTime', 'string') &&
    has('port', 'number')
  );
}

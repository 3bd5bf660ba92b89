import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * The journal is append-only JSON lines, so that a simulator killed at any moment still knows its jobs when it starts
 * again on the same folder. Lines reach the operating system before the reply does; power loss is not covered.
 */
export interface Journal {
  append(entry: object): void;
  close(): void;
}

const FILE = 'jobs.jsonl';

/** Reads what the folder remembers. A last line cut off by a kill is dropped. */
export function readJournal(folder: string): object[] {
  const path = join(folder, FILE);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const entry = parse(line);
      return entry === undefined ? [] : [entry];
    });
}

/** Starts the file anew with `entries`, which say the same in fewer lines, and appends from there. */
export function startJournal(folder: string, entries: readonly object[]): Journal {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, FILE);
  const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  writeFileSync(`${path}.new`, lines);
  renameSync(`${path}.new`, path);
  const file = openSync(path, 'a');
  return {
    append: (entry) => {
      writeSync(file, `${JSON.stringify(entry)}\n`);
    },
    close: () => {
      closeSync(file);
    },
  };
}

function parse(line: string): object | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

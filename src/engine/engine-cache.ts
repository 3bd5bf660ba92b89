import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from '../host/processes';

/**
 * This file keeps a fetched `temporal`. It gets its place by one rename of a finished file: a killed download or build
 * leaves a `.part` folder and never half a program. Two that fetch at once both succeed; the later one stays.
 */

/** The newest tag that Go can install without a checkout; the download is the same one. */
export const CLI_VERSION = 'v1.5.1';

const PREFIX = `temporal-cli-${CLI_VERSION}`;

export function cachedProgram(cache: string): string {
  return join(cache, PREFIX, 'temporal');
}

/** `make` gets an empty folder and leaves `temporal` in it. Answers the final path. */
export async function intoCache(
  cache: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  removeDeadParts(cache);
  const part = join(cache, `${PREFIX}.${process.pid}.part`);
  const program = cachedProgram(cache);
  mkdirSync(part, { recursive: true });
  try {
    await make(part);
    mkdirSync(join(cache, PREFIX), { recursive: true });
    renameSync(join(part, 'temporal'), program);
    return program;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** They are some hundred megabytes each. */
function removeDeadParts(cache: string): void {
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) {
    const pid = name.startsWith(`${PREFIX}.`) && /\.(\d+)\.part$/.exec(name)?.[1];
    if (pid && startTimeOf(Number(pid)) === undefined) {
      rmSync(join(cache, name), { recursive: true, force: true });
    }
  }
}

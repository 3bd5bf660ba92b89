import { mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commandLine } from './command-line';
import { releaseLock, takeLock } from './lock-file';
import type { Details } from './lock-file';
import { reasonOf } from './reason';
import { runPath } from './run-file';

export interface DataFolder {
  /** Absolute, without symbolic links: the same folder always has the same path. */
  path: string;
  /** Gives the folder free; may be repeated. */
  release(): void;
}

/**
 * Makes the data folder (0700) if it is missing and claims it for this process by `run/gateway.json`. Throws one
 * sentence when another gateway lives in it; the claim of a dead one is taken over, by one of however many try.
 * `details` tells `reelay stop` about this process: `stopMs` is how long it may take to stop.
 */
export async function claimDataFolder(folder: string, details?: Details): Promise<DataFolder> {
  const path = makeDataFolder(folder);
  const owner = await takeLock(runPath(path, 'gateway'), 'gateway', details);
  if (owner) {
    throw new Error(
      `the gateway with pid ${owner.pid} is already running on ${path}; ` +
        `stop it with "${commandLine(`stop --data ${folder}`)}" or choose another folder with --data`,
    );
  }
  return { path, release: () => releaseDataFolder(path) };
}

/** Gives the folder back, if this process holds it. */
export function releaseDataFolder(folder: string): void {
  releaseLock(runPath(resolve(folder), 'gateway'));
}

/** Returns the folder's path without symbolic links; it is made (0700) where it is missing. Throws one sentence. */
export function makeDataFolder(folder: string): string {
  try {
    mkdirSync(join(folder, 'run'), { recursive: true, mode: 0o700 });
    return realpathSync(folder);
  } catch (error) {
    throw new Error(`the data folder ${resolve(folder)} cannot be used: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

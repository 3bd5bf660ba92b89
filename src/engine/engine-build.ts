import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { outputOf } from '../host/reason';
import { findOnPath } from '../host/find-program';
import { CLI_VERSION, intoCache } from './engine-cache';
import type { Environment } from './engine-program';

export interface BuildOptions {
  cache: string;
  environment: Environment;
  say: (line: string) => void;
  signal?: AbortSignal | undefined;
}

const MODULE = `github.com/temporalio/cli/cmd/temporal@${CLI_VERSION}`;
/** Three to eight minutes were measured on two cores, most of it compiling. */
const BUILD_MS = 30 * 60_000;
const PROGRESS_MS = 10_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** Builds Temporal from its published source into the cache. Throws at once where there is no Go. */
export async function buildEngine({
  cache,
  environment,
  say,
  signal,
}: BuildOptions): Promise<string> {
  const go = findOnPath('go', environment.PATH);
  if (!go) throw new Error('there is no Go on PATH');
  say(`engine: building Temporal ${CLI_VERSION} with ${go}; this takes 3 to 8 minutes, once`);
  const startedAt = Date.now();
  const report = setInterval(() => {
    say(`engine: building Temporal ${CLI_VERSION}, ${seconds(startedAt)} s so far`);
  }, PROGRESS_MS);
  try {
    const program = await intoCache(cache, (folder) => install(go, folder, environment, signal));
    say(`engine: Temporal ${CLI_VERSION} is built, after ${seconds(startedAt)} s`);
    return program;
  } finally {
    clearInterval(report);
  }
}

async function install(
  go: string,
  folder: string,
  environment: Environment,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await promisify(execFile)(go, ['install', MODULE], {
      // Outside of any module or workspace that could change what is built.
      cwd: folder,
      env: { ...environment, GOBIN: folder, GOWORK: 'off' },
      timeout: BUILD_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    const last = outputOf(error).split('\n').at(-1) ?? '';
    throw new Error(`"go install ${MODULE}" failed: ${last}`, { cause: error });
  }
}

function seconds(startedAt: number): string {
  return ((Date.now() - startedAt) / 1_000).toFixed(0);
}

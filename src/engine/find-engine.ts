import { reasonOf } from '../host/reason';
import { buildEngine } from './engine-build';
import { CLI_VERSION, cachedProgram } from './engine-cache';
import { downloadEngine } from './engine-download';
import type { EngineProgram, Environment } from './engine-program';
import { findOnPath, isExecutable } from '../host/find-program';
import { VERSION_MIN, checkProgram } from './engine-program';

export interface FindOptions {
  cache: string;
  /** TEMPORAL_CLI_PATH and PATH count here; what is run gets all of it. */
  environment: Environment;
  say: (line: string) => void;
  signal?: AbortSignal | undefined;
  downloadSource?: string | undefined;
}

export type ProgramKind = 'cli-path' | 'path' | 'cached' | 'download' | 'go-install';

export interface FoundProgram extends EngineProgram {
  kind: ProgramKind;
}

interface Place {
  kind: ProgramKind;
  /** Completes "Temporal Server 1.29.1 from ...". */
  name: string;
  /** Returns the path of a program; undefined when there is nothing at this place. Throws when fetching it failed. */
  get(): Promise<string | undefined> | string | undefined;
}

/**
 * Finds the first `temporal` that is good enough: what the operator named, what is installed, what was fetched before,
 * a download, a build. Says what is passed over and why, and what was taken. Throws one error that lists what can be
 * done when there is none.
 */
export async function findEngine(options: FindOptions): Promise<FoundProgram> {
  const { environment, say, signal } = options;
  for (const { kind, name, get } of places(options)) {
    signal?.throwIfAborted();
    let path: string | undefined;
    try {
      path = await get();
    } catch (error) {
      signal?.throwIfAborted();
      say(`engine: ${name} is passed over: ${reasonOf(error)}`);
      continue;
    }
    if (path === undefined) continue;
    const found = await checkProgram(path, environment);
    if ('path' in found) return { kind, ...found };
    say(`engine: ${name} is passed over: ${path} ${found.reason}`);
  }
  throw new Error(nothingFound(options.cache));
}

/** Completes a sentence about the program that was taken. */
export function originOf(kind: ProgramKind): string {
  switch (kind) {
    case 'cli-path':
      return 'named by TEMPORAL_CLI_PATH';
    case 'path':
      return 'found on PATH';
    case 'cached':
      return 'fetched earlier';
    case 'download':
      return 'just downloaded';
    case 'go-install':
      return 'just built';
  }
}

function places(options: FindOptions): Place[] {
  const { cache, environment, downloadSource: source } = options;
  return [
    {
      kind: 'cli-path',
      name: 'TEMPORAL_CLI_PATH',
      get: () => environment.TEMPORAL_CLI_PATH || undefined,
    },
    {
      kind: 'path',
      name: '"temporal" on PATH',
      get: () => findOnPath('temporal', environment.PATH),
    },
    {
      kind: 'cached',
      name: 'the program in the cache',
      get: () => (isExecutable(cachedProgram(cache)) ? cachedProgram(cache) : undefined),
    },
    {
      kind: 'download',
      name: `the download of Temporal ${CLI_VERSION}`,
      get: () => downloadEngine({ ...options, source }),
    },
    {
      kind: 'go-install',
      name: `a build of Temporal ${CLI_VERSION}`,
      get: () => buildEngine(options),
    },
  ];
}

function nothingFound(cache: string): string {
  return [
    'there is no Temporal server to work with; do one of these and start again:',
    '- set TEMPORAL_ADDRESS to host:port of a running Temporal server or cluster',
    `- install Temporal's command line tool with Server ${VERSION_MIN} or newer, or set TEMPORAL_CLI_PATH to it`,
    '- let this machine reach https://temporal.download, from where it is fetched once',
    '- install Go (https://go.dev/dl) and let it reach its module proxy: Temporal is then built once',
    `- copy the program from another machine to ${cachedProgram(cache)}`,
  ].join('\n');
}

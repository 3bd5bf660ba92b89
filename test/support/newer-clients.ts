import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../src/config';
import { installedOnce, runProgram } from './installed';
import { startLineTalk } from './line-talk';

/**
 * Clients that others wrote and that need a newer Node than the oldest of ours: they are installed from npm into the cache,
 * by the lock file in `newer-clients/`, and run by `newer-clients/child.mjs` in a process of Node 24.
 */
export interface NewerClients {
  /** The folder whose `node_modules` has them. */
  folder: string;
  /** Lets a client make one video, and gives what came of it, also where the client threw. */
  make(order: Order): Promise<Outcome>;
  /** Ends the process. */
  stop(): Promise<void>;
}

export interface Order {
  client: 'google' | 'fal' | 'replicate' | 'minimax' | 'bytedance' | 'minimax-mcp-js' | 'openai';
  /** The base URL of the simulated provider. */
  base: string;
  key: string;
  model?: string;
  /** What a caller of the client would write. */
  settings: Readonly<Record<string, unknown>>;
  /** It waits to be called by the provider, at an address of its own, instead of looking. */
  isCalled?: boolean;
}

export interface Outcome {
  given?: {
    videos: { kind: string; mediaType?: string }[];
    warnings?: { feature?: string }[];
    providerMetadata?: Record<string, Record<string, unknown>>;
    /** The status words of the looks. */
    words?: string[];
    called?: { headers: Record<string, string>; body: Record<string, unknown> };
    /** What the method of a client gave that is asked for each call. */
    answer?: Record<string, unknown>;
  };
  thrown?: {
    name: string;
    message: string;
    statusCode?: number;
    responseBody?: string;
    status?: number;
    code?: string;
    param?: string | null;
  };
}

const ROOT = join(__dirname, '..', '..');
const HERE = join(__dirname, 'newer-clients');
const PINS = ['package.json', 'package-lock.json'];
const MAJOR = 24;

export function startNewerClients(): NewerClients {
  const folder = installedClients();
  const program = [join(HERE, 'child.mjs'), folder];
  const { ask: make, stop } = startLineTalk<Outcome>(nodeProgram(), program);
  return { folder, make, stop };
}

/** Returns this Node where it is new enough, else the one that `npm run other-nodes` runs too. */
function nodeProgram(): string {
  if (Number(process.versions.node.split('.')[0]) >= MAJOR) return process.execPath;
  const args = ['scripts/other-node.mjs', String(MAJOR), readConfig().cacheFolder];
  return runProgram(process.execPath, args, ROOT).trim();
}

function installedClients(): string {
  const hash = createHash('sha256');
  for (const pin of PINS) hash.update(readFileSync(join(HERE, pin)));
  return installedOnce(`newer-clients-${hash.digest('hex').slice(0, 12)}`, (folder) => {
    for (const pin of PINS) copyFileSync(join(HERE, pin), join(folder, pin));
    // They run on another Node than npm does, whose warnings about that are right and of no use.
    runProgram('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  });
}

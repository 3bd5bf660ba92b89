import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedOnce, runProgram } from './installed';

/**
 * vLLM-Omni and SGLang as far as they run without a GPU: the source of their APIs, from PyPI, which says of a create how it
 * is read, and of an answer whether it is one of theirs. `video-servers/servers.py` tells what of them is run.
 */
export type ServerName = 'vllm' | 'sglang';

export type Question =
  | ['create', { server: ServerName; contentType: string; body: string }]
  | ['reply', { server: ServerName; body: unknown; kind?: 'deleted' }]
  | ['failed', { server: 'vllm'; body: unknown; code: string | number; message: string }]
  | ['fields', { server: ServerName }]
  | ['says', { server: ServerName; text: string }];

interface Answers {
  /** A create that is refused was read as nothing. */
  create: { status: number; body: Partial<ReadCreate> };
  /** What is wrong with it, and how the server would write it, where it can. */
  reply: { wrong: string[]; full?: Record<string, unknown> };
  /** How a look at a failed job is answered. */
  failed: { status: number; body: Record<string, unknown> };
  /** Every word that a create may have. */
  fields: string[];
  /** Whether its source has a text. */
  says: boolean;
}

/** A create as the server has read it. */
export interface ReadCreate {
  read: Record<string, unknown>;
  /** The words that it reads. */
  known: string[];
  /** What it answers. */
  reply?: Record<string, unknown>;
}

const HERE = join(__dirname, 'video-servers');
const PINS = ['install.py', 'requirements.txt', 'servers.txt'];
const ANSWER_MS = 60_000;

/** Asks everything at once, in one process; throws where it fails. Needs Python 3.11 or newer, as SGLang does. */
export function askServers<Kind extends Question[0]>(
  questions: readonly Extract<Question, readonly [Kind, unknown]>[],
): Answers[Kind][] {
  const folder = installedServers();
  const { status, stdout, stderr, error } = spawnSync('python3', [join(HERE, 'judge.py'), folder], {
    input: JSON.stringify(questions),
    encoding: 'utf8',
    timeout: ANSWER_MS,
    env: { ...process.env, PYTHONPATH: join(folder, 'lib'), PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (status !== 0) throw new Error(`the servers did not answer: ${error?.message ?? stderr}`);
  return JSON.parse(stdout) as Answers[Kind][]; // what judge.py writes
}

function installedServers(): string {
  const version = runProgram('python3', ['--version'], HERE).trim();
  const hash = createHash('sha256').update(version);
  for (const pin of PINS) hash.update(readFileSync(join(HERE, pin)));
  return installedOnce(`video-servers-${hash.digest('hex').slice(0, 12)}`, (folder) => {
    runProgram('python3', [join(HERE, 'install.py'), folder], HERE);
  });
}

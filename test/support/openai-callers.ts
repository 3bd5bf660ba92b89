import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedOnce, runProgram } from './installed';
import { startLineTalk } from './line-talk';
import { startNewerClients } from './newer-clients';

/**
 * OpenAI's own clients of today, for Node and for Python, unchanged: each runs in a process of its own and makes one call of
 * its `videos` at a time as a caller would write it.
 */
export interface OpenaiCaller {
  call(order: OpenaiCall): Promise<OpenaiOutcome>;
  /** Ends the process. */
  stop(): Promise<void>;
}

/** A method in Python's spelling, `download_content`; the id that it is called with, and its other arguments. */
export interface OpenaiCall {
  base: string;
  key: string;
  method: string;
  of?: string;
  /** A file among them is `{base64, name, type}`. */
  body?: Readonly<Record<string, unknown>>;
  /** What the client has no argument for. */
  extra?: Readonly<Record<string, unknown>>;
}

export interface OpenaiOutcome {
  /** The client's own object as JSON; a file as `{type, base64}`; the ids of a list that was read to its end. */
  given?: Record<string, unknown>;
  thrown?: {
    name: string;
    message: string;
    status?: number;
    code?: string;
    param?: string | null;
  };
}

/** OpenAI's client for Node, at the version of the lock file in `newer-clients/`, on Node 24. */
export function startNodeCaller(): OpenaiCaller {
  const clients = startNewerClients();
  return {
    call: async ({ base, key, ...settings }) => {
      const order = { client: 'openai', base, key, settings } as const;
      const { given, thrown } = await clients.make(order);
      return { ...(given ? { given: given.answer ?? {} } : {}), ...(thrown ? { thrown } : {}) };
    },
    stop: clients.stop,
  };
}

/** OpenAI's client for Python, with what it needs at the versions of `python-clients/requirements.txt`. Needs Python 3.11. */
export function startPythonCaller(): OpenaiCaller {
  const { ask, stop } = startLineTalk<OpenaiOutcome>(
    'python3',
    [join(HERE, 'child.py')],
    openaiForPython(),
  );
  return { call: (order) => ask({ body: {}, ...order }), stop };
}

/** Returns an environment in which `python3` finds that client. */
export const openaiForPython = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PYTHONPATH: installedPython(),
  PYTHONDONTWRITEBYTECODE: '1',
});

const HERE = join(__dirname, 'python-clients');
const PINS = 'requirements.txt';

/** Returns the folder in the cache that has the clients, of this Python. */
function installedPython(): string {
  const version = runProgram('python3', ['--version'], HERE).trim();
  const hash = createHash('sha256')
    .update(version)
    .update(readFileSync(join(HERE, PINS)));
  const name = `python-clients-${hash.digest('hex').slice(0, 12)}`;
  return installedOnce(name, (folder) => {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    runProgram('python3', [...pip, '--target', folder, '--requirement', PINS], HERE);
  });
}

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { adopt, hasEnded, startChild, startFailure, stopChild } from '../host/children';
import { freePort } from '../host/free-port';
import { commandLineOf, startTimeOf } from '../host/processes';
import type { Run } from '../host/run-file';
import { waitFor } from '../host/wait';
import { canLogIn } from './login';
import type { PostgresUser } from './user';

export interface ServerOptions {
  data: string;
  native: string;
  folder: string;
  user: PostgresUser | undefined;
  superuserPassword: string;
  /** A free one when not given. */
  port?: number | undefined;
  say: (line: string) => void;
}

export const POSTGRES = 'postgres';

/** Milliseconds that a start may take: after a crash the log is replayed first, which takes as long as there is log. */
const READY_MS = 180_000;
/** A port can be taken between choosing and using it, and a killed server's last processes need a moment to end. */
const START_TRIES = 5;
const ADOPT_MS = 5_000;
const POLL_MS = 15;
const PROGRESS_MS = 5_000;

/**
 * Adopts the server that a killed gateway left, if it answers on the wanted port; stops it otherwise and returns
 * undefined.
 */
export function adoptServer(
  options: Omit<ServerOptions, 'native' | 'user'>,
): Promise<Run | undefined> {
  const { data, port, superuserPassword: password } = options;
  return adopt(data, POSTGRES, async (run) => {
    if (port !== undefined && run.port !== port) return false;
    return isReady(run, password, ADOPT_MS);
  });
}

/** Resolves when the server accepts logins. */
export async function startServer(options: ServerOptions): Promise<Run> {
  await clearPidFile(options);
  for (let tries = 1; ; tries += 1) {
    const run = await spawnServer(options);
    const report = setInterval(() => {
      options.say('database: Postgres is still starting; after a crash it first replays its log');
    }, PROGRESS_MS);
    try {
      if (await isReady(run, options.superuserPassword, READY_MS)) return run;
    } finally {
      clearInterval(report);
    }
    const failure = startFailure(options.data, run, {
      what: 'Postgres',
      reason: 'it takes no logins',
    });
    const mayTryAgain = hasEnded(run) && tries < START_TRIES;
    await stopChild(options.data, run);
    if (!mayTryAgain) throw failure;
  }
}

async function spawnServer({ data, native, folder, user, port }: ServerOptions): Promise<Run> {
  const listen = port ?? (await freePort());
  const settings = {
    listen_addresses: '127.0.0.1',
    port: listen,
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    log_checkpoints: 'off',
    // A failed statement holds values of users, which are nobody's business in a log.
    log_min_error_statement: 'panic',
    log_parameter_max_length_on_error: 0,
  };
  return startChild({
    data,
    name: POSTGRES,
    command: join(native, 'bin', 'postgres'),
    args: [
      '-D',
      folder,
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    port: listen,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    cwd: '/',
    ...(user ? { user } : {}),
    details: { folder },
  });
}

async function isReady(run: Run, password: string, timeoutMs: number): Promise<boolean> {
  const login = { user: 'postgres', password, port: run.port, database: 'postgres' };
  const answer = await waitFor(
    async () => {
      if (await canLogIn(login)) return true;
      return hasEnded(run) ? false : undefined;
    },
    { timeoutMs, everyMs: POLL_MS },
  );
  return answer ?? false;
}

/**
 * Postgres takes a postmaster.pid whose pid runs for a server of its own, whatever that process is. So a stranger's pid
 * is cleared away, and a server of this very folder whose run file got lost is stopped. The pid of nobody is left to
 * Postgres, which then checks that no process of the old server is alive.
 */
async function clearPidFile({ data, folder, say }: ServerOptions): Promise<void> {
  const path = join(folder, 'postmaster.pid');
  const pid = readPid(path);
  const startTime = pid === undefined ? undefined : startTimeOf(pid);
  if (pid === undefined || startTime === undefined) return;
  const isServer = commandLineOf(pid).split(' -c ')[0]?.endsWith(`postgres -D ${folder}`) ?? false;
  if (!isServer) {
    rmSync(path, { force: true });
    return;
  }
  say(`database: stopping a Postgres (pid ${pid}) that runs on ${folder} without a run file`);
  await stopChild(data, { name: POSTGRES, pid, startTime, port: 0 });
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').split('\n')[0]);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

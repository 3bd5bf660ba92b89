import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Message, Order } from './messages';
import type { Point } from './points';

/** One Node process of the harness, with the points it announces. */
export interface Child {
  pid: number;
  /** Resolves when it stands at the point; call before the point can be reached. */
  arm(point: Point): Promise<Arrival>;
  /** Lets it go on from where it stands. */
  release(): void;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has ended of itself, and rejects when it ended with anything but 0. */
  stop(): Promise<void>;
  isRunning(): boolean;
}

export interface Arrival {
  reached: Promise<void>;
}

export interface ChildOptions {
  /** File in this folder, without its ending. */
  script: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** The file to which stdout and stderr go. */
  log: string;
}

const REGISTER = join(__dirname, 'register.cjs');
const ROOT = join(__dirname, '..', '..', '..');

/** Resolves when it is ready for work; rejects when it ends before that. */
export async function startProcess({ script, args, env, log }: ChildOptions): Promise<Child> {
  const file = openSync(log, 'a', 0o600);
  const child = fork(join(__dirname, `${script}.ts`), args, {
    cwd: ROOT,
    env: { ...env },
    execArgv: ['-r', REGISTER],
    stdio: ['ignore', file, file, 'ipc'],
  });
  closeSync(file);
  await said(child, 'ready', log);
  return {
    pid: child.pid ?? 0,
    async arm(point) {
      const armed = said(child, 'armed', log);
      const reached = said(child, 'reached', log);
      // Whoever does not wait for it has another reason to fail.
      reached.catch(() => undefined);
      child.send({ order: 'arm', point } satisfies Order);
      await armed;
      return { reached };
    },
    release: () => {
      if (child.connected) child.send({ order: 'release' } satisfies Order);
    },
    signal: (name) => {
      child.kill(name);
    },
    isRunning: () => isRunning(child),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const [code, signal] = (await ended) as [number | null, string | null];
      if (code !== 0) throw new Error(`a stopped process ended with ${code ?? signal}; see ${log}`);
    },
    async kill() {
      if (!isRunning(child)) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function said(child: ChildProcess, kind: Message['kind'], log: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      child.off('message', hear).off('exit', fail);
    };
    const hear = (message: Message): void => {
      if (message.kind !== kind) return;
      done();
      resolve();
    };
    const fail = (code: number | null, signal: string | null): void => {
      done();
      reject(new Error(`a process ended (${code ?? signal}) before it was ${kind}; see ${log}`));
    };
    child.on('message', hear).on('exit', fail);
  });
}

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stopAll } from '../../src/host/stop-all';

/** What a test leaves behind is removed after it: processes first, then folders. */
export const ROOT = join(__dirname, '..', '..');
const folders: string[] = [];
const processes: ChildProcess[] = [];

/** Makes a folder that everybody may enter, unless the test says otherwise. */
export function temporaryFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-test-'));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
}

export interface Script {
  pid: number;
  process: ChildProcess;
  /** The next line it prints; undefined when it ended. */
  nextLine(): Promise<string | undefined>;
  /** What it wrote to stderr so far. */
  errors(): string;
  kill(): Promise<void>;
}

/** Runs TypeScript-loading code in a process of its own, from the root of the repository. */
export function startScript(
  code: string,
  options: { args?: string[]; uid?: number; gid?: number } = {},
): Script {
  const { args = [], ...user } = options;
  const register = join(__dirname, 'register-typescript.cjs');
  return track(
    spawn(process.execPath, ['-r', register, '-e', code, '--', ...args], { cwd: ROOT, ...user }),
  );
}

/** A process that has nothing to do with us and lives until the test ends. */
export async function startStranger(user: { uid?: number; gid?: number } = {}): Promise<number> {
  const code = 'console.log("up"); setInterval(() => {}, 1e6)';
  const stranger = track(spawn(process.execPath, ['-e', code], { cwd: '/', ...user }));
  await stranger.nextLine();
  return stranger.pid;
}

function track(child: ChildProcess): Script {
  processes.push(child);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    process: child,
    async nextLine() {
      const line = await lines.next();
      return line.done ? undefined : line.value;
    },
    errors: () => errors,
    kill: () => kill(child),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Everything is stopped before anything is removed: a database may have its files in another of the folders. */
export async function cleanUp(): Promise<void> {
  await Promise.all(processes.splice(0).map(kill));
  const left = folders.splice(0);
  for (const folder of left) await stopAll(folder);
  for (const folder of left) rmSync(folder, { recursive: true, force: true });
}

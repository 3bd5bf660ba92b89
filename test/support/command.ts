import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { until } from './gateway';

/** `reelay` as a person or a supervisor runs it: a process with two outputs and an exit code. */
export interface Command {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  /** The exit code; null when a signal ended it. */
  ended: Promise<number | null>;
}

const ROOT = join(__dirname, '..', '..');

export function reelay(args: readonly string[], env: Record<string, string> = {}): Command {
  const child = spawn(process.execPath, ['scripts/reelay.mjs', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return commandOf(child);
}

/** Collects what a child that was just spawned prints. */
export function commandOf(
  child: ChildProcessByStdio<Writable | null, Readable, Readable>,
): Command {
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, out: () => out, err: () => err, ended };
}

/** The READY line of a command that was called with `--json`. */
export async function ready<Line>(command: Command): Promise<Line> {
  const line = await until(
    'the READY line',
    async () => {
      if (command.child.exitCode !== null) throw new Error(`it ended: ${command.err()}`);
      return command.out().includes('\n') ? command.out() : undefined;
    },
    // The first start may have to build.
    120_000,
  );
  // Sound as far as the caller knows which line the command prints.
  return JSON.parse(line) as Line;
}

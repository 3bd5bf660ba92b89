import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { logTail, openLog } from '../../src/host/log-file';

/** A program that runs until it is stopped, such as `reelay api` or the peer's proxy. */
export interface Program {
  pid: number;
  /** Rejects when it ends by itself; then nothing that is measured means anything. */
  failed: Promise<never>;
  /** Ends it at once and resolves when it is gone; repeatable. What it works on is thrown away with it. */
  stop(): Promise<void>;
}

export interface ProgramOptions {
  /** Names the log in `<data>/logs`, which gets its stderr. */
  name: string;
  data: string;
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** Hears the lines of stdout. */
  onLine?: (line: string) => void;
  /** Its stdin is a pipe that closes when this process ends. */
  holdsInput?: true;
}

export function startProgram(options: ProgramOptions): Program {
  const { name, data, command, args, env } = options;
  const log = openLog(data, name);
  // In a folder of its own: no config file of the current one is for it.
  const input = options.holdsInput ? 'pipe' : 'ignore';
  const child = spawn(command, args, { cwd: data, env, stdio: [input, 'pipe', log.file] });
  closeSync(log.file);
  let rest = '';
  // A pipe was asked for, whatever the types say of the log file beside it.
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString('utf8')}`.split('\n');
    rest = lines.pop() ?? '';
    lines.forEach((line) => options.onLine?.(line));
  });
  let isStopping = false;
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(`with ${String(code ?? signal)}`);
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
  });
  const failed = ended.then((how) => {
    if (isStopping) return new Promise<never>(() => undefined);
    throw new Error(`${name} ended ${how}; the last lines of its log:\n${logTail(data, name)}`);
  });
  failed.catch(() => undefined); // Told to whoever waits for it.
  return {
    pid: child.pid ?? 0,
    failed,
    async stop() {
      isStopping = true;
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const READY_MS = 60_000;

/**
 * Starts the program; `ready` resolves with the first line of its stdout that is JSON, and rejects when it ends before
 * or none comes in time.
 */
export function startReady<Ready>(options: Omit<ProgramOptions, 'onLine'>): {
  program: Program;
  ready: Promise<Ready>;
} {
  let hear: (line: string) => void = () => undefined;
  const line = new Promise<string>((resolve) => {
    hear = (text) => {
      if (text.startsWith('{')) resolve(text);
    };
  });
  const program = startProgram({
    ...options,
    onLine: (text) => {
      hear(text);
    },
  });
  const ready = Promise.race([line, program.failed, tooLate(options)]);
  // Sound for the programs that the bench starts: each prints its one READY line first.
  return { program, ready: ready.then((text) => JSON.parse(text) as Ready) };
}

function tooLate({ name, data }: { name: string; data: string }): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => {
      reject(new Error(`${name} was not ready in time; its log:\n${logTail(data, name)}`));
    }, READY_MS).unref();
  });
}

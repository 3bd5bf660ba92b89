import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** One process of a built release, run as an operator runs it. */
export interface ReleaseProcess {
  /** The API's origin; undefined for a worker. */
  api: string | undefined;
  /** What it logged at level `error` or worse, as JSON lines. */
  errors(): string[];
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
}

const ERROR_LEVEL = 50;

/** The function resolves at the READY line; it rejects with the whole log when the process ends before that. */
export async function startRelease(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReleaseProcess> {
  const child = spawn(process.execPath, ['scripts/reelay.mjs', ...args, '--json'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const logged: string[] = [];
  createInterface(child.stderr).on('line', (line) => logged.push(line));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const ready = once(createInterface(child.stdout), 'line').then(([line]) => line as string);
  const first = await Promise.race([ready, exited.then(() => undefined)]);
  if (first === undefined) throw new Error(`${args.join(' ')} ended: ${logged.join('\n')}`);
  return {
    api: (JSON.parse(first) as { api?: string }).api,
    errors: () => logged.filter((line) => levelOf(line) >= ERROR_LEVEL),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      return exited;
    },
  };
}

/** What is no JSON line came from outside of the log, a crash for example. */
function levelOf(line: string): number {
  try {
    return (JSON.parse(line) as { level: number }).level;
  } catch {
    return ERROR_LEVEL;
  }
}

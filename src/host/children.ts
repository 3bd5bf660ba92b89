import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { logTail, openLog } from './log-file';
import { isSame, startTimeOf } from './processes';
import { codeOf, reasonOf } from './reason';
import type { Run } from './run-file';
import { readRun, removeRun, writeRun } from './run-file';
import { stopSteps } from './stop-steps';
import type { StopStep } from './stop-steps';
import { waitUntil } from './wait';

/**
 * Children outlive us on purpose: each has its own process group, writes to its own log and is found again by its run
 * file. A kill -9 of the gateway therefore takes neither the engine nor the database down, and the next start adopts
 * them. A signal is only ever sent to a process whose pid and start time are those of the run file.
 */
export interface ChildOptions {
  data: string;
  /** Names the run file and the log. */
  name: string;
  command: string;
  args: readonly string[];
  port: number;
  /** All that the child gets; nothing is inherited. */
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Runs the child as this user; only root can. */
  user?: { uid: number; gid: number };
  details?: Readonly<Record<string, string | number>>;
}

/** How long the kernel may take to end a process after SIGKILL; longer means that it hangs in a device. */
const KILL_MS = 3_000;
const POLL_MS = 20;

/** Resolves when the program was executed and its run file is written. It may still fail right after. */
export async function startChild(options: ChildOptions): Promise<Run> {
  const { data, name, command, args, port, env, cwd, user, details } = options;
  const log = openLog(data, name);
  try {
    const child = ownFilesOnly(() =>
      spawn(command, args, {
        cwd,
        env,
        detached: true,
        stdio: ['ignore', log.file, log.file],
        ...(user ? { uid: user.uid, gid: user.gid } : {}),
      }),
    );
    const started = new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve).once('error', reject);
    });
    // Written before anything else can happen: a child without a run file could not be found again.
    const run = { ...details, name, pid: child.pid ?? 0, startTime: '', port, logFrom: log.from };
    if (child.pid !== undefined) {
      run.startTime = startTimeOf(child.pid) ?? 'ended';
      writeRun(data, run);
    }
    child.unref();
    await started;
    return run;
  } catch (error) {
    throw new Error(`${name} could not be started: ${reasonOf(error)}`, { cause: error });
  } finally {
    closeSync(log.file);
  }
}

/** A child inherits the mask, so that nobody else can read what it writes: the engine sets no mode on its database. */
function ownFilesOnly<Child>(start: () => Child): Child {
  const before = process.umask(0o077);
  try {
    return start();
  } finally {
    process.umask(before);
  }
}

/** Says whether the process ended by itself before it was of any use; for a readable error take `logTail`. */
export function hasEnded(run: Run): boolean {
  return !isSame(run);
}

/** Makes the error for a child that did not get healthy, with the last lines that it wrote. */
export function startFailure(
  data: string,
  run: Run,
  { what, reason }: { what: string; reason: string },
): Error {
  const how = hasEnded(run) ? 'ended during its start' : `did not get ready in time (${reason})`;
  const tail = logTail(data, run.name, { from: Number(run.logFrom ?? 0) });
  return new Error(`${what} ${how}; the last lines of its log:\n${tail}`);
}

/**
 * Adopts what a killed predecessor left: returns the child when it is healthy, otherwise stops it and returns
 * undefined. Call it only with the data folder claimed, since the child of a living gateway is not ours.
 */
export async function adopt(
  data: string,
  name: string,
  isHealthy: (run: Run) => Promise<boolean>,
): Promise<Run | undefined> {
  const run = readRun(data, name);
  if (!run) return undefined;
  if (isSame(run) && (await isHealthy(run))) return run;
  await stopChild(data, run);
  return undefined;
}

/** `gone` = there was nothing to stop: it had ended, or its pid belongs to a stranger by now. */
export type StopResult = 'gone' | 'stopped' | 'killed';

/**
 * Ends one process and removes its run file. Each signal goes to the process, which ends its own children in order;
 * the SIGKILL after the last step goes to its whole group. Repeatable.
 */
export async function stopChild(
  data: string,
  run: Run,
  steps: readonly StopStep[] = stopSteps(run),
): Promise<StopResult> {
  const result = await endProcess(run, steps);
  removeRun(data, run);
  return result;
}

async function endProcess(run: Run, steps: readonly StopStep[]): Promise<StopResult> {
  const hasEndedWithin = (timeoutMs: number): Promise<boolean> =>
    waitUntil(() => !isSame(run), { timeoutMs, everyMs: POLL_MS });
  if (!isSame(run)) return 'gone';
  for (const { signal, graceMs } of steps) {
    send(run, run.pid, signal);
    if (await hasEndedWithin(graceMs)) return 'stopped';
  }
  if (!send(run, -run.pid, 'SIGKILL')) send(run, run.pid, 'SIGKILL');
  if (await hasEndedWithin(KILL_MS)) return 'killed';
  throw new Error(`${run.name} (pid ${run.pid}) does not end, not even by SIGKILL`);
}

/** Sends a signal; false when there is no such process or group. */
function send(run: Run, target: number, signal: NodeJS.Signals): boolean {
  if (!isSame(run)) return false;
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
    throw new Error(
      `${run.name} (pid ${run.pid}) belongs to another user and cannot be stopped; stop it as that user or as root`,
      { cause: error },
    );
  }
}

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * What the machine knows of a process. A pid alone names nothing for long: it is given to another process after the
 * first one ended. Pid and start time together name one process, so both are kept and compared before any signal.
 */
export interface ProcessIdentity {
  pid: number;
  /**
   * The start time as the kernel tells it, such as `48215` ticks since boot on Linux, a date elsewhere. It is only good
   * for comparing.
   */
  startTime: string;
}

/** True while exactly this process runs; false for its zombie and for a stranger that got its pid. */
export function isSame({ pid, startTime }: ProcessIdentity): boolean {
  return startTimeOf(pid) === startTime;
}

/**
 * Returns when that process started, as text to compare; undefined when there is no such process, or only its zombie,
 * which nobody may have collected.
 */
export function startTimeOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
}

/** Returns the identity of this process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? 'unknown' };
}

/** Returns the program and its arguments; empty when the process is gone or may not be looked at. */
export function commandLineOf(pid: number): string {
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    }
    return ps(pid, 'command=');
  } catch {
    return '';
  }
}

/** Fields 3 (state) and 22 (start time) of proc_pid_stat(5); field 2 may itself hold spaces and parentheses. */
function startTimeFromProc(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return isEnded(fields[0]) ? undefined : fields[19];
}

function startTimeFromPs(pid: number): string | undefined {
  const [state, ...date] = ps(pid, 'state=,lstart=').split(/\s+/);
  return isEnded(state) || date.length === 0 ? undefined : date.join(' ');
}

function isEnded(state: string | undefined): boolean {
  return state === undefined || /^[ZX]/.test(state);
}

function ps(pid: number, columns: string): string {
  // The date's spelling follows the locale, and two starts may have different ones.
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  const { stdout } = spawnSync('ps', ['-o', columns, '-p', String(pid)], { encoding: 'utf8', env });
  return stdout.trim();
}

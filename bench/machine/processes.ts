import { readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { rounded } from '../math/statistics';
import { readKib, readProcStat } from './proc';
import type { ProcStat } from './proc';

/** The processes that a bench watches, by the name its figures give them. */
export type ProcessTable = Readonly<Record<string, WatchedProcess>>;

export interface WatchedProcess {
  pid: number;
  /** Whether its children count with it, such as the one process that Postgres starts per connection. */
  withChildren?: boolean;
}

/** A figure per name; null where the operating system does not tell it. */
export type PerProcess = Record<string, number | null>;

/** The CPU time that each has used since it started, in milliseconds. */
export function cpuMs(watched: ProcessTable): PerProcess {
  return perProcess(watched, ({ pid, withChildren }) => {
    const { ownMs, endedChildrenMs } = statOf(pid);
    if (!withChildren) return ownMs;
    // What ended since is in the parent's own count, so that no connection's time gets lost.
    return childrenOf(pid).reduce((sum, { ownMs: ms }) => sum + ms, ownMs + endedChildrenMs);
  });
}

/** `after` - `before` for each name, divided by `count`, with one digit after the point. */
export function cpuPer(count: number, before: PerProcess, after: PerProcess): PerProcess {
  return Object.fromEntries(
    Object.entries(after).map(([name, ms]) => {
      const earlier = before[name];
      const isKnown = ms !== null && earlier !== null && earlier !== undefined && count > 0;
      return [name, isKnown ? rounded((ms - earlier) / count, 1) : null];
    }),
  );
}

/** The CPU time that all of the machine's cores have worked since it started, in milliseconds. */
export function machineBusyMs(): number {
  return cpus().reduce(
    (sum, { times }) => sum + times.user + times.nice + times.sys + times.irq,
    0,
  );
}

/**
 * The share of the machine's cores that others than these used between two readings, 0.25 for half a core of two: what
 * was measured beside busy strangers says little. It is 0 where the operating system does not tell.
 */
export function elsewhereShare(
  machineMs: number,
  { before, after, wallMs }: { before: PerProcess; after: PerProcess; wallMs: number },
): number {
  const sum = (of: PerProcess): number =>
    Object.values(of).reduce<number>((total, ms) => total + (ms ?? 0), 0);
  if (Object.values(after).includes(null)) return 0;
  const elsewhereMs = machineMs - (sum(after) - sum(before));
  return rounded(Math.max(0, elsewhereMs / (wallMs * cpus().length)), 2);
}

/**
 * The memory that each takes, in MiB: resident pages, and for one with children the sum of shares (PSS), since all
 * processes of Postgres map the same memory.
 */
export function memoryMib(watched: ProcessTable): PerProcess {
  return perProcess(watched, ({ pid, withChildren }) => {
    if (!withChildren) return mib(readKib(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS'));
    const pids = [pid, ...childrenOf(pid).map((child) => child.pid)];
    return mib(pids.reduce((sum, one) => sum + shareOf(one), 0));
  });
}

const mib = (kib = 0): number => rounded(kib / 1024);

function shareOf(pid: number): number {
  try {
    return readKib(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss') ?? 0;
  } catch {
    return 0; // It ended meanwhile.
  }
}

function perProcess(watched: ProcessTable, read: (one: WatchedProcess) => number): PerProcess {
  const isTold = process.platform === 'linux';
  return Object.fromEntries(
    Object.entries(watched).map(([name, one]) => [name, isTold ? read(one) : null]),
  );
}

function statOf(pid: number): ProcStat {
  return readProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** Those that run now. */
function childrenOf(parentPid: number): (ProcStat & { pid: number })[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((name) => {
    try {
      const stat = statOf(Number(name));
      return stat.parentPid === parentPid ? [{ pid: Number(name), ...stat }] : [];
    } catch {
      return []; // It ended between the two readings.
    }
  });
}

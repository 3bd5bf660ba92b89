/** What Linux writes about a process under /proc, as pure readings of its texts. */

export interface ProcStat {
  /** The process that started it. */
  parentPid: number;
  /** CPU time of its own threads so far, in milliseconds. */
  ownMs: number;
  /** CPU time of children that have ended and were waited for, in milliseconds. */
  endedChildrenMs: number;
}

/** Ticks per second of the times in /proc: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Reads a line of `/proc/<pid>/stat`, such as `7 (a b) S 1 ...`: the name may itself hold spaces and parentheses, so
 * fields count from the last one. Throws where the line has too few fields.
 */
export function readProcStat(text: string): ProcStat {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parentPid] = fields;
  const [own, system, ended, endedSystem] = fields.slice(11, 15);
  if (parentPid === undefined || endedSystem === undefined) {
    throw new Error(`/proc/<pid>/stat has too few fields: ${text}`);
  }
  const msOf = (ticks = 0): number => (ticks * 1_000) / TICKS_PER_SECOND;
  return {
    parentPid,
    ownMs: msOf(own) + msOf(system),
    endedChildrenMs: msOf(ended) + msOf(endedSystem),
  };
}

/**
 * Reads one line of `/proc/<pid>/smaps_rollup` or `status` in KiB, such as `Pss:   1234 kB` for the name `Pss`.
 * Undefined where there is no such line.
 */
export function readKib(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMs, cpuPer, elsewhereShare, machineBusyMs } from '../machine/processes';
import type { PerProcess, ProcessTable } from '../machine/processes';
import type { Pace } from '../math/pace';
import { median, ratioOf, rounded } from '../math/statistics';
import type { Plan } from '../plan';
import { allWell, createsOf } from './context';
import type { Context, Workload } from './context';
import { waitQuiet } from './quiet';

/** Whole lives of jobs at a fixed number under way: bare Temporal and ours in turn, on one server. */
export interface LifecycleBlock {
  /** Jobs that ended per second. */
  per_s: number;
  /** CPU time of each process per job that ended, in milliseconds. */
  cpu_ms_per_job: PerProcess;
  /** The share of the machine that processes outside of the bench used meanwhile. */
  elsewhere: number;
}

export interface LifecycleFigures {
  at_once: number;
  job_seconds: number;
  window_s: number;
  bare: LifecycleBlock[];
  ours: LifecycleBlock[];
  ours_callback: LifecycleBlock[];
}

/** Our own lifecycles are seen to end with this resolution; what waits for it is a slot of the load, not the gateway. */
const SEEN_EVERY_MS = 50;
/** Both are as fast as they get only after some work. */
const WARM_UP: Pace = { kind: 'closed', atOnce: 16, count: 32 };

export async function measureLifecycles(
  context: Context,
  plan: Plan['lifecycle'],
): Promise<LifecycleFigures> {
  const { gateway } = context;
  const kinds = await kindsOf(context, plan);
  const watched = processesOf(context);
  const pace: Pace = { kind: 'closed', atOnce: plan.atOnce, forMs: plan.rampMs + plan.windowMs };
  await kinds.bare(WARM_UP);
  await kinds.ours_callback(WARM_UP);
  await waitQuiet(gateway);
  const blocks: Record<Kind, LifecycleBlock[]> = { bare: [], ours: [], ours_callback: [] };
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const name of KINDS) {
      blocks[name].push(await measureBlock(watched, plan, kinds[name](pace)));
      await waitQuiet(gateway);
    }
  }
  await context.receiver.ask({ kind: 'arrivals' });
  return {
    at_once: plan.atOnce,
    job_seconds: plan.jobSeconds,
    window_s: plan.windowMs / 1_000,
    ...blocks,
  };
}

const KINDS = ['bare', 'ours', 'ours_callback'] as const;
type Kind = (typeof KINDS)[number];

/** Runs jobs of one kind, and resolves with the Unix milliseconds of their ends. */
type Runner = (pace: Pace) => Promise<number[]>;

/** Every process of the bench, so that what the machine did besides can be told. */
function processesOf({ gateway, servers, bare, callers, receiver }: Context): ProcessTable {
  const bench = { pid: process.pid };
  return { ...gateway.watched, ...servers.watched, bare, load: callers, receiver, bench };
}

async function kindsOf(
  { gateway, callers, bare, receiver }: Context,
  { jobSeconds: seconds }: Plan['lifecycle'],
): Promise<Record<Kind, Runner>> {
  const { url } = await receiver.ask({ kind: 'url' });
  const create = async (wanted: Pick<Workload, 'pace' | 'callbackUrl'>): Promise<number[]> => {
    const untilEnded = { everyMs: SEEN_EVERY_MS };
    const order = createsOf(gateway, { ...wanted, seconds, tag: 'lifecycle', untilEnded });
    const { jobs } = allWell(await callers.ask(order), 'lifecycles');
    return jobs.map(({ endedAt }) => endedAt);
  };
  const start = async (pace: Pace): Promise<number[]> =>
    (await bare.ask({ kind: 'lifecycles', pace, jobMs: seconds * 1_000 })).endedAt;
  return {
    bare: start,
    ours: (pace) => create({ pace }),
    ours_callback: (pace) => create({ pace, callbackUrl: url }),
  };
}

/** What ended between the ramp and the moment at which nothing new begins, and the CPU time of just that window. */
async function measureBlock(
  watched: ProcessTable,
  { rampMs, windowMs }: Plan['lifecycle'],
  running: Promise<number[]>,
): Promise<LifecycleBlock> {
  running.catch(() => undefined); // Told below.
  await Promise.race([sleep(rampMs), running]);
  const before = readMoment(watched);
  await Promise.race([sleep(windowMs), running]);
  const after = readMoment(watched);
  const wallMs = after.at - before.at;
  const ended = (await running).filter((at) => at >= before.at && at < after.at).length;
  const elsewhere = { before: before.cpu, after: after.cpu, wallMs };
  return {
    per_s: rounded((ended * 1_000) / wallMs, 2),
    cpu_ms_per_job: cpuPer(ended, before.cpu, after.cpu),
    elsewhere: elsewhereShare(after.machineMs - before.machineMs, elsewhere),
  };
}

function readMoment(watched: ProcessTable): { at: number; cpu: PerProcess; machineMs: number } {
  return { at: Date.now(), cpu: cpuMs(watched), machineMs: machineBusyMs() };
}

/** The median of the blocks of one kind over the median of the bare ones. */
export function lifecycleRatio(
  blocks: readonly LifecycleBlock[],
  bare: readonly LifecycleBlock[],
): number {
  const rate = (of: readonly LifecycleBlock[]): number => median(of.map(({ per_s }) => per_s));
  return ratioOf(rate(blocks), rate(bare));
}

/** The median of each process's CPU time over blocks; null where one block does not know it. */
export function medianCpu(blocks: readonly LifecycleBlock[]): PerProcess {
  const names = Object.keys(blocks[0]?.cpu_ms_per_job ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const values = blocks.map(({ cpu_ms_per_job }) => cpu_ms_per_job[name] ?? null);
      const known = values.filter((value) => value !== null);
      return [name, known.length === values.length ? rounded(median(known), 1) : null];
    }),
  );
}

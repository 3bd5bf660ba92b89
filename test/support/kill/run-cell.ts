import { setTimeout as sleep } from 'node:timers/promises';
import { readId } from '../../../src/core/job/ids';
import { checkCell } from './checker';
import type { Finding } from './checker';
import type { Cell, Strike } from './cell';
import type { Child } from './child';
import type { Part, Rig } from './rig';
import { until } from './until';

/** One cell: a job, a death at the named place, a restart, and then the checks. Leaves the rig whole. */

export interface CellResult extends Finding {
  /** Milliseconds from the moment of death to the terminal state; 0 when the job had ended before. */
  recoveredMs: number;
  tookMs: number;
  /** Parts that ended by themselves because another one died, and were launched again. */
  fell: Part[];
}

const REACH_MS = 20_000;
/** A frozen worker also swallows tasks that the engine had handed to it, which costs one heartbeat each. */
const END_MS = 120_000;
/** What a released process may do against a dead neighbour before that one comes back. */
const OUTAGE_MS = 700;
/** Includes the wait for whatever goes on when it is stopped. */
const STOP_MS = 20_000;

export async function runCell(rig: Rig, cell: Cell, mark: string): Promise<CellResult> {
  const startedAt = Date.now();
  const arrival =
    cell.at === 'waiting' ? undefined : await rig.node(cell.at.process).arm(cell.at.point);
  const fell: Part[] = [];
  const accepted = post(rig, cell, mark);
  // Told below; a failure before that must not be nobody's.
  accepted.catch(() => undefined);
  if (arrival) await within(arrival.reached, REACH_MS, `${JSON.stringify(cell.at)} to be reached`);
  else await hasLooked(rig, mark);

  const struckAt = Date.now();
  const extra = await strike(rig, cell, mark);
  try {
    const jobId = readId(await accepted) ?? '';
    const endedAt = await until(
      `the job to end (${cell.name})`,
      async () => {
        fell.push(...(await rig.revive()));
        return endOf(rig, mark);
      },
      END_MS,
    );
    const finding = await checkCell(rig, cell, { mark, jobId });
    return {
      ...finding,
      recoveredMs: Math.max(0, endedAt - struckAt),
      tookMs: Date.now() - startedAt,
      fell,
    };
  } finally {
    await extra?.kill();
  }
}

/** Posts as a client that never gives up: the same request under the same key until it is answered. */
async function post(rig: Rig, cell: Cell, mark: string): Promise<string> {
  const body = JSON.stringify({
    ...cell.video,
    prompt: promptOf(cell, mark),
    callback_url: rig.receiver.url(mark, cell.receiver),
  });
  return until(
    'the create to be answered',
    async () => {
      try {
        const response = await fetch(`${rig.api}/v1/videos`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${rig.keys.key}`,
            'content-type': 'application/json',
            'idempotency-key': mark,
            connection: 'close',
          },
          body,
          signal: AbortSignal.timeout(REACH_MS),
        });
        const answer = (await response.json()) as { id?: string };
        return response.status === 200 ? answer.id : undefined;
      } catch {
        return undefined;
      }
    },
    END_MS,
  );
}

export const promptOf = (cell: Cell, mark: string): string => `${mark} ${cell.job}`;

/** A look that tells nothing new leaves no trace in the rows, so one is all that can be waited for. */
async function hasLooked(rig: Rig, mark: string): Promise<void> {
  await until('a look', async () => {
    const [row] = await rig.sql<{ polls: number }>(
      `SELECT a.polls FROM attempts a JOIN idempotency i ON i.job_id = a.job_id WHERE i.key = $1`,
      [mark],
    );
    return (row?.polls ?? 0) >= 1 ? true : undefined;
  });
}

/** Reads when the request's job ended, in Unix milliseconds; undefined while it has not. */
async function endOf(rig: Rig, mark: string): Promise<number | undefined> {
  const [row] = await rig.sql<{ finished_at: Date | null }>(
    'SELECT finished_at FROM jobs WHERE id = (SELECT job_id FROM idempotency WHERE key = $1)',
    [mark],
  );
  return row?.finished_at?.getTime();
}

/** Returns the process that is to be ended after the cell, if there is one. */
async function strike(
  rig: Rig,
  { strike: what, at }: Cell,
  mark: string,
): Promise<Child | undefined> {
  if (what.kind === 'freeze') return freeze(rig, what, mark);
  const standing = at === 'waiting' ? undefined : at.process;
  if (what.kind === 'stop') await stop(rig, what, standing);
  else await Promise.all(what.parts.map((part) => rig.kill(part)));
  if (standing && !what.parts.includes(standing)) {
    rig.node(standing).release();
    await sleep(OUTAGE_MS);
  }
  // Users after what they use, as any supervisor would order them in the end.
  for (const group of [
    ['engine', 'postgres', 'simulator'],
    ['api', 'worker'],
  ] as const) {
    await Promise.all(
      group.filter((part) => what.parts.includes(part)).map((part) => rig.launch(part)),
    );
  }
  return undefined;
}

/** Both processes of the gateway together, then what they use, as `start` and every supervisor do it. */
async function stop(
  rig: Rig,
  { parts, release }: Extract<Strike, { kind: 'stop' }>,
  standing: 'api' | 'worker' | undefined,
): Promise<void> {
  const nodes = (['api', 'worker'] as const).filter((part) => parts.includes(part));
  const stopped = Promise.all(nodes.map((part) => rig.stop(part)));
  // Awaited below; a failure before that must not be nobody's.
  stopped.catch(() => undefined);
  if (standing && release !== 'never') {
    await sleep(release);
    rig.node(standing).release();
  }
  await within(stopped, STOP_MS, `${nodes.join(' and ')} to stop`);
  for (const part of ['engine', 'postgres'] as const)
    if (parts.includes(part)) await rig.stop(part);
}

async function freeze(
  rig: Rig,
  { part, until: end }: Extract<Strike, { kind: 'freeze' }>,
  mark: string,
): Promise<Child | undefined> {
  const frozen = rig.node(part);
  frozen.signal('SIGSTOP');
  const second = part === 'worker' ? await rig.secondWorker() : undefined;
  if (end === 'ended') await until('the job to end without it', () => endOf(rig, mark), END_MS);
  else await sleep(end);
  frozen.signal('SIGCONT');
  frozen.release();
  return second;
}

async function within<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  const late = new AbortController();
  const timer = sleep(ms, undefined, { signal: late.signal }).then(() => {
    throw new Error(`waited ${ms} ms in vain for ${what}`);
  });
  try {
    return await Promise.race([promise, timer]);
  } finally {
    late.abort();
    timer.catch(() => undefined);
  }
}

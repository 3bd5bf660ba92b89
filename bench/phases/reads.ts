import type { ReaderAnswer, ReaderQuestion } from '../children/reader';
import type { CallsAnswer, CallsOrder } from '../children/callers';
import type { Pace } from '../math/pace';
import { median, ratioOf, rounded, spreadOf } from '../math/statistics';
import type { Spread } from '../math/statistics';
import type { BenchChild } from '../parts/forked';
import { execute } from '../parts/database';
import type { Plan } from '../plan';
import { allWell } from './context';
import type { Context } from './context';

/** `GET /v1/videos/{id}` of finished jobs, and the same rows from a bare handler, in turn. */
export interface ReadFigures {
  connections: number;
  ratio: number;
  bare: CallRate;
  ours: CallRate;
}

export interface CallRate {
  per_s: number;
  ms: Spread;
}

/** Both are as fast as they get only after some work. */
const WARM_UP: Pace = { kind: 'closed', atOnce: 4, count: 200 };
/** Jobs that are read in turn. */
const JOBS = 100;
const FINISHED = `SELECT id FROM jobs WHERE state = 'succeeded' ORDER BY id DESC LIMIT ${String(JOBS)}`;

export async function measureReads(
  { gateway, callers }: Context,
  reader: BenchChild<ReaderQuestion, ReaderAnswer>,
  plan: Plan['read'],
): Promise<ReadFigures[]> {
  const { databaseUrl } = gateway;
  const { origin } = await reader.ask({ databaseUrl });
  const rows = await execute<{ id: string }>(databaseUrl, FINISHED);
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) throw new Error('no job has succeeded, so there is none to read');
  const targets = {
    bare: { origin, headers: {}, paths: ids.map((id) => `/${id}`) },
    ours: {
      origin: gateway.api,
      headers: gateway.headers,
      paths: ids.map((id) => `/v1/videos/video_${id.replaceAll('-', '')}`),
    },
  };
  const figures: ReadFigures[] = [];
  for (const target of Object.values(targets)) {
    await callers.ask({ ...target, method: 'GET', pace: WARM_UP });
  }
  for (const connections of plan.connections) {
    const pace = { kind: 'closed', atOnce: connections, forMs: plan.forMs } as const;
    const read = (target: Pick<CallsOrder, 'origin' | 'headers' | 'paths'>): Promise<CallsAnswer> =>
      callers.ask({ ...target, method: 'GET', pace });
    const answers: Record<keyof typeof targets, CallsAnswer[]> = { bare: [], ours: [] };
    for (let round = 0; round < plan.rounds; round += 1) {
      answers.bare.push(allWell(await read(targets.bare), 'bare reads'));
      answers.ours.push(allWell(await read(targets.ours), 'reads'));
    }
    const bare = rateOf(answers.bare);
    const ours = rateOf(answers.ours);
    figures.push({ connections, ratio: ratioOf(ours.per_s, bare.per_s), bare, ours });
  }
  return figures;
}

/** The median rate of the answers, and the spread over all their calls. */
export function rateOf(answers: readonly CallsAnswer[]): CallRate {
  const rates = answers.map(
    ({ durationsMs, elapsedMs }) => (durationsMs.length * 1_000) / elapsedMs,
  );
  return {
    per_s: rounded(median(rates), 1),
    ms: spreadOf(answers.flatMap(({ durationsMs }) => durationsMs)),
  };
}

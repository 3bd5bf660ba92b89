import { Pool } from 'undici';
import { given } from '../../src/core/json/fields';
import { keepPace } from '../math/pace';
import type { Pace } from '../math/pace';
import { answerParent } from '../parts/parent';
import { createWatch } from './job-watch';

/** The callers of a bench: one process that sends requests at a pace and says what came of them. */
export interface CallsOrder {
  origin: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  /** Taken in turn. */
  paths: readonly string[];
  /** `{n}` in it becomes the request's number. */
  body?: string;
  pace: Pace;
  /** Makes each call wait for the end of the job that it made, asked for that often in this database. */
  untilEnded?: { databaseUrl: string; everyMs: number };
}

export interface CallsAnswer {
  /** Milliseconds from the planned moment of each call that was answered 2xx to the end of its answer. */
  durationsMs: number[];
  /** Milliseconds from the first call to the end of the last. */
  elapsedMs: number;
  /** Calls that broke off, were answered otherwise than 2xx, or whose job did not succeed. */
  failed: number;
  /** What the first of those was answered. */
  failure?: string;
  /** The jobs whose end was waited for. */
  jobs: EndedJob[];
}

export interface EndedJob {
  /** Number of the call that made it. */
  n: number;
  /** `video_<hex>`. */
  id: string;
  /** Unix milliseconds at which its end was seen in the database. */
  endedAt: number;
}

/** An open loop opens as many connections as it needs, up to this. */
const CONNECTIONS_MAX = 256;

async function call(order: CallsOrder): Promise<CallsAnswer> {
  const { origin, pace, untilEnded } = order;
  const connections = pace.kind === 'closed' ? pace.atOnce : CONNECTIONS_MAX;
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const watch = untilEnded && (await createWatch(untilEnded.databaseUrl, untilEnded.everyMs));
  const answer: CallsAnswer = { durationsMs: [], elapsedMs: 0, failed: 0, jobs: [] };
  const startedAt = performance.now();
  try {
    await keepPace(pace, async (n, plannedAt) => {
      try {
        const body = await send(pool, order, n);
        answer.durationsMs.push(performance.now() - plannedAt);
        if (watch) answer.jobs.push({ n, ...(await ended(watch, body)) });
      } catch (error) {
        answer.failed += 1;
        answer.failure ??= error instanceof Error ? error.message : String(error);
      }
    });
    answer.elapsedMs = performance.now() - startedAt;
  } finally {
    await watch?.close();
    await pool.close();
  }
  return answer;
}

async function send(pool: Pool, order: CallsOrder, n: number): Promise<string> {
  const { method, headers, paths, body } = order;
  const reply = await pool.request({
    path: paths[n % paths.length] ?? '/',
    method,
    headers,
    ...given({ body: body?.replace('{n}', String(n)) }),
  });
  const text = await reply.body.text();
  if (reply.statusCode < 200 || reply.statusCode > 299) {
    throw new Error(`HTTP ${String(reply.statusCode)}: ${text.slice(0, 200)}`);
  }
  return text;
}

async function ended(
  watch: Awaited<ReturnType<typeof createWatch>>,
  body: string,
): Promise<Omit<EndedJob, 'n'>> {
  const { id } = JSON.parse(body) as { id: string }; // What /v1/videos answers a create with.
  const { state, seenAt } = await watch.end(id);
  if (state !== 'succeeded') throw new Error(`job ${id} ended as ${state}`);
  return { id, endedAt: seenAt };
}

answerParent(call);

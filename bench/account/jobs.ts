import { request } from 'undici';
import { waitFor } from '../../src/host/wait';
import type { LocalGateway } from '../../src/run/local';
import { percentile, rounded } from '../math/statistics';
import { execute } from '../parts/database';

/** So many creates are under way at once. */
const AT_ONCE = 16;
const WAIT_MS = 10 * 60_000;
const POLL_MS = 500;
/** Longer than any run. */
const LONG_SECONDS = 36_000;

interface JobsOrder {
  model: string;
  jobs: number;
  /** So many of the jobs end, the first at `firstEndAt` (Unix milliseconds) and one after each `spreadMs`. */
  ending: number;
  firstEndAt: number;
  spreadMs: number;
}

export async function createJobs(gateway: LocalGateway, order: JobsOrder): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    for (let n = next++; n < order.jobs; n = next++) await createJob(gateway, order, n);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** The last jobs are the ones that end: they begin last, so that they last the least. */
async function createJob(
  { api, keys }: LocalGateway,
  { model, jobs, ending, firstEndAt, spreadMs }: JobsOrder,
  n: number,
): Promise<void> {
  const place = n - (jobs - ending);
  const endAt = firstEndAt + place * spreadMs;
  const seconds = place < 0 ? LONG_SECONDS : Math.max(1, Math.ceil((endAt - Date.now()) / 1_000));
  const reply = await request(`${api}/v1/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      prompt: `clip ${String(n)} [[sim seconds=${String(seconds)} queued=0 video=shared]]`,
    }),
  });
  const text = await reply.body.text();
  if (reply.statusCode !== 200)
    throw new Error(`create ${String(n)}: ${String(reply.statusCode)} ${text}`);
}

/** Waits until so many jobs run at the account. */
export async function runningJobs({ store }: LocalGateway, jobs: number): Promise<void> {
  const running = "SELECT count(*)::int AS count FROM attempts WHERE state = 'accepted'";
  const ask = async () => {
    const [row] = await execute<{ count: number }>(store.adminUrl, running);
    return row && row.count >= jobs ? true : undefined;
  };
  const isFull = await waitFor(ask, { timeoutMs: WAIT_MS, everyMs: POLL_MS });
  if (!isFull) throw new Error('the account was not filled in time');
}

/** Reads how long after its end at the provider each job ended here, and how many that have ended there have not here. */
export async function readLateness({ store }: LocalGateway, model: string): Promise<object> {
  const rows = await execute<{ late: number | null; is_due: boolean }>(
    store.adminUrl,
    `SELECT extract(epoch FROM finished_at - ends_at)::float8 AS late, ends_at < now() AS is_due FROM (
       SELECT jobs.finished_at, attempts.accepted_at + make_interval(
         secs => substring(jobs.applied ->> 'prompt' FROM 'seconds=([0-9]+)')::float8) AS ends_at
       FROM jobs JOIN attempts ON attempts.job_id = jobs.id WHERE jobs.model = $1
     ) AS run`,
    [model],
  );
  const late = rows.flatMap((row) => row.late ?? []);
  return {
    ended: late.length,
    not_seen_yet: rows.filter((row) => row.late === null && row.is_due).length,
    late_s: {
      p50: rounded(percentile(late, 0.5), 1),
      p95: rounded(percentile(late, 0.95), 1),
      max: rounded(Math.max(0, ...late), 1),
    },
  };
}

import { Client } from 'pg';
import { failure } from '../../src/core/errors';
import type { Reply } from '../../src/core/provider/exchange';
import type { Job } from '../../src/core/job/job';
import { waitFor } from '../../src/host/wait';
import {
  NOW,
  SUCCEEDED,
  createdJob,
  newAttempt,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';

/** Whoever writes rows of a job takes the job's own row first, so that no two of them wait for each other in a circle. */

const database = useTestDatabase();

const REPLY: Reply = { status: 200, headers: {}, body: Buffer.from('{}') };
const RUNNING = { state: 'running', phase: 'running', progress: 10 } as const;
const REFUSED = { state: 'refused', scope: 'retry', failure: failure('provider_busy') } as const;
const UNKNOWN = { state: 'unknown', detail: 'timeout' } as const;

/** Fewer than there are connections, so that calls wait for locks and for nothing else. */
const AT_ONCE = 24;

interface Subject {
  job: Job;
  /** The id of the job's only attempt, which waits for its submit's outcome. */
  attempt: string;
}

/** Everything that is done to a job while it runs. */
const VERBS: Record<string, (subject: Subject) => Promise<unknown>> = {
  'opening an attempt': ({ job }) =>
    database.store.attempts.open(newAttempt(job, { number: 2, channel: 'second' })),
  'sending again': ({ attempt }) =>
    database.store.attempts.reopen(attempt, {
      callbackTokenHash: 'other',
      sendingAt: NOW,
      sendDeadline: NOW + 1,
    }),
  'recording an acceptance': ({ job, attempt }) =>
    database.store.attempts.recordSubmit(
      attempt,
      { state: 'accepted', operation: { taskId: `task-${job.id}` }, reply: REPLY },
      NOW,
    ),
  'recording a refusal': ({ attempt }) =>
    database.store.attempts.recordSubmit(attempt, REFUSED, NOW),
  'recording that nobody knows': ({ attempt }) =>
    database.store.attempts.recordSubmit(attempt, UNKNOWN, NOW),
  'recording a running look': ({ attempt }) =>
    database.store.attempts.recordLook(attempt, { verdict: RUNNING, reply: REPLY, now: NOW }),
  'recording a running look whose reply nobody reads': ({ attempt }) =>
    database.store.attempts.recordLook(attempt, { verdict: RUNNING, reply: undefined, now: NOW }),
  'recording a verdict': ({ attempt }) =>
    database.store.attempts.recordLook(attempt, { verdict: SUCCEEDED, reply: REPLY, now: NOW }),
  'a wish to cancel': ({ job }) => database.store.jobs.requestCancel(job.workspaceId, job.id, NOW),
  settling: ({ job }) => settle(database, job.id, { kind: 'canceled' }),
};

async function subject(): Promise<Subject> {
  const job = await createdJob(
    database,
    newJob(database.workspace, { callbackUrl: 'https://caller.example/hook' }),
  );
  const attempt = await database.store.attempts.open(newAttempt(job));
  if (!attempt) throw new Error('the attempt was not opened');
  return { job, attempt: attempt.id };
}

test.each(Object.entries(VERBS))(
  '%s waits for the job before it holds any other row',
  async (_, verb) => {
    const { job, attempt } = await subject();
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [job.id]);
      const done = verb({ job, attempt });
      const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      expect(await somebodyWaitsFor(rows[0]?.pid ?? 0)).toBe(true);
      await expect(
        holder.query('SELECT FROM attempts WHERE job_id = $1 FOR UPDATE NOWAIT', [job.id]),
      ).resolves.toMatchObject({ rowCount: 1 });
      await holder.query('COMMIT');
      await done;
    } finally {
      await holder.end();
    }
  },
);

async function somebodyWaitsFor(pid: number): Promise<boolean> {
  const found = await waitFor(
    async () => {
      const rows = await database.sql(
        'SELECT FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))',
        [pid],
      );
      return rows.length > 0 || undefined;
    },
    { timeoutMs: 60_000, everyMs: 10 },
  );
  return found === true;
}

test('a storm of everything at once over the same jobs ends without a deadlock', async () => {
  const subjects = await Promise.all(Array.from({ length: 6 }, subject));
  const calls = Array.from({ length: 4 }, () =>
    Object.values(VERBS).flatMap((verb) => subjects.map((one) => () => verb(one))),
  ).flat();
  // A fixed shuffle, so that each verb meets every other one.
  const order = calls.map((call, index) => ({ call, at: (index * 89) % calls.length }));
  order.sort((a, b) => a.at - b.at);
  const results: PromiseSettledResult<unknown>[] = [];
  while (order.length > 0) {
    const wave = order.splice(0, AT_ONCE).map(({ call }) => call());
    results.push(...(await Promise.allSettled(wave)));
  }
  const reasons = results.flatMap((result) =>
    result.status === 'rejected' ? [String(result.reason)] : [],
  );
  expect(reasons).toEqual([]);
  const ended = await database.sql(
    'SELECT FROM jobs WHERE id = ANY($1) AND finished_at IS NOT NULL',
    [subjects.map(({ job }) => job.id)],
  );
  expect(ended).toHaveLength(subjects.length);
});

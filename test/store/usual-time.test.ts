import { drizzle } from 'drizzle-orm/node-postgres';
import type { Store } from '../../src/core/ports/store/store';
import { NO_CAPS } from '../../src/core/slots/caps';
import { createStore } from '../../src/store';
import type { Database } from '../../src/store/base/database';
import {
  CREATE_WAITS,
  WATCH_MIN_MS,
  acceptedAttempt,
  createdJob,
  newJob,
  NOW,
  settle,
  useTestDatabase,
  SUCCEEDED,
} from '../support/database';

/** Every look plans the next one by what a model usually takes, so asking for it must cost next to nothing. */

const database = useTestDatabase();

async function finished(model: string, tookMs: number): Promise<string> {
  const job = await createdJob(database, newJob(database.workspace));
  const { id } = await acceptedAttempt(database, job, { model });
  await database.store.attempts.recordLook(id, { verdict: SUCCEEDED, reply: undefined, now: NOW });
  await settle(database, job.id, { kind: 'verdict' }, NOW + 1_000 + tookMs);
  return job.id;
}

/** The store as the gateway runs it, over one connection, and how many rows that connection has read. */
async function measured(): Promise<{ store: Store; rowsRead(): Promise<number>; end(): void }> {
  const client = await database.pool.connect();
  const db = drizzle(client) as unknown as Database;
  const options = {
    ...CREATE_WAITS,
    usualMemoMs: 30_000,
    keyMemoMs: 0,
    changes: database.store.changes,
    caps: NO_CAPS,
    watchMinMs: WATCH_MIN_MS,
  };
  return {
    store: createStore(db, database.sealer, options),
    async rowsRead() {
      await client.query('SELECT pg_stat_force_next_flush()');
      const { rows } = await client.query<{ read: string }>(
        `SELECT sum(coalesce(idx_tup_fetch, 0) + seq_tup_read) AS read
         FROM pg_stat_user_tables WHERE relname IN ('jobs', 'attempts')`,
      );
      return Number(rows[0]?.read);
    },
    end: () => client.release(),
  };
}

test('the usual time reads successes only, whatever failed since', async () => {
  let jobId = '';
  for (const tookMs of [10_000, 20_000, 30_000, 40_000, 50_000]) {
    jobId = await finished('old', tookMs);
  }
  // An outage: three thousand jobs that ended without a video, after the last success.
  await database.sql(
    `WITH made AS (
       INSERT INTO jobs SELECT (jsonb_populate_record(j, jsonb_build_object(
         'id', gen_random_uuid(), 'workflow_id', gen_random_uuid(), 'state', 'expired'))).*
       FROM jobs j, generate_series(1, 3000) WHERE j.id = $1 RETURNING id)
     INSERT INTO attempts SELECT (jsonb_populate_record(a, jsonb_build_object(
       'id', gen_random_uuid(), 'job_id', made.id, 'accepted_at', a.accepted_at + interval '1 hour',
       'operation_key', NULL, 'verdict', jsonb_build_object('state', 'expired')))).*
     FROM made, attempts a WHERE a.job_id = $1`,
    [jobId],
  );
  const { store, rowsRead, end } = await measured();
  try {
    const before = await rowsRead();
    expect(await store.attempts.usualMs('paper', 'old')).toBe(30_000);
    expect((await rowsRead()) - before).toBeLessThan(100);
  } finally {
    end();
  }
});

test('the usual time is asked of the rows once in half a minute', async () => {
  for (const tookMs of [10_000, 20_000, 30_000, 40_000, 50_000]) await finished('new', tookMs);
  const { store, end } = await measured();
  try {
    expect(await store.attempts.usualMs('paper', 'new')).toBe(30_000);
    for (let more = 0; more < 6; more += 1) await finished('new', 90_000);
    expect(await store.attempts.usualMs('paper', 'new')).toBe(30_000);
    expect(await database.store.attempts.usualMs('paper', 'new')).toBe(90_000);
  } finally {
    end();
  }
});

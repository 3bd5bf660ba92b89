import { drizzle } from 'drizzle-orm/node-postgres';
import { Client } from 'pg';
import { listNative } from '../../src/store/jobs/native-list';
import {
  NOW,
  SUCCEEDED,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';

/** A list of a busy week costs what its page costs, and not a look at the attempts of each job of the week. */

const JOBS = 60;
const NATIVE = { wire: 'ark-tasks', body: 'b', headers: {}, search: '', ids: {} };

const database = useTestDatabase();
beforeAll(async () => {
  for (let number = 0; number < JOBS; number += 1) {
    const job = await createdJob(
      database,
      newJob(database.workspace, { dialect: 'ark-tasks', native: NATIVE }),
    );
    const { id } = await acceptedAttempt(database, job);
    await database.store.attempts.recordLook(id, {
      verdict: SUCCEEDED,
      reply: undefined,
      now: NOW,
    });
    await settle(database, job.id);
  }
});

/** The function answers the list and how often it went into `attempts`, counted by the server itself. */
async function listed(query: { state?: 'succeeded'; model?: string }) {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('BEGIN');
    const { total } = await listNative(drizzle(client), database.workspace.id, 'ark-tasks', {
      page: 1,
      size: 20,
      since: NOW,
      ids: [],
      ...query,
    });
    const { rows } = await client.query<{ scans: number }>(
      `SELECT (coalesce(seq_scan, 0) + coalesce(idx_scan, 0))::int AS scans
       FROM pg_stat_xact_user_tables WHERE relname = 'attempts'`,
    );
    return { total, scans: rows[0]?.scans };
  } finally {
    await client.end();
  }
}

test.each([
  ['everything', {}],
  ['one state', { state: 'succeeded' as const }],
  ['one model', { model: 'clip' }],
])('%s of a week is listed and counted without a look at an attempt', async (_, query) => {
  expect(await listed(query)).toEqual({ total: JOBS, scans: 0 });
});

import type { Client } from 'pg';

/**
 * Rows of many finished jobs, copied from one that really ended: spread evenly over the days before now, and as the
 * sweep would have left them under the default retention.
 */
const DAYS = 300;
/** So many jobs are copied by one statement. */
const CHUNK = 50_000;

/** What a column of a copy holds instead of the first job's value, as SQL over `many`. */
type Columns = Readonly<Record<string, string>>;

const COPIES: Readonly<Record<string, Columns>> = {
  jobs: {
    ...{ id: 'job', workflow_id: 'job', created_at: 'begun', started_at: 'begun' },
    ...{ workflow_started_at: 'begun', updated_at: 'ended', finished_at: 'ended' },
    ...{ deadline_at: `begun + interval '1 day'`, deleted_at: 'erased', erased_at: 'erased' },
    ...{ files_removed_at: 'removed', replies_removed_at: 'removed' },
  },
  attempts: {
    ...{ id: 'gen_random_uuid()', job_id: 'job', callback_token_hash: 'job', operation_key: 'job' },
    operation: `jsonb_build_object('taskId', job)`,
    ...{ sending_at: 'begun', send_deadline: 'begun', accepted_at: 'begun' },
  },
  keeps: {
    ...{ job_id: 'job', created_at: 'ended', workflow_started_at: 'ended', finished_at: 'ended' },
  },
  usage: { job_id: 'job', at: 'ended' },
};

const LEDGER: Columns = {
  id: `nextval(pg_get_serial_sequence('ledger', 'id'))`,
  job_id: 'job',
  idempotency_key: `one.kind || ':' || job`,
  at: 'begun',
};

/** Makes the numbers and times of the copies; ids are in the order of time, as ours are. */
const MANY = (count: number): string => `
  CREATE TEMP TABLE many AS
  SELECT n, begun, begun + interval '1 minute' AS ended,
    CASE WHEN begun < now() - interval '30 days' THEN begun + interval '30 days' END AS removed,
    CASE WHEN begun < now() - interval '90 days' THEN begun + interval '90 days' END AS erased,
    (lpad(to_hex((extract(epoch FROM begun) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
      || '8' || substr(md5(n::text), 4, 15))::uuid AS job
  FROM (SELECT n, now() - interval '${DAYS} days' * (1 - n / ${count + 1}::float8) AS begun
        FROM generate_series(1, ${count}) AS n) AS spread`;

interface Copying {
  client: Client;
  /** The job that is copied. */
  jobId: string;
  count: number;
  say(line: string): void;
}

/** Copies the finished job so many times, with its attempt, its use and its kept result. */
export async function fillJobs({ client, jobId, count, say }: Copying): Promise<void> {
  await client.query('SET synchronous_commit = off');
  await client.query(MANY(count));
  await client.query('CREATE INDEX ON many (n); ANALYZE many');
  for (const [table, columns] of Object.entries(COPIES)) {
    const copy = await copyOf(client, table, columns);
    for (let done = 0; done < count; done += CHUNK) {
      await client.query(copy, [jobId, done, done + CHUNK]);
      say(`bench: ${table}, ${Math.min(done + CHUNK, count)} of ${count}`);
    }
    await client.query(`VACUUM ANALYZE ${table}`);
  }
}

/** Copies both of the job's entries of the ledger, all at once, as a restore brings them. */
export async function fillLedger({ client, jobId, count }: Copying): Promise<void> {
  await client.query(await copyOf(client, 'ledger', LEDGER), [jobId, 0, count]);
}

async function copyOf(client: Client, table: string, columns: Columns): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  const names = rows.map(({ name }) => name);
  return `
    INSERT INTO ${table} (${names.join(', ')}) OVERRIDING SYSTEM VALUE
    SELECT ${names.map((name) => columns[name] ?? `one.${name}`).join(', ')}
    FROM ${table} AS one, many WHERE one.${table === 'jobs' ? 'id' : 'job_id'} = $1 AND n > $2 AND n <= $3`;
}

import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { FAULT_IDS_MAX } from '../../../core/money/ledger-check';
import type { FaultList, LedgerCheck } from '../../../core/money/ledger-check';
import type { Transaction } from '../../base/database';
import { attempts, jobs, ledger, lateVerdicts, usage } from '../../schema';

/** Jobs with ids after one, up to and with another; null = without an end. */
interface Range {
  after: string;
  upTo: string | null;
}

const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * Compares each job with its entries, its usage and its last verdict, `limit` jobs at a time in the order of their ids,
 * which is that of their rows. What names a job that is not there lies in the same ranges. Returns the number of jobs.
 */
export async function checkJobs(
  tx: Transaction,
  faults: FaultList,
  { limit, goOn }: { limit: number; goOn: () => void },
): Promise<number> {
  let count = 0;
  for (let after: string | null = FIRST; after !== null;) {
    goOn();
    const upTo = await endOfRange(tx, after, limit);
    const { rows } = await tx.execute<FaultRow>(brokenJobs({ after, upTo }));
    for (const row of rows) {
      if (row.check === null) count += row.count;
      else faults.add(row.check, row.ids, row.count);
    }
    after = upTo;
  }
  return count;
}

async function endOfRange(tx: Transaction, after: string, limit: number): Promise<string | null> {
  const { rows } = await tx.execute<{ id: string }>(
    sql`SELECT id FROM ${jobs} WHERE id > ${after} ORDER BY id OFFSET ${limit - 1} LIMIT 1`,
  );
  return rows[0]?.id ?? null;
}

interface FaultRow extends Record<string, unknown> {
  /** The name of a check; null in the row that counts the jobs. */
  check: LedgerCheck | null;
  count: number;
  ids: string[];
}

/** Entries are read by the index of their kind: there is none over all of a job. */
const brokenJobs = (range: Range): SQL => sql`
  WITH job AS (
    SELECT id, key_id, price, charged, state, finished_at IS NOT NULL AS is_over FROM ${jobs}
    WHERE ${within(sql`id`, range)}),
  entry AS (
    ${entries(sql`kind = 'hold'`, range)} UNION ALL ${entries(sql`kind IN ('settle', 'release')`, range)}
    UNION ALL ${entries(sql`kind = 'refund'`, range)}),
  moved AS (
    SELECT job_id, count(*) FILTER (WHERE kind = 'hold') AS holds, count(*) FILTER (WHERE ${IS_END}) AS ends,
      sum(held) FILTER (WHERE kind = 'hold') AS hold, sum(held) FILTER (WHERE ${IS_END}) AS ended,
      sum(spent) FILTER (WHERE ${IS_END}) AS spent, sum(available) FILTER (WHERE kind = 'refund') AS refunded,
      count(*) AS entries, count(key_id) AS keyed, min(key_id::text) AS first_key, max(key_id::text) AS last_key
    FROM entry GROUP BY job_id),
  used AS (SELECT job_id, tokens, charged FROM ${usage} WHERE ${within(sql`job_id`, range)}),
  last_attempt AS (
    SELECT DISTINCT ON (job_id) job_id, id, verdict FROM ${attempts}
    WHERE ${within(sql`job_id`, range)} ORDER BY job_id, number DESC),
  -- A verdict that came after the end is our cost, and no part of the bill.
  said AS (
    SELECT job_id, verdict ->> 'state' AS state, verdict #>> '{usage,tokens}' AS tokens FROM last_attempt
    WHERE verdict IS NOT NULL AND NOT EXISTS (SELECT FROM ${lateVerdicts} WHERE attempt_id = last_attempt.id)),
  broken AS (
    SELECT coalesce(job.id, moved.job_id, used.job_id) AS id, check_name
    FROM job FULL JOIN moved ON moved.job_id = job.id FULL JOIN used ON used.job_id = coalesce(job.id, moved.job_id)
      LEFT JOIN said ON said.job_id = job.id AND said.state = job.state
    CROSS JOIN LATERAL (VALUES ${sql.join(CHECKS.map(valueOf), sql`, `)}) AS checked (check_name, is_broken)
    -- The same conditions before the list of checks is looked through, which costs as much as all else.
    WHERE (${sql.join(
      CHECKS.map(({ isBroken }) => isBroken),
      sql` OR `,
    )}) AND is_broken)
  SELECT check_name AS check, count(*)::int AS count, (array_agg(id::text ORDER BY id))[1:${FAULT_IDS_MAX}::int] AS ids
  FROM broken GROUP BY check_name
  UNION ALL SELECT NULL, count(*)::int, '{}' FROM job`;

const within = (id: SQL, { after, upTo }: Range): SQL =>
  upTo === null
    ? sql`${id} > ${after}::uuid`
    : sql`${id} > ${after}::uuid AND ${id} <= ${upTo}::uuid`;

const entries = (isKind: SQL, range: Range): SQL => sql`
  SELECT job_id, kind, key_id, available, held, spent FROM ${ledger} WHERE ${isKind} AND ${within(sql`job_id`, range)}`;

const IS_END = sql`kind IN ('settle', 'release')`;
/** What of a reported number the books hold, as src/store/attempts/reported.ts has it. */
const REPORTED = sql`round(least(greatest(coalesce(said.tokens::numeric, 0), 0), ${Number.MAX_SAFE_INTEGER}::numeric))`;
const IS_THERE = sql`job.id IS NOT NULL`;

interface JobCheck {
  name: LedgerCheck;
  /** A condition on a job and what belongs to it. */
  isBroken: SQL;
}

const check = (name: LedgerCheck, isBroken: SQL): JobCheck => ({
  name,
  isBroken: sql`(${isBroken})`,
});

const valueOf = ({ name, isBroken }: JobCheck): SQL => sql`(${sql.raw(`'${name}'`)}, ${isBroken})`;

const CHECKS: readonly JobCheck[] = [
  check('orphan', sql`job.id IS NULL`),
  check('one_hold', sql`${IS_THERE} AND moved.holds IS DISTINCT FROM 1`),
  check(
    'one_end',
    sql`${IS_THERE} AND coalesce(moved.ends, 0) <> CASE WHEN is_over THEN 1 ELSE 0 END`,
  ),
  check('hold', sql`moved.holds = 1 AND moved.hold IS DISTINCT FROM job.price`),
  check(
    'end',
    sql`moved.holds = 1 AND moved.ends = 1 AND moved.ended IS DISTINCT FROM -moved.hold`,
  ),
  check(
    'owner',
    sql`${IS_THERE} AND moved.entries > 0 AND CASE WHEN job.key_id IS NULL THEN moved.keyed > 0
      ELSE moved.keyed <> moved.entries OR moved.first_key <> job.key_id::text OR moved.last_key <> job.key_id::text END`,
  ),
  check('usage', sql`${IS_THERE} AND is_over <> (used.job_id IS NOT NULL)`),
  check(
    'charge',
    sql`is_over AND (job.charged IS NULL OR used.charged <> job.charged OR moved.spent <> job.charged)`,
  ),
  check('tokens', sql`is_over AND said.state IS NOT NULL AND used.tokens <> ${REPORTED}`),
  check('refund', sql`${IS_THERE} AND coalesce(moved.refunded, 0) > coalesce(job.charged, 0)`),
];

import { and, eq, gt, gte, inArray, lt, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { UsageFilter, UsageSums } from '../../core/money/usage';
import { daysOf } from '../../core/money/usage-days';
import type { Days } from '../../core/money/usage-days';
import type { Stretch } from './balance-sums';
import type { Transaction } from '../base/database';
import { ledger, usage, usageCheckpoint, usageDays } from '../schema';

/** Usage as sums per day, model and key up to a checkpoint, and the rows after it. */

/** The day on which a request ended. */
export const DAY_OF = sql`(${usage.at} AT TIME ZONE 'UTC')::date`;
/** Added as decimals, so that a sum is the same in any order; the text of a float has all of its digits. */
export const SECONDS = sql`${usage.seconds}::text::numeric`;
/** One of these comes with the usage of each job, in the same statement. */
const IS_END = inArray(ledger.kind, ['settle', 'release']);

/** Adds the usage that came with these entries to its days, and returns how many entries they were. */
export async function sumUsage(tx: Transaction, { from, upTo, now }: Stretch): Promise<number> {
  const { rows } = await tx.execute<{ entries: number }>(sql`
    WITH entries AS (
      SELECT ${ledger.jobId}, ${ledger.kind} FROM ${ledger}
      WHERE id > ${from}::bigint AND id <= ${upTo}::bigint),
    sums AS (
      SELECT ${usage.workspaceId}, ${DAY_OF} AS day, ${usage.model}, ${usage.keyId}, count(*) AS requests,
        sum(${usage.tokens}) AS tokens, sum(${SECONDS}) AS seconds, sum(${usage.charged}) AS charged
      FROM entries JOIN ${usage} ON ${usage.jobId} = entries.job_id
      WHERE entries.kind IN ('settle', 'release') GROUP BY 1, 2, 3, 4),
    added AS (
      INSERT INTO ${usageDays} AS d (workspace_id, day, model, key_id, requests, tokens, seconds, charged)
      SELECT * FROM sums
      ON CONFLICT (workspace_id, day, model, key_id) DO UPDATE SET requests = d.requests + excluded.requests,
        tokens = d.tokens + excluded.tokens, seconds = d.seconds + excluded.seconds,
        charged = d.charged + excluded.charged),
    moved AS (
      UPDATE ${usageCheckpoint} SET up_to = greatest(up_to, ${upTo}::bigint), at = ${now}::timestamptz)
    SELECT count(*)::int AS entries FROM entries`);
  return rows[0]?.entries ?? 0;
}

/** The conditions of a filter on rows of usage. */
export function matching(
  workspaceId: string,
  { from, to, model, key }: UsageFilter,
): SQL | undefined {
  return and(
    eq(usage.workspaceId, workspaceId),
    from === undefined ? undefined : gte(usage.at, new Date(from)),
    to === undefined ? undefined : lt(usage.at, new Date(to)),
    model === undefined ? undefined : eq(usage.model, model),
    key === undefined ? undefined : eq(usage.keyId, key),
  );
}

/**
 * Makes the FROM of everything that a filter takes in, with the columns of `usage_days`: sums of whole days up to the
 * checkpoint, the rows after it, and those of the parts of days at both edges. The transaction must see ONE snapshot.
 */
export async function summed(
  tx: Transaction,
  workspaceId: string,
  filter: UsageFilter,
): Promise<SQL> {
  const { days, edges } = daysOf(filter);
  const { model, key } = filter;
  const rows = (source: SQL, where: SQL | undefined) => sql`
    SELECT ${DAY_OF} AS day, ${usage.model}, ${usage.keyId}, 1 AS requests, ${usage.tokens}, ${SECONDS} AS seconds,
      ${usage.charged}
    FROM ${source} WHERE ${where}`;
  const parts = edges.map((edge) =>
    rows(sql`${usage}`, matching(workspaceId, { model, key, ...edge })),
  );
  if (days) {
    const [checkpoint] = await tx.select({ upTo: usageCheckpoint.upTo }).from(usageCheckpoint);
    const after = and(
      eq(ledger.workspaceId, workspaceId),
      gt(ledger.id, checkpoint?.upTo ?? 0n),
      IS_END,
      matching(workspaceId, { model, key }),
      isWithin(DAY_OF, days),
    );
    parts.push(daySums(workspaceId, filter, days));
    parts.push(rows(sql`${ledger} JOIN ${usage} ON ${usage.jobId} = ${ledger.jobId}`, after));
  }
  return sql`(${sql.join(parts, sql` UNION ALL `)}) AS used`;
}

function daySums(workspaceId: string, { model, key }: UsageFilter, days: Days): SQL {
  const where = and(
    eq(usageDays.workspaceId, workspaceId),
    isWithin(sql`${usageDays.day}`, days),
    model === undefined ? undefined : eq(usageDays.model, model),
    key === undefined ? undefined : eq(usageDays.keyId, key),
  );
  return sql`
    SELECT ${usageDays.day}, ${usageDays.model}, ${usageDays.keyId}, ${usageDays.requests}, ${usageDays.tokens},
      ${usageDays.seconds}, ${usageDays.charged}
    FROM ${usageDays} WHERE ${where}`;
}

const EPOCH = sql`date '1970-01-01'`;
const isWithin = (day: SQL, { from, to }: Days): SQL =>
  sql`${day} >= ${EPOCH} + ${from}::int AND ${day} < ${EPOCH} + ${to}::int`;

/** Sums as text: they may be larger than a number is exact. */
export const SUMS = sql`coalesce(sum(requests), 0)::text AS requests, coalesce(sum(tokens), 0)::text AS tokens,
  coalesce(sum(seconds), 0)::float8 AS seconds, coalesce(sum(charged), 0)::text AS charged`;
export type Sums = { requests: string; tokens: string; seconds: number; charged: string };
export const NOTHING: Sums = { requests: '0', tokens: '0', seconds: 0, charged: '0' };

export function toSums({ requests, tokens, seconds, charged }: Sums): UsageSums {
  return {
    requests: Number(requests),
    tokens: Number(tokens),
    seconds,
    charged: BigInt(charged),
  };
}

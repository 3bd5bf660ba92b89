import { and, eq, gte, lt, sql } from 'drizzle-orm';
import type { Column, SQL } from 'drizzle-orm';
import { MARGIN_ROWS_MAX } from '../../core/money/margins';
import type { MarginGroup, MarginQuery, MarginRow } from '../../core/money/margins';
import type { MarginStore } from '../../core/ports/store/margins';
import type { Database } from '../base/database';
import { jobs, lateVerdicts, ledger, usage } from '../schema';

/** Reads rows themselves and no sums of days, which know no costs: a month of an installation is one pass over it. */
export function marginStore(db: Pick<Database, 'execute'>): MarginStore {
  return { margins: (query) => margins(db, query) };
}

async function margins(db: Pick<Database, 'execute'>, query: MarginQuery): Promise<MarginRow[]> {
  const { rows } = await db.execute<Row>(sql`
    SELECT name, ${SUMS} FROM (${ended(query)} UNION ALL ${refunded(query)} UNION ALL ${late(query)}) AS moved
    GROUP BY name ORDER BY name NULLS FIRST LIMIT ${MARGIN_ROWS_MAX}`);
  return rows.map(toRow);
}

const isIn = (at: Column, workspace: Column, query: MarginQuery): SQL | undefined =>
  and(
    gte(at, new Date(query.from)),
    lt(at, new Date(query.to)),
    query.workspaceId === undefined ? undefined : eq(workspace, query.workspaceId),
  );

const dayOf = (at: Column): SQL => sql`to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;
const textOf = (column: Column): SQL => sql`${column}::text`;

const OF_USAGE: Record<Exclude<MarginGroup, 'day'>, SQL> = {
  model: textOf(usage.model),
  channel: textOf(usage.channel),
  provider: textOf(usage.provider),
  workspace: textOf(usage.workspaceId),
  key: textOf(usage.keyId),
};

const OF_LATE: Record<MarginGroup, SQL> = {
  day: dayOf(lateVerdicts.at),
  // The row has the provider's id of the model.
  model: textOf(jobs.model),
  channel: textOf(lateVerdicts.channel),
  provider: textOf(lateVerdicts.provider),
  workspace: textOf(lateVerdicts.workspaceId),
  key: textOf(jobs.keyId),
};

const nameIn = (groupBy: MarginGroup, at: Column): SQL =>
  groupBy === 'day' ? dayOf(at) : OF_USAGE[groupBy];

/** A job that was given up may have had its verdict since, which tells its cost. */
const IS_UNKNOWN = sql`${usage.costPoints} IS NULL AND NOT EXISTS (
  SELECT FROM ${lateVerdicts} WHERE ${lateVerdicts.jobId} = ${usage.jobId} AND ${lateVerdicts.costPoints} IS NOT NULL)`;

const ended = (query: MarginQuery): SQL => sql`
  SELECT ${nameIn(query.groupBy, usage.at)} AS name, 1 AS requests, ${usage.tokens} AS tokens,
    ${usage.seconds}::text::numeric AS seconds, ${usage.charged} AS charged, 0::bigint AS refunded,
    coalesce(${usage.costPoints}, 0) AS cost, 0::bigint AS late, (${IS_UNKNOWN})::int AS unknown
  FROM ${usage} WHERE ${isIn(usage.at, usage.workspaceId, query)}`;

const refunded = (query: MarginQuery): SQL => sql`
  SELECT ${nameIn(query.groupBy, ledger.at)}, 0, 0, 0, 0, -${ledger.spent}, 0, 0, 0
  FROM ${ledger} JOIN ${usage} ON ${usage.jobId} = ${ledger.jobId}
  WHERE ${and(eq(ledger.kind, 'refund'), isIn(ledger.at, ledger.workspaceId, query))}`;

const late = (query: MarginQuery): SQL => sql`
  SELECT ${OF_LATE[query.groupBy]}, 0, 0, 0, 0, 0, 0, coalesce(${lateVerdicts.costPoints}, 0), 0
  FROM ${lateVerdicts} JOIN ${jobs} ON ${jobs.id} = ${lateVerdicts.jobId}
  WHERE ${isIn(lateVerdicts.at, lateVerdicts.workspaceId, query)}`;

/** Sums as text: they may be larger than a number is exact. */
const SUMS = sql`sum(requests)::text AS requests, sum(tokens)::text AS tokens, sum(seconds)::float8 AS seconds,
  sum(charged)::text AS charged, sum(refunded)::text AS refunded, sum(cost)::text AS cost, sum(late)::text AS late,
  sum(unknown)::text AS unknown`;

type Row = { name: string | null; seconds: number } & Record<
  'requests' | 'tokens' | 'charged' | 'refunded' | 'cost' | 'late' | 'unknown',
  string
>;

const toRow = (row: Row): MarginRow => ({
  name: row.name,
  requests: Number(row.requests),
  tokens: Number(row.tokens),
  seconds: row.seconds,
  charged: BigInt(row.charged),
  refunded: BigInt(row.refunded),
  cost: BigInt(row.cost),
  lateCost: BigInt(row.late),
  unknownCosts: Number(row.unknown),
});

import { desc, eq, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { UsageStore } from '../../core/ports/store/usage';
import { USAGE_GROUPS_MAX } from '../../core/money/usage';
import type {
  UsageGroup,
  UsageLogQuery,
  UsagePage,
  UsageRow,
  UsageSummary,
  UsageSummaryQuery,
} from '../../core/money/usage';
import type { Database, Transaction } from '../base/database';
import { inSnapshot } from '../base/snapshot';
import { jobs, usage } from '../schema';
import { matching, NOTHING, SUMS, summed, toSums } from './usage-sums';
import type { Sums } from './usage-sums';

/** Reads over the one usage row that each ended job has; deleting a job leaves it. */
export function usageStore(db: Pick<Database, 'transaction'>): UsageStore {
  return {
    log: (workspaceId, query) => inSnapshot(db, (tx) => logOf(tx, workspaceId, query)),
    summary: (workspaceId, query) => inSnapshot(db, (tx) => summaryOf(tx, workspaceId, query)),
  };
}

async function logOf(
  tx: Transaction,
  workspaceId: string,
  query: UsageLogQuery,
): Promise<UsagePage> {
  // Jobs are looked up for the rows of this page and not for those before it.
  const page = tx
    .select({ id: usage.jobId })
    .from(usage)
    .where(matching(workspaceId, query))
    .orderBy(desc(usage.at), desc(usage.jobId))
    .limit(query.limit)
    .offset(query.offset)
    .as('page');
  const rows = await tx
    .select(COLUMNS)
    .from(page)
    .innerJoin(usage, eq(usage.jobId, page.id))
    .innerJoin(jobs, eq(jobs.id, page.id))
    .orderBy(desc(usage.at), desc(usage.jobId));
  const used = await summed(tx, workspaceId, query);
  const all = await tx.execute<{ total: string }>(
    sql`SELECT coalesce(sum(requests), 0)::text AS total FROM ${used}`,
  );
  return { rows: rows.map(toRow), total: Number(all.rows[0]?.total) };
}

/** The statement groups once by nothing, by model and by the group that was asked for. */
async function summaryOf(
  tx: Transaction,
  workspaceId: string,
  { groupBy, ...filter }: UsageSummaryQuery,
): Promise<UsageSummary> {
  const used = await summed(tx, workspaceId, filter);
  const { rows } = await tx.execute<SumsRow>(sql`
    SELECT grouping(model, name) AS grouping, model, name, ${SUMS}
    FROM (SELECT *, ${GROUP[groupBy]} AS name FROM ${used}) AS named
    GROUP BY GROUPING SETS ((), (model), (name))
    ORDER BY model, name ${sql.raw(groupBy === 'day' ? 'DESC' : '')}`);
  const of = (grouping: number) =>
    rows.filter((row) => row.grouping === grouping).slice(0, USAGE_GROUPS_MAX);
  const [all] = of(BY_NOTHING);
  return {
    ...toSums(all ?? NOTHING),
    byModel: of(BY_MODEL).map((row) => ({ model: row.model ?? '', ...toSums(row) })),
    groups: of(BY_NAME).map((row) => ({ name: row.name, ...toSums(row) })),
  };
}

/** How PostgreSQL numbers the sets: a bit for each of `model` and `name` that a set leaves out. */
const BY_NOTHING = 0b11;
const BY_MODEL = 0b01;
const BY_NAME = 0b10;

type SumsRow = Sums & { grouping: number; model: string | null; name: string | null };

const COLUMNS = {
  jobId: usage.jobId,
  dialect: jobs.dialect,
  model: usage.model,
  state: usage.state,
  keyId: usage.keyId,
  tokens: usage.tokens,
  seconds: usage.seconds,
  charged: usage.charged,
  createdAt: jobs.createdAt,
  endedAt: usage.at,
};

type Columns = Omit<UsageRow, 'state' | 'tokens' | 'createdAt' | 'endedAt'> & {
  state: string;
  tokens: bigint;
  createdAt: Date;
  endedAt: Date;
};

function toRow(row: Columns): UsageRow {
  return {
    ...row,
    // Settling writes this row with the job's terminal state.
    state: row.state as UsageRow['state'],
    tokens: Number(row.tokens),
    createdAt: row.createdAt.getTime(),
    endedAt: row.endedAt.getTime(),
  };
}

const GROUP: Record<UsageGroup, SQL> = {
  day: sql`to_char(day, 'YYYY-MM-DD')`,
  model: sql`model`,
  key: sql`key_id::text`,
};

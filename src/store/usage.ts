import { and, count, desc, eq, gte, lt, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { UsageStore } from '../core/ports/store/usage';
import { USAGE_GROUPS_MAX } from '../core/money/usage';
import type { UsageFilter, UsageGroup, UsageRow, UsageSums } from '../core/money/usage';
import type { Database } from './database';
import { jobs, usage } from './schema';

/** Reads over the one usage row that each ended job has; deleting a job leaves it. */
export function usageStore(db: Database): UsageStore {
  return {
    async log(workspaceId, query) {
      const where = matching(workspaceId, query);
      // One snapshot, so that the total is the one of these rows.
      return db.transaction(
        async (tx) => {
          const rows = await tx
            .select(COLUMNS)
            .from(usage)
            .innerJoin(jobs, and(eq(jobs.workspaceId, usage.workspaceId), eq(jobs.id, usage.jobId)))
            .where(where)
            .orderBy(desc(usage.at), desc(usage.jobId))
            .limit(query.limit)
            .offset(query.offset);
          const [all] = await tx.select({ total: count() }).from(usage).where(where);
          return { rows: rows.map(toRow), total: all?.total ?? 0 };
        },
        { isolationLevel: 'repeatable read', accessMode: 'read only' },
      );
    },
    async summary(workspaceId, query) {
      const where = matching(workspaceId, query);
      return db.transaction(
        async (tx) => {
          const [all] = await tx.select(SUMS).from(usage).where(where);
          const grouped = (by: UsageGroup) =>
            tx
              .select({ name: GROUP[by], ...SUMS })
              .from(usage)
              .where(where)
              .groupBy(sql`1`)
              .orderBy(sql.raw(by === 'day' ? '1 DESC' : '1'))
              .limit(USAGE_GROUPS_MAX);
          const byModel = await grouped('model');
          const groups = query.groupBy === 'model' ? byModel : await grouped(query.groupBy);
          return {
            ...toSums(all ?? NOTHING),
            byModel: byModel.map(({ name, ...sums }) => ({ model: name ?? '', ...toSums(sums) })),
            groups: groups.map(({ name, ...sums }) => ({ name, ...toSums(sums) })),
          };
        },
        { isolationLevel: 'repeatable read', accessMode: 'read only' },
      );
    },
  };
}

function matching(workspaceId: string, { from, to, model, key }: UsageFilter): SQL | undefined {
  return and(
    eq(usage.workspaceId, workspaceId),
    from === undefined ? undefined : gte(usage.at, new Date(from)),
    to === undefined ? undefined : lt(usage.at, new Date(to)),
    model === undefined ? undefined : eq(usage.model, model),
    key === undefined ? undefined : eq(usage.keyId, key),
  );
}

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

const GROUP: Record<UsageGroup, SQL<string | null>> = {
  day: sql<string>`to_char(${usage.at} AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
  model: sql<string>`${usage.model}`,
  key: sql<string | null>`${usage.keyId}::text`,
};

/** Sums as text: they may be larger than a number is exact. */
const SUMS = {
  requests: count(),
  tokens: sql<string>`coalesce(sum(${usage.tokens}), 0)::text`,
  seconds: sql<number>`coalesce(sum(${usage.seconds}), 0)::float8`,
  charged: sql<string>`coalesce(sum(${usage.charged}), 0)::text`,
};
type Sums = { requests: number; tokens: string; seconds: number; charged: string };
const NOTHING: Sums = { requests: 0, tokens: '0', seconds: 0, charged: '0' };

function toSums({ requests, tokens, seconds, charged }: Sums): UsageSums {
  return { requests, tokens: Number(tokens), seconds, charged: BigInt(charged) };
}

import { and, desc, eq, gte, lt, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { BookedEntry, LedgerQuery } from '../../core/money/ledger';
import type { AdminList } from '../../core/operator/listed';
import type { Database, Transaction } from '../base/database';
import { ledger } from '../schema';

/** Lists entries of a workspace, newest first. */
export async function entriesOf(
  db: Database | Transaction,
  workspaceId: string,
  { limit, after, kind, from, to, jobId }: LedgerQuery,
): Promise<AdminList<BookedEntry>> {
  const rows = await db
    .select()
    .from(ledger)
    .where(
      and(
        eq(ledger.workspaceId, workspaceId),
        after === undefined ? undefined : lt(ledger.id, after),
        kind === undefined ? undefined : eq(ledger.kind, kind),
        from === undefined ? undefined : gte(ledger.at, new Date(from)),
        to === undefined ? undefined : lt(ledger.at, new Date(to)),
        jobId === undefined ? undefined : isOfJob(jobId),
      ),
    )
    .orderBy(desc(ledger.id))
    .limit(limit + 1);
  return { items: rows.slice(0, limit).map(toEntry), hasMore: rows.length > limit };
}

/** Names the kinds, each of which has an index by job: one over all of them would be one more for each hold and end. */
export const isOfJob = (jobId: string): SQL | undefined =>
  and(
    eq(ledger.jobId, jobId),
    or(
      eq(ledger.kind, sql.raw(`'hold'`)),
      sql`${ledger.kind} IN ('settle', 'release')`,
      eq(ledger.kind, sql.raw(`'refund'`)),
    ),
  );

export const toEntry = ({
  idempotencyKey: _,
  ...row
}: typeof ledger.$inferSelect): BookedEntry => ({
  ...row,
  expiresAt: row.expiresAt?.getTime() ?? null,
  at: row.at.getTime(),
});

import { and, eq, exists, gt, inArray, isNotNull, lte, not, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Answer } from '../../core/api/answer';
import type { Idempotency } from '../../core/job/creation';
import type { Transaction } from '../base/database';
import { idempotency, jobs } from '../schema';

/**
 * A request's claim on its key: one row per workspace, route and key. Whoever inserts it first does the work; a
 * concurrent request with the same key waits on the unique index until that transaction is through, then reads the
 * answer that it stored.
 */
export interface IdempotencyClaim extends Idempotency {
  workspaceId: string;
  now: number;
}

/** The request that had the key before: a different one (`differs`), or the same with its job and answer. */
export type EarlierRequest =
  | { kind: 'differs' }
  | { kind: 'same'; jobId: string | null; answer: Answer; sealed: Uint8Array | null };

/** What is left of an answer when its job is erased: a repeat renders the job's row as it is then. */
export const ERASED_ANSWER: Answer = { status: 0 };

/** A date that both JavaScript and Postgres can hold. */
const NEVER = new Date('9999-12-31T00:00:00Z');
/** A row that is there at the insert may have expired and been swept at the read; then the key is free. */
const CLAIMS_MAX = 3;

/** Takes the key, or says what an earlier request under it was answered. */
export async function claim(
  tx: Transaction,
  asked: IdempotencyClaim,
  work: { jobId: string | null; keepMs: number },
): Promise<EarlierRequest | undefined> {
  for (let round = 0; round < CLAIMS_MAX; round += 1) {
    if (await take(tx, asked, work)) return undefined;
    const earlier = await earlierOf(tx, asked);
    if (earlier) return earlier;
  }
  throw new Error('an idempotency row vanished each time it was read');
}

/** Reads what the request that took the key was answered, once its transaction is through; undefined when none did. */
export async function earlierOf(
  db: Pick<Transaction, 'select'>,
  asked: IdempotencyClaim,
): Promise<EarlierRequest | undefined> {
  const [row] = await db
    .select()
    .from(idempotency)
    .where(and(mine(asked), not(isOver(db, asked))));
  if (!row) return undefined;
  const known = [asked.fingerprint, ...(asked.alike ?? [])];
  if (!known.includes(row.fingerprint)) return { kind: 'differs' };
  return { kind: 'same', jobId: row.jobId, answer: row.answer, sealed: row.sealed };
}

/** Says whether any route of the workspace knows the key. */
export async function isKeyUsed(
  db: Pick<Transaction, 'select'>,
  { workspaceId, key, now }: Pick<IdempotencyClaim, 'workspaceId' | 'key' | 'now'>,
): Promise<boolean> {
  const rows = await db
    .select({ key: idempotency.key })
    .from(idempotency)
    .where(
      and(
        eq(idempotency.workspaceId, workspaceId),
        eq(idempotency.key, key),
        gt(idempotency.expiresAt, new Date(now)),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

/** Stores the answer of the request that took the key, in the transaction that took it. */
export async function storeAnswer(
  tx: Transaction,
  asked: IdempotencyClaim,
  kept: { answer: Answer } | { sealed: Buffer },
): Promise<void> {
  await tx.update(idempotency).set(kept).where(mine(asked));
}

const mine = ({ workspaceId, route, key }: IdempotencyClaim) =>
  and(
    eq(idempotency.workspaceId, workspaceId),
    eq(idempotency.route, route),
    eq(idempotency.key, key),
  );

/** A job that came to no video, or that its caller does not want any more. */
const GONE = ['canceling', 'failed', 'canceled', 'expired'] as const;

/** Says of a row that its claim has ended. */
function isOver(
  db: Pick<Transaction, 'select'>,
  { now, onlyLiving }: Pick<IdempotencyClaim, 'now' | 'onlyLiving'>,
): SQL {
  const isLate = lte(idempotency.expiresAt, new Date(now));
  if (!onlyLiving) return isLate;
  const isGone = or(
    inArray(jobs.state, [...GONE]),
    isNotNull(jobs.cancelRequestedAt),
    isNotNull(jobs.deletedAt),
  );
  const gone = db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.id, idempotency.jobId), isGone));
  return sql`(${isLate} OR ${exists(gone)})`;
}

async function take(
  tx: Transaction,
  asked: IdempotencyClaim,
  { jobId, keepMs }: { jobId: string | null; keepMs: number },
): Promise<boolean> {
  const { workspaceId, route, key, fingerprint, lasting } = asked;
  const now = new Date(asked.now);
  await tx.delete(idempotency).where(and(mine(asked), isOver(tx, asked)));
  const inserted = await tx
    .insert(idempotency)
    .values({
      workspaceId,
      route,
      key,
      fingerprint,
      jobId,
      answer: ERASED_ANSWER,
      createdAt: now,
      expiresAt: lasting ? NEVER : new Date(asked.now + keepMs),
    })
    .onConflictDoNothing()
    .returning({ key: idempotency.key });
  return inserted.length > 0;
}

import { and, eq, sql } from 'drizzle-orm';
import type { Adjustment, Refund, TopUp } from '../../core/operator/bookings';
import type { BookedEntry } from '../../core/money/ledger';
import type { BookingRow, TooMuch } from '../../core/ports/store/admin';
import type { Database, Transaction } from '../base/database';
import { toEntry } from './entries';
import { lockedAvailable } from './funds';
import { jobs, ledger, workspaces } from '../schema';

/** What operators book. Each kind has idempotency keys of its own, and never one of our holds and ends. */

type Row = typeof ledger.$inferInsert;

/** Adds points; a repeat under the same idempotency key in the same workspace changes nothing, and gives the first. */
export async function topUp(
  db: Database | Transaction,
  { workspaceId, amount, expiresAt, ...row }: TopUp & BookingRow,
): Promise<BookedEntry> {
  if (amount <= 0n) throw new Error('a top-up must add points');
  return book(db, 'top_up', {
    ...row,
    workspaceId,
    available: amount,
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
  });
}

/** Moves points by hand. It runs in a transaction, under the workspace's lock, as creates do. */
export async function adjust(
  tx: Database | Transaction,
  { workspaceId, amount, ...row }: Adjustment & BookingRow,
): Promise<BookedEntry | TooMuch> {
  if (amount === 0n) throw new Error('an adjustment must move points');
  const available = await lockedAvailable(tx, workspaceId);
  if (available + amount < 0n) return { kind: 'too_much', left: available };
  return book(tx, 'adjust', { ...row, workspaceId, available: amount });
}

/**
 * Gives back what a job was charged. It runs in a transaction, under the workspace's lock, so that refunds at the same
 * time never pass the charge together.
 */
export async function refund(
  tx: Database | Transaction,
  { workspaceId, jobId, amount, ...row }: Refund & BookingRow & { jobId: string },
): Promise<BookedEntry | TooMuch> {
  await lockWorkspace(tx, workspaceId);
  const [job] = await tx
    .select({ keyId: jobs.keyId, charged: jobs.charged })
    .from(jobs)
    .where(and(eq(jobs.workspaceId, workspaceId), eq(jobs.id, jobId)));
  if (!job) throw new Error(`no job ${jobId}`);
  const left = (job.charged ?? 0n) - (await refundedOf(tx, jobId));
  const points = amount ?? left;
  if (points <= 0n || points > left) return { kind: 'too_much', left };
  return book(tx, 'refund', {
    ...row,
    ...{ workspaceId, jobId, keyId: job.keyId, available: points, spent: -points },
  });
}

/** Takes the lock that creates take, until the transaction ends. */
async function lockWorkspace(tx: Database | Transaction, id: string): Promise<void> {
  await tx
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.id, id))
    .for('no key update');
}

async function refundedOf(tx: Database | Transaction, jobId: string): Promise<bigint> {
  const [row] = await tx
    .select({ points: sql<string>`coalesce(sum(${ledger.available}), 0)::text` })
    .from(ledger)
    .where(and(eq(ledger.jobId, jobId), eq(ledger.kind, sql.raw(`'refund'`))));
  return BigInt(row?.points ?? 0);
}

async function book(
  db: Database | Transaction,
  kind: 'top_up' | 'adjust' | 'refund',
  { now, ...row }: Omit<Row, 'kind' | 'held' | 'spent' | 'at'> & { spent?: bigint; now: number },
): Promise<BookedEntry> {
  const idempotencyKey = `${kind}:${row.workspaceId}:${row.idempotencyKey}`;
  const [booked] = await db
    .insert(ledger)
    .values({ spent: 0n, ...row, kind, held: 0n, idempotencyKey, at: new Date(now) })
    .onConflictDoNothing({ target: ledger.idempotencyKey })
    .returning();
  if (booked) return toEntry(booked);
  const [earlier] = await db.select().from(ledger).where(eq(ledger.idempotencyKey, idempotencyKey));
  if (!earlier) throw new Error(`no entry under ${idempotencyKey}`);
  return toEntry(earlier);
}

import { and, eq, sql } from 'drizzle-orm';
import type { Adjustment, Refund, TopUp } from '../../core/operator/bookings';
import { leftToGive } from '../../core/money/ledger';
import type { BookedEntry } from '../../core/money/ledger';
import type { BookingRow, PastBound, TooMuch } from '../../core/ports/store/admin';
import type { Database, Transaction } from '../base/database';
import { toEntry } from './entries';
import { lockedBalance, lockWorkspace } from './funds';
import { jobs, ledger } from '../schema';

/** What operators book. Each kind has idempotency keys of its own, and never one of our holds and ends. */

type Kind = 'top_up' | 'adjust' | 'refund';
type Row = Omit<typeof ledger.$inferInsert, 'kind' | 'held' | 'spent' | 'at'> & {
  spent?: bigint;
  now: number;
};

/**
 * Adds points; a repeat under the same idempotency key in the same workspace changes nothing, and gives the first. It
 * runs in a transaction, under the workspace's lock, so that top-ups at the same time never pass the bound together.
 */
export async function topUp(
  tx: Database | Transaction,
  { workspaceId, amount, expiresAt, ...rest }: TopUp & BookingRow,
): Promise<BookedEntry | PastBound> {
  if (amount <= 0n) throw new Error('a top-up must add points');
  const end = expiresAt === null ? null : new Date(expiresAt);
  const row = { ...rest, workspaceId, available: amount, expiresAt: end };
  const left = leftToGive(await lockedBalance(tx, workspaceId));
  const earlier = await earlierOf(tx, 'top_up', row);
  if (earlier) return earlier;
  if (amount > left) return { kind: 'past_bound', left };
  return book(tx, 'top_up', row);
}

/** Moves points by hand. It runs in a transaction, under the workspace's lock, as creates do. */
export async function adjust(
  tx: Database | Transaction,
  { workspaceId, amount, ...rest }: Adjustment & BookingRow,
): Promise<BookedEntry | TooMuch | PastBound> {
  if (amount === 0n) throw new Error('an adjustment must move points');
  const row = { ...rest, workspaceId, available: amount };
  const balance = await lockedBalance(tx, workspaceId);
  const earlier = await earlierOf(tx, 'adjust', row);
  if (earlier) return earlier;
  const { available } = balance;
  if (available + amount < 0n) return { kind: 'too_much', left: available };
  const left = leftToGive(balance);
  if (amount > left) return { kind: 'past_bound', left };
  return book(tx, 'adjust', row);
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

async function refundedOf(tx: Database | Transaction, jobId: string): Promise<bigint> {
  const [row] = await tx
    .select({ points: sql<string>`coalesce(sum(${ledger.available}), 0)::text` })
    .from(ledger)
    .where(and(eq(ledger.jobId, jobId), eq(ledger.kind, sql.raw(`'refund'`))));
  return BigInt(row?.points ?? 0);
}

async function book(
  db: Database | Transaction,
  kind: Kind,
  { now, ...row }: Row,
): Promise<BookedEntry> {
  const idempotencyKey = bookedUnder(kind, row);
  const [booked] = await db
    .insert(ledger)
    .values({ spent: 0n, ...row, kind, held: 0n, idempotencyKey, at: new Date(now) })
    .onConflictDoNothing({ target: ledger.idempotencyKey })
    .returning();
  const entry = booked ? toEntry(booked) : await earlierOf(db, kind, row);
  if (!entry) throw new Error(`no entry under ${idempotencyKey}`);
  return entry;
}

type Named = Pick<Row, 'workspaceId' | 'idempotencyKey'>;

const bookedUnder = (kind: Kind, { workspaceId, idempotencyKey }: Named): string =>
  `${kind}:${workspaceId}:${idempotencyKey}`;

async function earlierOf(
  db: Database | Transaction,
  kind: Kind,
  row: Named,
): Promise<BookedEntry | undefined> {
  const [earlier] = await db
    .select()
    .from(ledger)
    .where(eq(ledger.idempotencyKey, bookedUnder(kind, row)));
  return earlier && toEntry(earlier);
}

import { and, eq, ne, sql } from 'drizzle-orm';
import {
  erasedApplied,
  erasedFailure,
  erasedNative,
  erasedRequest,
  erasedRoute,
  erasedVerdict,
} from '../../core/job/erasure';
import type { Database, Transaction } from '../base/database';
import { ERASED_ANSWER } from '../jobs/idempotency';
import type { JobRow } from '../jobs/job-row';
import { lockJob } from '../jobs/lock-job';
import {
  attempts,
  deliveries,
  deliveryTries,
  files,
  idempotency,
  jobs,
  keeps,
  lateVerdicts,
  removableBlobs,
} from '../schema';

/**
 * Blanks every text of one deleted job in ONE transaction. The wish is `deleted_at`, the mark that it is done is
 * `erased_at`, so a process that dies in between leaves the wish. A message that is still pending is sent first: its
 * row is blanked by the transaction that ends it (`endDelivery`).
 */
export async function eraseJob(db: Database, jobId: string, now: Date): Promise<void> {
  await db.transaction(async (tx) => {
    const row = await lockJob(tx, jobId);
    if (!row?.deletedAt || row.erasedAt) return;
    await nameFiles(tx, row, now);
    await blankAttempts(tx, jobId);
    await blankDeliveries(tx, jobId);
    await tx.update(idempotency).set({ answer: ERASED_ANSWER }).where(eq(idempotency.jobId, jobId));
    await tx
      .update(jobs)
      .set({ ...blank(row), erasedAt: now, filesRemovedAt: now, repliesRemovedAt: now })
      .where(eq(jobs.id, jobId));
  });
}

function blank(row: JobRow): Partial<typeof jobs.$inferInsert> {
  return {
    request: erasedRequest(row.request),
    applied: erasedApplied(row.applied),
    routes: row.routes.map(erasedRoute),
    native: row.native && erasedNative(row.native),
    metadata: {},
    echo: {},
    callbackUrl: null,
    failure: row.failure && erasedFailure(row.failure),
    ruling: row.ruling && erasedFailure(row.ruling),
    outputs: [],
    trace: null,
    requestId: null,
  };
}

/** A copy that is being made finds that nobody waits for it any more, and its file is named as removable then. */
async function nameFiles(tx: Transaction, row: JobRow, now: Date): Promise<void> {
  await tx
    .update(keeps)
    .set({
      finishedAt: sql`coalesce(${keeps.finishedAt}, ${now}::timestamptz)`,
      gaveUpBecause: null,
    })
    .where(eq(keeps.jobId, row.id));
  const results = await tx
    .delete(files)
    .where(eq(files.jobId, row.id))
    .returning({ blob: files.blob });
  const inputs = row.request.inputs.flatMap(({ media }) => ('blob' in media ? [media.blob] : []));
  const body = row.native ? [row.native.body] : [];
  await nameRemovable(tx, [...results.map(({ blob }) => blob), ...inputs, ...body], now);
}

/** The stored files wait here until nothing names them and nobody uses them; see the sweep. */
export async function nameRemovable(
  tx: Pick<Transaction, 'insert'>,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  const named = [...new Set(ids)].filter((id) => id !== '');
  if (named.length === 0) return;
  await tx
    .insert(removableBlobs)
    .values(named.map((id) => ({ id, since: now })))
    .onConflictDoNothing();
}

async function blankAttempts(tx: Transaction, jobId: string): Promise<void> {
  const { id, verdict, refusal } = attempts;
  const rows = await tx
    .select({ id, verdict, refusal })
    .from(attempts)
    .where(eq(attempts.jobId, jobId));
  for (const row of rows) {
    await tx
      .update(attempts)
      .set({
        ...NO_REPLIES,
        verdict: row.verdict && erasedVerdict(row.verdict),
        refusal: row.refusal && { ...row.refusal, failure: erasedFailure(row.refusal.failure) },
        doubt: null,
        requestId: null,
      })
      .where(eq(attempts.id, row.id));
  }
  const late = await tx.select().from(lateVerdicts).where(eq(lateVerdicts.jobId, jobId));
  for (const { attemptId, verdict: said } of late) {
    await tx
      .update(lateVerdicts)
      .set({ verdict: erasedVerdict(said) })
      .where(eq(lateVerdicts.attemptId, attemptId));
  }
}

/** The status stays, which tells an operator what happened. */
export const NO_REPLIES = { replyBody: null, finalReplyBody: null, submitReplyBody: null } as const;

async function blankDeliveries(tx: Transaction, jobId: string): Promise<void> {
  // Held first, so that a try which is being booked now is seen with its end.
  await tx
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(eq(deliveries.jobId, jobId))
    .for('update');
  const ended = await tx
    .update(deliveries)
    .set(NO_MESSAGE)
    .where(and(eq(deliveries.jobId, jobId), ne(deliveries.state, 'pending')))
    .returning({ id: deliveries.id });
  for (const { id } of ended) await blankTries(tx, id);
}

export const NO_MESSAGE = { url: '', body: Buffer.alloc(0) } as const;

/** A receiver may say back what it was sent. */
export async function blankTries(tx: Transaction, deliveryId: string): Promise<void> {
  await tx
    .update(deliveryTries)
    .set({ excerpt: sql`CASE WHEN ${deliveryTries.excerpt} IS NULL THEN NULL ELSE '' END` })
    .where(eq(deliveryTries.deliveryId, deliveryId));
}

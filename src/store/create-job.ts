import { and, eq, gt, sql } from 'drizzle-orm';
import type { Answer } from '../core/dialect';
import { newId } from '../core/ids';
import type { Created, NewJob } from '../core/store';
import type { Database, Transaction } from './database';
import { toJob } from './job-row';
import { balanceOf } from './ledger';
import { events, idempotency, jobs, ledger, workspaces } from './schema';

/**
 * ONE transaction: idempotency row, job row, hold. A concurrent request with the same key waits on the unique
 * index until this one commits, then reads the stored answer; with the same key and another body it is a mismatch.
 */
export async function createJob(
  db: Database,
  job: NewJob,
  idempotencyMs: number,
): Promise<Created> {
  try {
    return await db.transaction((tx) => createIn(tx, job, idempotencyMs));
  } catch (error) {
    if (error instanceof Rollback) return error.outcome;
    throw error;
  }
}

/** Leaves the transaction without a trace, carrying what to answer. */
class Rollback extends Error {
  constructor(readonly outcome: Created) {
    super(outcome.kind);
  }
}

async function createIn(tx: Transaction, job: NewJob, idempotencyMs: number): Promise<Created> {
  if (job.idempotency) {
    const earlier = await claim(tx, job, job.idempotency, idempotencyMs);
    if (earlier) return earlier;
  }
  await tx
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.id, job.principal.workspaceId))
    .for('no key update');
  const { available } = await balanceOf(tx, job.principal.workspaceId);
  if (available < job.price) throw new Rollback({ kind: 'insufficient', available });

  const row = await insertJob(tx, job);
  const created = toJob(row);
  const answer = job.render(created);
  if (job.idempotency) await storeAnswer(tx, job, job.idempotency, answer);
  return { kind: 'created', job: created, answer };
}

type Idempotency = NonNullable<NewJob['idempotency']>;

/** Takes the key, or says what an earlier request under it was answered. */
async function claim(
  tx: Transaction,
  job: NewJob,
  { key, route, fingerprint }: Idempotency,
  idempotencyMs: number,
): Promise<Created | undefined> {
  const mine = and(
    eq(idempotency.workspaceId, job.principal.workspaceId),
    eq(idempotency.route, route),
    eq(idempotency.key, key),
  );
  const now = new Date(job.now);
  await tx.delete(idempotency).where(and(mine, sql`${idempotency.expiresAt} <= ${now}`));
  const inserted = await tx
    .insert(idempotency)
    .values({
      workspaceId: job.principal.workspaceId,
      route,
      key,
      fingerprint,
      jobId: job.id,
      answer: { status: 0 },
      createdAt: now,
      expiresAt: new Date(job.now + idempotencyMs),
    })
    .onConflictDoNothing()
    .returning({ key: idempotency.key });
  if (inserted.length > 0) return undefined;
  const [earlier] = await tx
    .select()
    .from(idempotency)
    .where(and(mine, gt(idempotency.expiresAt, now)));
  // The first request rolled back between our insert and our read: the caller may simply send again.
  if (!earlier) throw new Error('an idempotency row vanished while it was being read');
  if (earlier.fingerprint !== fingerprint) return { kind: 'mismatch' };
  return { kind: 'replayed', answer: earlier.answer };
}

async function insertJob(tx: Transaction, job: NewJob): Promise<typeof jobs.$inferSelect> {
  const now = new Date(job.now);
  const { workspaceId } = job.principal;
  const [row] = await tx
    .insert(jobs)
    .values({
      id: job.id,
      workspaceId,
      keyId: job.principal.keyId,
      dialect: job.dialect,
      state: 'queued',
      model: job.request.model,
      provider: job.routes[0].provider,
      channel: job.routes[0].channel,
      routes: [...job.routes],
      request: job.request,
      applied: job.applied,
      metadata: job.metadata,
      echo: job.echo,
      callbackUrl: job.callbackUrl ?? null,
      price: job.price,
      createdAt: now,
      updatedAt: now,
      deadlineAt: new Date(job.deadlineAt),
    })
    .returning();
  if (!row) throw new Error('insert returned no row');
  await tx.insert(ledger).values({
    workspaceId,
    jobId: job.id,
    kind: 'hold',
    available: -job.price,
    held: job.price,
    spent: 0n,
    idempotencyKey: `hold:${job.id}`,
    at: now,
  });
  await tx
    .insert(events)
    .values({ id: newId(), workspaceId, jobId: job.id, type: 'job.created', at: now });
  return row;
}

async function storeAnswer(
  tx: Transaction,
  job: NewJob,
  { key, route }: Idempotency,
  answer: Answer,
): Promise<void> {
  await tx
    .update(idempotency)
    .set({ answer })
    .where(
      and(
        eq(idempotency.workspaceId, job.principal.workspaceId),
        eq(idempotency.route, route),
        eq(idempotency.key, key),
      ),
    );
}

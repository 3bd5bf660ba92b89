import { and, eq, gt, sql } from 'drizzle-orm';
import type { Answer } from '../core/dialect';
import { newId } from '../core/ids';
import type { Idempotency } from '../core/ports';
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

/** A date that both JavaScript and Postgres can hold. */
const NEVER = new Date('9999-12-31T00:00:00Z');

/** Takes the key, or says what an earlier request under it was answered. */
async function claim(
  tx: Transaction,
  job: NewJob,
  asked: Idempotency,
  idempotencyMs: number,
): Promise<Created | undefined> {
  for (let round = 0; round < CLAIMS_MAX; round += 1) {
    if (await take(tx, job, asked, idempotencyMs)) return undefined;
    const { workspaceId } = job.principal;
    const earlier = await earlierAnswer(tx, { workspaceId, ...asked, now: job.now });
    if (earlier) return earlier;
  }
  throw new Error('an idempotency row vanished each time it was read');
}

/** A row that is there at the insert may have expired and been swept at the read; then the key is free. */
const CLAIMS_MAX = 3;

async function take(
  tx: Transaction,
  job: NewJob,
  { key, route, fingerprint, lasting }: Idempotency,
  idempotencyMs: number,
): Promise<boolean> {
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
      expiresAt: lasting ? NEVER : new Date(job.now + idempotencyMs),
    })
    .onConflictDoNothing()
    .returning({ key: idempotency.key });
  return inserted.length > 0;
}

/** What the request that took the key was answered, once its transaction is through. */
export async function earlierAnswer(
  db: Pick<Transaction, 'select'>,
  asked: Idempotency & { workspaceId: string; now: number },
): Promise<Extract<Created, { kind: 'replayed' | 'mismatch' }> | undefined> {
  const [earlier] = await db
    .select()
    .from(idempotency)
    .where(
      and(
        eq(idempotency.workspaceId, asked.workspaceId),
        eq(idempotency.route, asked.route),
        eq(idempotency.key, asked.key),
        gt(idempotency.expiresAt, new Date(asked.now)),
      ),
    );
  if (!earlier) return undefined;
  if (earlier.fingerprint !== asked.fingerprint) return { kind: 'mismatch' };
  return { kind: 'replayed', jobId: earlier.jobId, answer: earlier.answer };
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
      workflowId: job.workflowId ?? job.id,
      workflowStartedAt: job.workflowId === undefined ? null : now,
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
    .onConflictDoNothing({ target: jobs.workflowId })
    .returning();
  // One job per workflow id, also over workspaces.
  if (!row) throw new Rollback({ kind: 'mismatch' });
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

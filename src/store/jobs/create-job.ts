import { eq, sql } from 'drizzle-orm';
import { newId } from '../../core/job/ids';
import { spansOf } from '../../core/money/budgets';
import type { CreateResult, NewJob } from '../../core/ports/store/jobs';
import type { Waits } from '../../core/settings/waits';
import { doTogether } from '../../core/together';
import type { Database, Transaction } from '../base/database';
import { ERASED_ANSWER, claim, earlierOf, storeAnswer } from './idempotency';
import type { IdempotencyClaim, EarlierRequest } from './idempotency';
import { lockedShortOf } from '../money/funds';
import { insertFrom } from '../base/insert-from';
import { toJob } from './job-row';
import { events, jobs, ledger } from '../schema';
import { statement } from '../base/statement';

/**
 * Makes the function that creates a job in ONE transaction: idempotency row, job row, hold. A concurrent request with
 * the same key waits on the unique index until this one commits, then reads the stored answer; with the same key and
 * another body it is a mismatch. Balance and budget are checked under the workspace's lock, so that creates at the same
 * time never pass either. Because of that lock, creates that one key sends while a transaction runs share the next one.
 */
export function createJobs(
  db: Database,
  waits: CreateWaits,
): (job: NewJob) => Promise<CreateResult> {
  return doTogether<NewJob, CreateResult>({
    ownerOf: ({ principal }) => `${principal.workspaceId} ${principal.keyId ?? ''}`,
    patienceMs: waits.createsTogetherMs,
    together: (newJobs) => createTogether(db, newJobs, waits),
    alone: (job) => createAlone(db, job, waits),
  });
}

export type CreateWaits = Pick<Waits, 'idempotencyMs' | 'createsTogetherMs'>;

type NewJobs = readonly [NewJob, ...NewJob[]];

async function createAlone(
  db: Database,
  job: NewJob,
  { idempotencyMs }: CreateWaits,
): Promise<CreateResult> {
  try {
    const [created] = await db.transaction((tx) => createIn(tx, [job], idempotencyMs));
    if (!created) throw new Error('a create without a job');
    return created;
  } catch (error) {
    if (error instanceof Rollback) return error.outcome;
    throw error;
  }
}

/** Creates all or none: undefined when one of them is refused or a repeat, and each has to hear what it is. */
async function createTogether(
  db: Database,
  newJobs: NewJobs,
  { idempotencyMs, createsTogetherMs }: CreateWaits,
): Promise<readonly CreateResult[] | undefined> {
  // Budgets are those of one day.
  if (new Set(newJobs.map(({ now }) => spansOf(now).day.from)).size > 1) return undefined;
  try {
    return await db.transaction(async (tx) => {
      // A key that an open transaction has taken must hold up its own repeat and no other create.
      await tx.execute(sql.raw(`SET LOCAL lock_timeout = ${String(createsTogetherMs)}`));
      return createIn(tx, newJobs, idempotencyMs);
    });
  } catch (error) {
    if (error instanceof Rollback) return undefined;
    throw error;
  }
}

/** Leaves the transaction without a trace, carrying what to answer to its only create. */
class Rollback extends Error {
  constructor(readonly outcome: CreateResult) {
    super(outcome.kind);
  }
}

/** Creates jobs of one workspace and key, which are few: one statement each once the lock is there. */
async function createIn(
  tx: Transaction,
  newJobs: NewJobs,
  idempotencyMs: number,
): Promise<CreateResult[]> {
  for (const job of newJobs) await claimFor(tx, job, idempotencyMs);
  const price = newJobs.reduce((sum, job) => sum + job.price, 0n);
  const { principal, now } = newJobs[0];
  const short = await lockedShortOf(tx, principal, { price, now });
  if (short) throw new Rollback(short);
  const created: CreateResult[] = [];
  for (const job of newJobs) created.push(await insertAnswered(tx, job));
  return created;
}

const claimOf = ({ idempotency, principal, now }: NewJob): IdempotencyClaim | undefined =>
  idempotency && { ...idempotency, workspaceId: principal.workspaceId, now };

async function claimFor(tx: Transaction, job: NewJob, keepMs: number): Promise<void> {
  const asked = claimOf(job);
  const earlier =
    asked && (await claim(tx, asked, { jobId: job.id, keepMs: asked.keepMs ?? keepMs }));
  if (earlier) throw new Rollback(await replayOf(tx, earlier, job.render));
}

async function insertAnswered(tx: Transaction, job: NewJob): Promise<CreateResult> {
  const created = toJob(await insertJob(tx, job));
  const answer = job.render(created);
  const asked = claimOf(job);
  if (asked) await storeAnswer(tx, asked, { answer });
  return { kind: 'created', job: created, answer };
}

type Replay = Extract<CreateResult, { kind: 'replayed' | 'mismatch' }>;

/** What an earlier request under the same key was answered; undefined when there was none. */
export async function earlierAnswer(
  db: Pick<Transaction, 'select'>,
  asked: IdempotencyClaim,
  render: NewJob['render'],
): Promise<Replay | undefined> {
  const earlier = await earlierOf(db, asked);
  return earlier && replayOf(db, earlier, render);
}

/** The answer of an erased job is told anew, from what is left of it: the same id, and no text. */
async function replayOf(
  db: Pick<Transaction, 'select'>,
  earlier: EarlierRequest,
  render: NewJob['render'],
): Promise<Replay> {
  if (earlier.kind === 'differs') return { kind: 'mismatch' };
  const { jobId, answer } = earlier;
  if (jobId === null) throw new Error('the answer under this key belongs to no job');
  if (answer.status !== ERASED_ANSWER.status) return { kind: 'replayed', jobId, answer };
  const [row] = await db.select().from(jobs).where(eq(jobs.id, jobId));
  if (!row) throw new Error(`no job ${jobId}`);
  return { kind: 'replayed', jobId, answer: render(toJob(row)) };
}

/** Inserts the job; a workflow id that has a job already, of whatever workspace, is a mismatch. */
async function insertJob(tx: Transaction, job: NewJob): Promise<typeof jobs.$inferSelect> {
  const row = rowOf(job, new Date(job.now));
  const [inserted] = await INSERT(tx, {
    ...row,
    available: -job.price,
    holdKey: `hold:${job.id}`,
    eventId: newId(),
  });
  if (!inserted) throw new Rollback({ kind: 'mismatch' });
  return inserted;
}

/** What a new job has; every other column has its default. */
type NewRow = ReturnType<typeof rowOf>;
type InsertValues = NewRow & { available: bigint; holdKey: string; eventId: string };

/** ONE statement: the job, its hold and its first event. */
const INSERT = statement<InsertValues>('job_create')((db, { as }) => {
  const inserted = db.$with('job').as(
    db
      .insert(jobs)
      .values({
        id: as('id', jobs.id),
        workspaceId: as('workspaceId', jobs.workspaceId),
        keyId: as('keyId', jobs.keyId),
        workflowId: as('workflowId', jobs.workflowId),
        workflowStartedAt: as('workflowStartedAt', jobs.workflowStartedAt),
        dialect: as('dialect', jobs.dialect),
        state: as('state', jobs.state),
        model: as('model', jobs.model),
        provider: as('provider', jobs.provider),
        channel: as('channel', jobs.channel),
        routes: as('routes', jobs.routes),
        request: as('request', jobs.request),
        applied: as('applied', jobs.applied),
        metadata: as('metadata', jobs.metadata),
        echo: as('echo', jobs.echo),
        callbackUrl: as('callbackUrl', jobs.callbackUrl),
        native: as('native', jobs.native),
        price: as('price', jobs.price),
        pricing: as('pricing', jobs.pricing),
        createdAt: as('createdAt', jobs.createdAt),
        updatedAt: as('updatedAt', jobs.updatedAt),
        deadlineAt: as('deadlineAt', jobs.deadlineAt),
        groupName: as('groupName', jobs.groupName),
        startBy: as('startBy', jobs.startBy),
        trace: as('trace', jobs.trace),
        requestId: as('requestId', jobs.requestId),
      })
      .onConflictDoNothing({ target: jobs.workflowId })
      .returning(),
  );
  const hold = {
    workspaceId: as('workspaceId', ledger.workspaceId),
    jobId: as('id', ledger.jobId),
    keyId: as('keyId', ledger.keyId),
    kind: 'hold' as const,
    available: as('available', ledger.available),
    held: as('price', ledger.held),
    spent: 0n,
    idempotencyKey: as('holdKey', ledger.idempotencyKey),
    at: as('createdAt', ledger.at),
  };
  const event = {
    id: as('eventId', events.id),
    workspaceId: as('workspaceId', events.workspaceId),
    jobId: as('id', events.jobId),
    type: 'job.created',
    at: as('createdAt', events.at),
  };
  const held = db.$with('held', {}).as(insertFrom(ledger, hold, sql`${inserted}`));
  const told = db.$with('told', {}).as(insertFrom(events, event, sql`${inserted}`));
  return db.with(inserted, held, told).select().from(inserted);
});

function rowOf(job: NewJob, now: Date) {
  const { workspaceId, keyId } = job.principal;
  return {
    id: job.id,
    workspaceId,
    keyId,
    workflowId: job.workflowId ?? job.startAs ?? job.id,
    workflowStartedAt: job.workflowId === undefined ? null : now,
    dialect: job.dialect,
    state: 'queued' as const,
    model: job.request.model,
    provider: job.routes[0].provider,
    channel: job.routes[0].channel,
    routes: [...job.routes],
    request: job.request,
    applied: job.applied,
    metadata: job.metadata,
    echo: job.echo,
    callbackUrl: job.callbackUrl ?? null,
    native: job.native ?? null,
    price: job.price,
    pricing: job.pricing,
    createdAt: now,
    updatedAt: now,
    deadlineAt: new Date(job.deadlineAt),
    groupName: job.principal.group,
    startBy: job.startBy === undefined ? null : new Date(job.startBy),
    trace: job.trace ?? null,
    requestId: job.requestId ?? null,
  };
}

import { eq, sql } from 'drizzle-orm';
import type { SQL, SQLWrapper } from 'drizzle-orm';
import type { Database, Transaction } from '../base/database';
import type { JobRow } from './job-row';
import { jobs } from '../schema';
import { statement } from '../base/statement';

/**
 * The order of locks: a transaction that writes rows of a job takes the job's own row FIRST, then its attempts,
 * deliveries, copies and ledger entries. Two transactions over one job then wait for each other and never in a circle,
 * and what one of them reads of the job holds until it ends. Nobody else locks rows of `jobs`. A statement that does a
 * whole verb by itself takes the same lock in its first part, from which its other parts read.
 */
export async function lockJob(tx: Transaction, jobId: string): Promise<JobRow | undefined> {
  const [job] = await JOB(tx, { id: jobId });
  return job;
}

/** The function does the same for whoever knows only one of the job's attempts. */
export async function lockJobOfAttempt(
  tx: Transaction,
  attemptId: string,
): Promise<JobRow | undefined> {
  const [job] = await JOB_OF_ATTEMPT(tx, { id: attemptId });
  return job;
}

/** The function does the same for whoever knows only one of the job's deliveries. */
export async function lockJobOfDelivery(
  tx: Transaction,
  deliveryId: string,
): Promise<JobRow | undefined> {
  const [job] = await JOB_OF_DELIVERY(tx, { id: deliveryId });
  return job;
}

type Id = { id: string };
const ofAttempt = (id: SQLWrapper) =>
  sql`${jobs.id} = (SELECT job_id FROM attempts WHERE id = ${id})`;

/** Keys of a job never change, so rows that refer to it may be inserted meanwhile. */
const lock = (db: Database, condition: SQL) =>
  db.select().from(jobs).where(condition).for('no key update');

const JOB = statement<Id>('job_lock')((db, { at }) => lock(db, eq(jobs.id, at('id'))));
const JOB_OF_ATTEMPT = statement<Id>('job_lock_attempt')((db, { at }) =>
  lock(db, ofAttempt(at('id'))),
);
const JOB_OF_DELIVERY = statement<Id>('job_lock_delivery')((db, { at }) =>
  lock(db, sql`${jobs.id} = (SELECT job_id FROM deliveries WHERE id = ${at('id')})`),
);

const LOCKED = {
  id: jobs.id,
  workspaceId: jobs.workspaceId,
  state: jobs.state,
  watchedUntil: jobs.watchedUntil,
};

/**
 * The part `job` of a statement: the locked row, as it is once whoever held it before has ended; no row where the
 * condition no longer holds then.
 */
export function lockedJob(db: Database, condition: SQL | undefined) {
  return db.$with('job').as(db.select(LOCKED).from(jobs).where(condition).for('no key update'));
}

/** The function does the same for whoever knows only one of the job's attempts. */
export function lockedJobOfAttempt(db: Database, attemptId: SQLWrapper) {
  return lockedJob(db, ofAttempt(attemptId));
}

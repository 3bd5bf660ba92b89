import { eq, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Database, Transaction } from './database';
import type { JobRow } from './job-row';
import { jobs } from './schema';

/**
 * The order of locks: a transaction that writes rows of a job takes the job's own row FIRST, then its attempts,
 * deliveries, copies and ledger entries. Two transactions over one job then wait for each other and never in a circle,
 * and what one of them reads of the job holds until it ends. Nobody else locks rows of `jobs`. A statement that does a
 * whole verb by itself takes the same lock in its first part, from which its other parts read.
 */
export function lockJob(tx: Transaction, jobId: string): Promise<JobRow | undefined> {
  return lock(tx, eq(jobs.id, jobId));
}

/** The function does the same for whoever knows only one of the job's attempts. */
export function lockJobOfAttempt(tx: Transaction, attemptId: string): Promise<JobRow | undefined> {
  return lock(tx, sql`${jobs.id} = (SELECT job_id FROM attempts WHERE id = ${attemptId})`);
}

/** The function does the same for whoever knows only one of the job's deliveries. */
export function lockJobOfDelivery(
  tx: Transaction,
  deliveryId: string,
): Promise<JobRow | undefined> {
  return lock(tx, sql`${jobs.id} = (SELECT job_id FROM deliveries WHERE id = ${deliveryId})`);
}

/** Keys of a job never change, so rows that refer to it may be inserted meanwhile. */
async function lock(tx: Transaction, condition: SQL): Promise<JobRow | undefined> {
  const [job] = await tx.select().from(jobs).where(condition).for('no key update');
  return job;
}

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
export function lockedJobOfAttempt(db: Database, attemptId: string) {
  return lockedJob(db, sql`${jobs.id} = (SELECT job_id FROM attempts WHERE id = ${attemptId})`);
}

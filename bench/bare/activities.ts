import { ActivityNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { isLookDue, pollDelayMs } from '../../src/core/schedules';
import type { Cadence } from '../../src/core/schedules';
import { median } from '../math/statistics';
import type { BareActivities } from './workflow';

/**
 * Three activities without any work. They wait as ours do: looks come at the same cadence, learned from the jobs that
 * ended before, and what stands for the provider's callback ends the wait by its id.
 */
export interface BareWaits {
  cadence: Cadence;
  /** What a job takes before any has ended, in milliseconds. */
  usualMs: number;
}

interface BareJob {
  submittedAt: number;
  jobMs: number;
  isDone: boolean;
}

/** The gateway learns from as many ended jobs. */
const USUAL_SAMPLE = 20;

export function createBareActivities(
  client: Client,
  waits: BareWaits,
): { ended(id: string): Promise<void>; activities: BareActivities } {
  const jobs = new Map<string, BareJob>();
  const ends = new Map<string, () => void>();
  const tookMs: number[] = [];
  const usualMs = (): number => (tookMs.length < 5 ? waits.usualMs : median(tookMs));
  return {
    /** Resolves when the job's last activity ran. Call it before the workflow starts. */
    ended: (id) =>
      new Promise((resolve) => {
        ends.set(id, resolve);
      }),
    activities: {
      submit(id, jobMs) {
        jobs.set(id, { submittedAt: Date.now(), jobMs, isDone: false });
        setTimeout(() => {
          void finish(client, id, jobs);
        }, jobMs).unref();
        return Promise.resolve();
      },
      look(id) {
        const job = jobs.get(id);
        if (!job) throw new Error(`nobody submitted ${id}`);
        const elapsedMs = Date.now() - job.submittedAt;
        const isOver = elapsedMs >= job.jobMs && isLookDue(waits.cadence, elapsedMs, usualMs());
        if (job.isDone || isOver) return Promise.resolve('succeeded');
        throw notYet(
          pollDelayMs(waits.cadence, {
            elapsedMs,
            usualMs: usualMs(),
            remainingMs: 3_600_000,
            random: Math.random(),
          }),
        );
      },
      settle(id) {
        const job = jobs.get(id);
        if (job) tookMs.push(Date.now() - job.submittedAt);
        if (tookMs.length > USUAL_SAMPLE) tookMs.shift();
        jobs.delete(id);
        ends.get(id)?.();
        ends.delete(id);
        return Promise.resolve();
      },
    },
  };
}

/** An early one finds no activity yet; the next look then sees that the job is done. */
async function finish(client: Client, id: string, jobs: Map<string, BareJob>): Promise<void> {
  const job = jobs.get(id);
  if (job) job.isDone = true;
  try {
    await client.activity.complete({ workflowId: id, activityId: 'await' }, 'succeeded');
  } catch (error) {
    if (!(error instanceof ActivityNotFoundError)) throw error;
  }
}

function notYet(delayMs: number): ApplicationFailure {
  const failure = ApplicationFailure.create({
    type: 'ProviderPending',
    message: 'not yet',
    nextRetryDelay: delayMs,
    category: ApplicationFailureCategory.BENIGN,
  });
  failure.stack = '';
  return failure;
}

import { heartbeat } from '@temporalio/activity';
import {
  ApplicationFailure,
  ApplicationFailureCategory,
  CancelledFailure,
} from '@temporalio/common';
import type { Logger } from 'pino';
import type { StepName, Traces } from '../src/core/ports/traces';
import { cutAtStop } from './cut';

/**
 * The one place where our errors become the engine's. Histories are read by every operator, so a failure carries a
 * plain sentence and never a reply body, a URL or a secret; the log has the rest, once, with the ids.
 */

/** Says "not yet": the server tries again after the delay, at no cost in history. Operators read it as progress. */
export function pending(message: string, delayMs: number): ApplicationFailure {
  return bare(
    ApplicationFailure.create({
      type: 'ProviderPending',
      message,
      nextRetryDelay: Math.max(1, Math.round(delayMs)),
      category: ApplicationFailureCategory.BENIGN,
    }),
  );
}

/** Says that something is wrong and another try may help; the activity's own retry policy spaces the tries. */
export function transient(message: string, delayMs?: number): ApplicationFailure {
  return bare(
    ApplicationFailure.create({
      type: 'Transient',
      message,
      ...(delayMs === undefined ? {} : { nextRetryDelay: Math.max(1, Math.round(delayMs)) }),
    }),
  );
}

/** Drops the stack, which tells an operator nothing and which every retry would carry. */
function bare(failure: ApplicationFailure): ApplicationFailure {
  failure.stack = '';
  return failure;
}

/** What a log line says of an activity's input. */
interface Ids {
  jobId?: string;
  deliveryId?: string;
  workflowId?: string;
}

type Activity<Input extends Ids, Result> = (input: Input) => Promise<Result>;

/** Beats per heartbeat timeout; one may be lost. */
const BEATS = 4;

/** Tells the engine that this process lives, however long the activity takes. Only a dead or frozen one falls silent. */
async function beating<Result>(heartbeatMs: number, run: () => Promise<Result>): Promise<Result> {
  const timer = setInterval(heartbeat, heartbeatMs / BEATS);
  try {
    return await run();
  } finally {
    clearInterval(timer);
  }
}

/**
 * Lets our own failures and cancellations through and turns everything unexpected into one logged, retried failure.
 * `runs` says what a stop of the process does to it: cut at the end of the grace, or waited for.
 */
export function guarded<Input extends Ids, Result>(
  name: string,
  { log, waits }: { log: Logger; waits: { heartbeatMs: number; cutMs: number } },
  activity: Activity<Input, Result>,
  runs: 'until it is cut' | 'to its end' = 'until it is cut',
): Activity<Input, Result> {
  return async (input) => {
    const run = (): Promise<Result> => activity(input);
    try {
      return await beating(waits.heartbeatMs, () =>
        runs === 'to its end' ? run() : cutAtStop(waits.cutMs, run),
      );
    } catch (error) {
      if (error instanceof ApplicationFailure || error instanceof CancelledFailure) throw error;
      const { jobId, deliveryId, workflowId } = input;
      log.error(
        { activity: name, jobId, deliveryId, workflowId, err: error },
        'activity failed unexpectedly',
      );
      throw ApplicationFailure.create({
        type: 'Unexpected',
        message: `${name} failed; see the log`,
      });
    }
  };
}

/** Makes an activity a step of its job's trace, where there are traces; a wait is no failure of it. */
export function traced<Input, Result>(
  name: StepName,
  { traces }: { traces?: Traces | undefined },
  activity: (input: Input) => Promise<Result>,
): (input: Input) => Promise<Result> {
  if (!traces) return activity;
  return (input) => traces.step(name, () => activity(input), { isWait });
}

const isWait = (error: unknown): boolean =>
  error instanceof ApplicationFailure && error.category === ApplicationFailureCategory.BENIGN;

import {
  ApplicationFailure,
  ApplicationFailureCategory,
  CancelledFailure,
} from '@temporalio/common';
import type { Logger } from 'pino';

/**
 * The one place where our errors become the engine's. Histories are read by every operator, so a failure carries a
 * plain sentence and never a reply body, a URL or a secret; the log has the rest, once, with the ids.
 */

/** "Not yet": retried by the server after the delay, at no cost in history. Operators read the message as progress. */
export function pending(message: string, delayMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'ProviderPending',
    message,
    nextRetryDelay: Math.max(1, Math.round(delayMs)),
    category: ApplicationFailureCategory.BENIGN,
  });
}

/** Something is wrong and another try may help; the activity's own retry policy spaces the tries. */
export function transient(message: string, delayMs?: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'Transient',
    message,
    ...(delayMs === undefined ? {} : { nextRetryDelay: Math.max(1, Math.round(delayMs)) }),
  });
}

type Activity<Input extends { jobId?: string; deliveryId?: string }, Result> = (
  input: Input,
) => Promise<Result>;

/** Lets our own failures and cancellations through and turns everything unexpected into one logged, retried failure. */
export function guarded<Input extends { jobId?: string; deliveryId?: string }, Result>(
  name: string,
  log: Logger,
  activity: Activity<Input, Result>,
): Activity<Input, Result> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      if (error instanceof ApplicationFailure || error instanceof CancelledFailure) throw error;
      const { jobId, deliveryId } = input;
      log.error({ activity: name, jobId, deliveryId, err: error }, 'activity failed unexpectedly');
      throw ApplicationFailure.create({
        type: 'Unexpected',
        message: `${name} failed; see the log`,
      });
    }
  };
}

import type {
  DeliveryFilter,
  DeliveryQuery,
  JobQuery,
  KeepQuery,
  OperatedAttempt,
  OperatedDelivery,
  OperatedJob,
  OperatedKeep,
  OperatedTry,
} from '../../operator/operations';
import type { AdminList } from '../../operator/listed';
import type { JobPlanSeed } from '../../job/plan';
import type { FailureCode } from '../../errors';

/** The part of the store port behind them. Ids are UUIDs; what is not there is undefined. */
export interface OperationsStore {
  jobs(query: JobQuery): Promise<AdminList<OperatedJob>>;
  job(id: string): Promise<OperatedJob | undefined>;
  attempts(jobId: string): Promise<OperatedAttempt[]>;
  seed(jobId: string): Promise<JobPlanSeed | undefined>;
  /** Takes an open job out of review; false when it has ended. Its restarts count from 0 again, and the sweep may start it. */
  clearReview(jobId: string): Promise<boolean>;
  /** Writes how an open job ends; false when it has ended. */
  rule(
    jobId: string,
    ruling: { code: FailureCode; message: string },
    now: number,
  ): Promise<boolean>;
  /** Takes an ended job off the list for review; false when it is open or not in review. */
  resolve(jobId: string, note: string | undefined, now: number): Promise<boolean>;
  deliveries(query: DeliveryQuery): Promise<AdminList<OperatedDelivery>>;
  /** Finds the delivery with that id or about the event with that id. */
  delivery(id: string): Promise<OperatedDelivery | undefined>;
  tries(deliveryId: string): Promise<OperatedTry[]>;
  /** Makes ended deliveries pending, to be started by whoever is first; those that are erased are passed over. */
  reopenDeliveries(filter: DeliveryFilter & { id?: string }, limit: number): Promise<string[]>;
  keeps(query: KeepQuery): Promise<AdminList<OperatedKeep>>;
  keep(jobId: string): Promise<OperatedKeep | undefined>;
  /** Begins another round of a copy that gave up; false when it is in another state. */
  reopenKeep(jobId: string, now: number): Promise<boolean>;
}

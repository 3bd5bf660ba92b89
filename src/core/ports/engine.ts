import type { JobLabel, JobPlan } from '../job/plan';
import type { FinalVerdict } from '../job/outcome';

export interface Engine {
  /** Starts the job's workflow; false when there is one already, which may have closed. */
  startJob(workflowId: string, plan: JobPlan, label: JobLabel): Promise<boolean>;
  /** Starts a new run for an open job whose last run closed; one that still runs is left alone. */
  restartJob(
    workflowId: string,
    plan: JobPlan,
    label: JobLabel,
    mode: 'resume' | 'cancel',
  ): Promise<void>;
  jobRun(workflowId: string): Promise<'running' | 'terminated' | 'closed' | 'none'>;
  /** Ids of workflows whose runs closed unhappily since then, newest first; visibility, so seconds late. */
  closedJobs(sinceMs: number, limit: number): Promise<string[]>;
  cancelJob(workflowId: string): Promise<void>;
  /** Ends the job's wait for a slot, which its row has by now; false when it does not wait (any more). */
  completeAdmit(workflowId: string): Promise<boolean>;
  /** Ends the job's wait with a verdict that is already stored; false when it does not wait (any more). */
  completeAwait(workflowId: string, state: FinalVerdict['state']): Promise<boolean>;
  /** Books an operator's end of a job: whatever runs for it is ended, and a run that only settles is started. */
  endJob(workflowId: string, plan: JobPlan, label: JobLabel): Promise<void>;
  /** Removes the closed runs of a workflow with their histories; false while one of them is still open. */
  forgetJob(workflowId: string): Promise<boolean>;
  /**
   * Starts a delivery that does not run, with its first try after `delayMs`, or a copy that does not run; what there is
   * to do is said by the row, so a second start is none. A redeliver comes before the delay. False = a run was there,
   * which may be about to close: whoever has just opened the row again asks once more later.
   */
  startDelivery(deliveryId: string, delayMs?: number): Promise<boolean>;
  startKeep(jobId: string): Promise<boolean>;
  /** Ends the pause of a delivery that runs. */
  redeliver(deliveryId: string): Promise<void>;
  /** Ends a delivery that runs. */
  stopDelivery(deliveryId: string): Promise<void>;
}

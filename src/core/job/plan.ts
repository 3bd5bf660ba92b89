import type { Waits } from '../settings/waits';

/**
 * Makes the plan that a workflow starts with. Exactly the named waits enter a history, whatever else the config holds.
 */
export function planOf(seed: Omit<JobPlanSeed, 'workflowId' | 'label'>, waits: PlanWaits): JobPlan {
  const { jobId, provider, model, workspaceId, deadlineAt } = seed;
  const { sendMs, unknownMs, lastLookMs, exchangeMs, cancelMs, heartbeatMs } = waits;
  return {
    jobId,
    provider,
    model,
    workspaceId,
    deadlineAt,
    waits: { sendMs, unknownMs, lastLookMs, exchangeMs, cancelMs, heartbeatMs },
  };
}

/** Everything a workflow needs to know before its first activity; ids and numbers only. */
export interface JobPlan {
  jobId: string;
  /** Names the queue of the first submit. */
  provider: string;
  model: string;
  workspaceId: string;
  /** Unix milliseconds. */
  deadlineAt: number;
  waits: PlanWaits;
}

/** The waits of the config that a workflow keeps to, in milliseconds. They are in its history. */
export type PlanWaits = Pick<
  Waits,
  'sendMs' | 'unknownMs' | 'lastLookMs' | 'exchangeMs' | 'cancelMs' | 'heartbeatMs'
>;

/** What is known of a job before the waits of the moment are added, and which workflow is the job's. */
export interface JobPlanSeed extends Omit<JobPlan, 'waits'> {
  workflowId: string;
  label: JobLabel;
}

/** What operators read on a job's workflow, besides its plan. It is no input, so no history depends on it. */
export interface JobLabel {
  /** The workspace's name when the job was made. */
  workspace: string;
  /** The channel of the job's first choice. */
  channel: string;
  dialect: string;
  /** Held, in micro-points. */
  price: bigint;
  /** The `X-Request-Id` of the request that made the job; null where a workflow asked. */
  requestId: string | null;
}

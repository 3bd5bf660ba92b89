import type { Job } from './job';
import type { JobPlan, JobPlanSeed, PlanWaits } from './ports';

/** The plan a workflow starts with; exactly the named waits enter a history, whatever else the config holds. */
export function planOf(seed: JobPlanSeed, waits: PlanWaits): JobPlan {
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

export function seedOf(job: Job): JobPlanSeed {
  const { id, workflowId, provider, model, workspaceId, deadlineAt } = job;
  return { jobId: id, workflowId, provider, model, workspaceId, deadlineAt };
}

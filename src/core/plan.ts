import type { Job } from './job';
import type { JobPlan, JobPlanSeed, PlanWaits } from './ports';

/** The plan a workflow starts with; exactly the named waits enter a history, whatever else the config holds. */
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

/** `workspace` is its name. */
export function seedOf(job: Job, workspace: string): JobPlanSeed {
  const { id, workflowId, provider, model, workspaceId, deadlineAt } = job;
  const { channel, dialect, price } = job;
  const label = { workspace, channel, dialect, price };
  return { jobId: id, workflowId, provider, model, workspaceId, deadlineAt, label };
}

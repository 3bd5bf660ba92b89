import {
  ActivityNotFoundError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Client, WorkflowStartOptions } from '@temporalio/client';
import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import type { Engine } from '../core/ports/engine';
import type { JobLabel, JobPlan } from '../core/job/plan';
import { formatPoints } from '../core/money/pricing';
import {
  ADMIT_ACTIVITY,
  AWAIT_ACTIVITY,
  CALLBACKS_QUEUE,
  DELIVER_CALLBACK,
  GENERATE_VIDEO,
  KEEP_RESULT,
  REDELIVER_SIGNAL,
  STOP_SIGNAL,
  VIDEO_QUEUE,
  deliveryWorkflowId,
  keepWorkflowId,
} from '../../workflows/contract';
import { statusOf } from './engine-error';
import type { PlannedVideo } from '../../workflows/contract';

const WORKSPACE = defineSearchAttributeKey('ReelayWorkspace', SearchAttributeType.KEYWORD);
const MODEL = defineSearchAttributeKey('ReelayModel', SearchAttributeType.KEYWORD);
const PROVIDER = defineSearchAttributeKey('ReelayProvider', SearchAttributeType.KEYWORD);

/** A start is answered or given up after this; the sweep makes up for one that was given up. Milliseconds. */
const START_DEADLINE_MS = 2_000;
const CALL_DEADLINE_MS = 10_000;
/** A run that only cancels waits this long for the cancel itself, so that it ends as canceled for operators too. */
const CANCEL_HEAD_START_MS = 1_000;

/** Makes the engine port over a Temporal client. Starting something twice is always the same start. */
export function createEngine(client: Client, waits: { heartbeatMs: number }): Engine {
  const { heartbeatMs } = waits;
  const within = <T>(ms: number, call: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + ms, call);
  /** Answers whether this call began a run; false = one was there. */
  const begin = (type: string, options: WorkflowStartOptions): Promise<boolean> =>
    within(START_DEADLINE_MS, async () => {
      try {
        await client.workflow.start(type, options);
        return true;
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        return false;
      }
    });
  /** Ends an activity that runs or waits for its next try; false where there is none of that id. */
  const complete = (workflowId: string, activityId: string, result: object): Promise<boolean> =>
    within(CALL_DEADLINE_MS, async () => {
      try {
        await client.activity.complete({ workflowId, activityId }, result);
        return true;
      } catch (error) {
        if (error instanceof ActivityNotFoundError) return false;
        throw error;
      }
    });
  const start = async (type: string, options: WorkflowStartOptions): Promise<void> => {
    await begin(type, options);
  };
  const cancelJob = (workflowId: string): Promise<void> =>
    within(CALL_DEADLINE_MS, async () => {
      try {
        await client.workflow.getHandle(workflowId).cancel();
      } catch (error) {
        // Not started yet, or closed already: the row carries the wish, and submit reads it.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    });
  return {
    startJob: (workflowId, plan, label) =>
      begin(GENERATE_VIDEO, {
        ...jobOptions(workflowId, label, { plan }),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      }),
    async restartJob(workflowId, plan, label, mode) {
      await start(GENERATE_VIDEO, {
        ...jobOptions(workflowId, label, { plan, mode }),
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        ...(mode === 'cancel' ? { startDelay: CANCEL_HEAD_START_MS } : {}),
      });
      if (mode === 'cancel') await cancelJob(workflowId);
    },
    endJob: (workflowId, plan, label) =>
      start(GENERATE_VIDEO, {
        ...jobOptions(workflowId, label, { plan, mode: 'end' }),
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'TERMINATE_EXISTING',
      }),
    forgetJob: (workflowId) => within(CALL_DEADLINE_MS, () => forgetJob(client, workflowId)),
    jobRun: (workflowId) => within(CALL_DEADLINE_MS, () => jobRun(client, workflowId)),
    closedJobs: (sinceMs, limit) =>
      within(CALL_DEADLINE_MS, () => closedJobs(client, sinceMs, limit)),
    cancelJob,
    completeAdmit: (workflowId) => complete(workflowId, ADMIT_ACTIVITY, {}),
    completeAwait: (workflowId, state) => complete(workflowId, AWAIT_ACTIVITY, { state }),
    startDelivery: (deliveryId, delayMs = 0) =>
      begin(DELIVER_CALLBACK, {
        workflowId: deliveryWorkflowId(deliveryId),
        taskQueue: CALLBACKS_QUEUE,
        args: [{ deliveryId, heartbeatMs }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: 'callback',
        ...(delayMs > 0 ? { startDelay: delayMs } : {}),
      }),
    redeliver: (deliveryId) =>
      within(CALL_DEADLINE_MS, () =>
        orGone(client.workflow.getHandle(deliveryWorkflowId(deliveryId)).signal(REDELIVER_SIGNAL)),
      ),
    stopDelivery: (deliveryId) =>
      within(CALL_DEADLINE_MS, () =>
        orGone(client.workflow.getHandle(deliveryWorkflowId(deliveryId)).signal(STOP_SIGNAL)),
      ),
    startKeep: (jobId) =>
      begin(KEEP_RESULT, {
        workflowId: keepWorkflowId(jobId),
        taskQueue: CALLBACKS_QUEUE,
        args: [{ jobId, heartbeatMs }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: 'copy of the result',
      }),
  };
}

/** Makes what operators see and search; no prompt, no secret. Search attributes are set here and never again. */
function jobOptions(
  workflowId: string,
  label: JobLabel,
  input: PlannedVideo,
): WorkflowStartOptions {
  const { plan } = input;
  const { workspace, channel, dialect, requestId } = label;
  return {
    workflowId,
    taskQueue: VIDEO_QUEUE,
    args: [input],
    typedSearchAttributes: [
      { key: WORKSPACE, value: plan.workspaceId },
      { key: MODEL, value: plan.model },
      { key: PROVIDER, value: plan.provider },
    ],
    memo: {
      model: plan.model,
      provider: plan.provider,
      workspace,
      channel,
      dialect,
      ...(requestId === null ? {} : { requestId }),
    },
    staticSummary: `${plan.model} for ${workspace}, first choice ${channel} (${plan.provider})`,
    staticDetails: detailsOf(workflowId, plan, label),
  };
}

/**
 * Writes, in Markdown, what an operator asks first: whose job it is, how it is called elsewhere, and what may be done
 * to it.
 */
function detailsOf(workflowId: string, plan: JobPlan, label: JobLabel): string {
  const rows = [
    [
      'job',
      `\`${workflowId}\` for callers of \`${label.dialect}\`, \`${plan.jobId}\` in the database`,
    ],
    ['workspace', `**${label.workspace}**, \`${plan.workspaceId}\` (search: \`ReelayWorkspace\`)`],
    ['model', `**${plan.model}**, first choice channel **${label.channel}** (${plan.provider})`],
    ['held', `${formatPoints(label.price)} points until it ends`],
    ['deadline', new Date(plan.deadlineAt).toISOString()],
    ['copy', `\`${keepWorkflowId(plan.jobId)}\` is the workflow that copies its result`],
  ];
  return [
    ...rows.map(([name, text]) => `- ${name}: ${text}`),
    '',
    'While it waits, the pending activity with the id `await` (type `poll`) shows what the provider last said. ' +
      'To stop it use **Cancel**; Terminate skips the bookkeeping, which the sweep then repeats.',
  ].join('\n');
}

async function jobRun(
  client: Client,
  workflowId: string,
): Promise<'running' | 'terminated' | 'closed' | 'none'> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    if (status.name === 'RUNNING' || status.name === 'PAUSED') return 'running';
    return status.name === 'TERMINATED' ? 'terminated' : 'closed';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'none';
    throw error;
  }
}

/** A caller's own workflow may have had many runs under its id. */
async function forgetJob(client: Client, workflowId: string): Promise<boolean> {
  const { namespace } = client.options;
  const query = `WorkflowId = '${workflowId.replaceAll("'", "''")}'`;
  for await (const { runId, status } of client.workflow.list({ query })) {
    if (status.name === 'RUNNING' || status.name === 'PAUSED') return false;
    const workflowExecution = { workflowId, runId };
    await orGone(client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution }));
  }
  return true;
}

/**
 * Waits for a call to the engine and passes over `NOT_FOUND`: what does not run any more needs no word, and what is
 * gone need not be removed.
 */
async function orGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError) && statusOf(error) !== 'NOT_FOUND') throw error;
  }
}

async function closedJobs(client: Client, sinceMs: number, limit: number): Promise<string[]> {
  const query =
    `WorkflowType = '${GENERATE_VIDEO}' AND CloseTime > '${new Date(sinceMs).toISOString()}' ` +
    `AND ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut', 'Canceled')`;
  const ids: string[] = [];
  for await (const run of client.workflow.list({ query, pageSize: Math.min(limit, 1_000) })) {
    ids.push(run.workflowId);
    if (ids.length >= limit) break;
  }
  return ids;
}

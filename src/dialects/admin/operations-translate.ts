import type {
  DeliveryReport,
  JobReport,
  OperatedAttempt,
  OperatedDelivery,
  OperatedJob,
  OperatedKeep,
  OperatedTry,
} from '../../core/operator/operations';
import { renderId } from '../../core/job/ids';
import { formatPoints } from '../../core/money/pricing';
import { checkedSpan } from '../kit/span';
import type {
  AttemptReply,
  DeliveryReply,
  JobReply,
  KeepReply,
  TryReply,
} from './operations-reply';
import type { RedeliveryBody } from './operations-schema';
import { seconds, secondsOrNull, workspaceId } from './translate';

const jobId = (id: string): string => renderId('job', id);

export function fromJob(job: OperatedJob): JobReply {
  const { model, provider, channel, review, restarts, state } = job;
  return {
    id: jobId(job.id),
    object: 'job',
    workspace_id: workspaceId(job.workspaceId),
    key_id: job.keyId === null ? null : renderId('key', job.keyId),
    workflow_id: job.workflowId,
    api: job.dialect,
    ...{ state, model, provider, channel, review, restarts },
    failure_code: job.failureCode,
    price: formatPoints(job.price),
    charged: job.charged === null ? null : formatPoints(job.charged),
    created_at: seconds(job.createdAt),
    finished_at: secondsOrNull(job.finishedAt),
    deadline_at: seconds(job.deadlineAt),
    deleted_at: secondsOrNull(job.deletedAt),
    erased_at: secondsOrNull(job.erasedAt),
  };
}

export const fromJobReport = ({ job, attempts, deliveries, keep }: JobReport) => ({
  ...fromJob(job),
  attempts: attempts.map(fromAttempt),
  deliveries: deliveries.map(fromDelivery),
  keep: keep ? fromKeep(keep) : null,
});

const fromAttempt = ({ refusalCode, cost, ...attempt }: OperatedAttempt): AttemptReply => ({
  ...attempt,
  refusal_code: refusalCode,
  cost: cost && {
    points: cost.points === null ? null : formatPoints(cost.points),
    amount: cost.amount,
    currency: cost.currency ?? null,
    told_by: cost.by,
  },
});

export function fromDelivery(delivery: OperatedDelivery): DeliveryReply {
  const { about, state, tries } = delivery;
  return {
    id: renderId('dlv', delivery.id),
    object: 'delivery',
    webhook_id: renderId('evt', delivery.eventId),
    job_id: jobId(delivery.jobId),
    workspace_id: workspaceId(delivery.workspaceId),
    ...{ about, state, tries },
    ended_because: delivery.endedBecause,
    url: delivery.url || null,
    created_at: seconds(delivery.createdAt),
    finished_at: secondsOrNull(delivery.finishedAt),
  };
}

export const fromDeliveryReport = ({ delivery, tries }: DeliveryReport) => ({
  ...fromDelivery(delivery),
  log: tries.map(fromTry),
});

const fromTry = (tried: OperatedTry): TryReply => ({
  number: tried.number,
  started_at: seconds(tried.startedAt),
  finished_at: secondsOrNull(tried.finishedAt),
  duration_ms: tried.durationMs,
  status: tried.status,
  error: tried.error,
  excerpt: tried.excerpt,
});

export const fromKeep = (keep: OperatedKeep): KeepReply => ({
  id: jobId(keep.jobId),
  object: 'keep',
  workspace_id: workspaceId(keep.workspaceId),
  state: keep.state,
  because: keep.because,
  created_at: seconds(keep.createdAt),
  finished_at: secondsOrNull(keep.finishedAt),
});

/** `{job, workspace, ...}` of a query or a body as the use cases name them. */
export const toFilter = <Rest extends { from?: number | undefined; to?: number | undefined }>({
  job,
  workspace,
  ...rest
}: Rest & { job?: string | undefined; workspace?: string | undefined }) => ({
  ...checkedSpan(rest),
  jobId: job,
  workspaceId: workspace,
});

export function toRedelivery({ limit, ...body }: RedeliveryBody) {
  return { filter: toFilter(body), limit };
}

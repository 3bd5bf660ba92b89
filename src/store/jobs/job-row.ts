import type { Job } from '../../core/job/job';
import type { jobs } from '../schema';

export type JobRow = typeof jobs.$inferSelect;

/** A row as the rest of the program sees it. */
export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    workspaceId: row.workspaceId,
    keyId: row.keyId,
    workflowId: row.workflowId,
    dialect: row.dialect,
    state: row.state,
    model: row.model,
    request: row.request,
    applied: row.applied,
    native: row.native ?? undefined,
    givenId: row.givenId ?? undefined,
    inDoubtSince: row.inDoubtSince?.getTime(),
    metadata: row.metadata,
    echo: row.echo,
    callbackUrl: row.callbackUrl ?? undefined,
    progress: row.progress,
    failure: row.failure ?? undefined,
    outputs: row.outputs,
    usage: row.usage ?? undefined,
    made: row.made ?? undefined,
    price: row.price,
    charged: row.charged ?? undefined,
    routes: row.routes,
    provider: row.provider,
    channel: row.channel,
    createdAt: row.createdAt.getTime(),
    startedAt: row.startedAt?.getTime(),
    finishedAt: row.finishedAt?.getTime(),
    updatedAt: row.updatedAt.getTime(),
    deadlineAt: row.deadlineAt.getTime(),
    startBy: row.startBy?.getTime(),
    turnAt: row.turnAt?.getTime(),
    trace: row.trace ?? undefined,
    requestId: row.requestId ?? undefined,
    // Jobs of older releases have none, and there was one group then for most.
    group: row.groupName ?? 'default',
  };
}

import type { Attempt } from '../core/provider/attempt';
import type { attempts } from './schema';

export type AttemptRow = typeof attempts.$inferSelect;

/** A row as the rest of the program sees it. */
export function toAttempt(row: AttemptRow): Attempt {
  return {
    id: row.id,
    jobId: row.jobId,
    workspaceId: row.workspaceId,
    number: row.number,
    provider: row.provider,
    channel: row.channel,
    model: row.model,
    state: row.state,
    refusal: row.refusal ?? undefined,
    sendingAt: row.sendingAt.getTime(),
    sendDeadline: row.sendDeadline.getTime(),
    sends: row.sends,
    operation: row.operation ?? undefined,
    acceptedAt: row.acceptedAt?.getTime(),
    phase: row.phase,
    progress: row.progress,
    polls: row.polls,
    doubt: row.doubt ? { kind: 'denied', ...row.doubt } : undefined,
    verdict: row.verdict ?? undefined,
  };
}

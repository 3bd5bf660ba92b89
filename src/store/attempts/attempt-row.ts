import type { Attempt } from '../../core/provider/attempt';
import { attempts } from '../schema';

/** The columns of an attempt without a provider's replies, which may hold megabytes. */
export const ATTEMPT = {
  id: attempts.id,
  jobId: attempts.jobId,
  workspaceId: attempts.workspaceId,
  number: attempts.number,
  provider: attempts.provider,
  channel: attempts.channel,
  model: attempts.model,
  state: attempts.state,
  refusal: attempts.refusal,
  sendingAt: attempts.sendingAt,
  sendDeadline: attempts.sendDeadline,
  sends: attempts.sends,
  operation: attempts.operation,
  acceptedAt: attempts.acceptedAt,
  phase: attempts.phase,
  progress: attempts.progress,
  polls: attempts.polls,
  doubt: attempts.doubt,
  verdict: attempts.verdict,
  looksAlone: attempts.looksAlone,
  repeatedAt: attempts.repeatedAt,
  requestId: attempts.requestId,
};

export type AttemptRow = Pick<typeof attempts.$inferSelect, keyof typeof ATTEMPT>;

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
    looksAlone: row.looksAlone,
    repeatedAt: row.repeatedAt?.getTime(),
    requestId: row.requestId ?? undefined,
  };
}

import type { Answer } from '../core/api/answer';
import { GatewayError } from '../core/errors';

/** Marks an answer as a replay: a repeat gets the first answer, and is told that it is one. */
export function markReplayed(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } };
}

export function idempotencyMismatch(): GatewayError {
  return new GatewayError('idempotency_mismatch', { param: 'Idempotency-Key' });
}

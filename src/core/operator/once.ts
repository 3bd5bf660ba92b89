import type { Answer } from '../api/answer';
import type { Principal } from '../api/principal';
import type { Idempotency } from '../job/creation';

/** A create answers once: a repeat with the same idempotency key gets the first answer, marked as a replay. */
export interface OnceOptions<Made> {
  principal: Principal;
  idempotency: Idempotency | undefined;
  render(made: Made): Answer;
}

import { failure, type Failure } from '../../core/errors';
import type { Verdict } from '../../core/job/outcome';
import { given } from '../../core/json/fields';
import { jsonOf, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { wrongAddress } from '../../core/provider/wrong-address';
import {
  DENIED,
  denied,
  doubtful,
  gone,
  INVALID,
  refused,
  transient,
  wordsOf,
  type Words,
} from '../kit';
import { isCharged, type Charges } from './charges';
import { DENIED_LOOKS, meaningOf, NOT_FOUND, NOT_FOUND_BY_TEXT } from './codes';
import { envelopeSchema } from './schema';

/** Replies that are no success. A body without Kling's envelope was written by something between us and Kling. */

export interface Envelope {
  code: number;
  message: string;
  data: unknown;
}

export function envelopeOf(reply: Reply): Envelope | undefined {
  const parsed = envelopeSchema.safeParse(jsonOf(reply));
  if (!parsed.success) return undefined;
  const { code, message, data } = parsed.data;
  return { code, message: message ?? '', data };
}

/**
 * A second submit with the same `external_task_id` was seen to be answered with 1201 and a text that names it, and on the
 * older wire nobody has seen it. There is a task then, so it is no refusal: the lookup says which.
 */
const NAMES_OUR_ID = /external[ _]?task[ _]?id/i;

/** A model that was taken out of service: another channel may still serve the job with another model. */
const RETIRED = /\bdiscontinued\b/i;

/** Reads a reply to a submit that is no acceptance. Says `unknown` unless Kling itself certainly made no task. */
export function readRefusal(reply: Reply): SubmitReading {
  const said = envelopeOf(reply);
  if (!said) return wrongAddress('kling', reply) ?? doubtful(reply, "without Kling's envelope");
  const meaning = meaningOf(said.code, reply.status);
  if (meaning === 'unknown') return doubtful(reply, String(said.code));
  if (meaning === INVALID && NAMES_OUR_ID.test(said.message)) {
    return doubtful(reply, `${String(said.code)} about our own id`);
  }
  const isRetired = meaning === INVALID && RETIRED.test(said.message);
  return refused(isRetired ? DENIED : meaning, errorOf(said), reply);
}

/** Reads a reply to a look that shows no task. */
export function readLookError(reply: Reply): PollReading {
  const said = envelopeOf(reply);
  if (said && isUnknownTask(said)) return gone(errorOf(said), reply);
  if (said && DENIED_LOOKS.has(said.code)) return denied(errorOf(said), reply);
  return transient(reply, said && String(said.code));
}

/** Says whether Kling itself knows no such task: a proxy's 404 has no envelope, or another code. */
export function isUnknownTask({ code, message }: Envelope): boolean {
  const { code: shared, text } = NOT_FOUND_BY_TEXT;
  return code === NOT_FOUND || (code === shared && text.test(message));
}

const errorOf = ({ code, message }: Envelope): Words => wordsOf(String(code), message);

/** A task has no code of its own: its text is the only sign that content was rejected, and of which side [?]. */
const POLICY_TEXT = /risk.?control|content.?(?:risk|security|safety)|sensitive|polic(?:y|ies)/i;

/** Says why an accepted task failed. */
export function readTaskFailure(message: string): Failure {
  const provider = message ? { provider: wordsOf(undefined, message) } : {};
  return failure(POLICY_TEXT.test(message) ? 'content_rejected' : 'provider_error', provider);
}

/** Returns the verdict of a task that failed; what it cost is told where it cost something. */
export function failedWith(reason: Failure, charges: Charges): Verdict {
  return {
    state: 'failed',
    failure: reason,
    ...given({ usage: isCharged(charges) ? charges : undefined }),
  };
}

import { given } from '../../core/json/fields';
import { failure, type Failure } from '../../core/errors';
import { jsonOf, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { retryAfterOf } from '../../core/schedules';
import { wrongAddress } from '../../core/provider/wrong-address';
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
  return { code, message: (message ?? '').slice(0, MESSAGE_LENGTH_MAX), data };
}

/** A provider's text goes into rows and logs; it is cut there. */
export const MESSAGE_LENGTH_MAX = 500;

/**
 * How Kling answers a second submit with the same `external_task_id` is documented nowhere; 1200 or 1201 is likely, and
 * only the text can tell [?]. There is a task then, so it is no refusal: the lookup says which.
 */
const NAMES_OUR_ID = /external[ _]?task[ _]?id/i;

/** Reads a reply to a submit that is no acceptance. Says `unknown` unless Kling itself certainly made no task. */
export function readRefusal(reply: Reply): SubmitReading {
  const status = `HTTP ${String(reply.status)}`;
  const said = envelopeOf(reply);
  if (!said) {
    const lost: SubmitReading = { state: 'unknown', detail: `${status} without Kling's envelope` };
    return wrongAddress('kling', reply) ?? lost;
  }
  const meaning = meaningOf(said.code, reply.status);
  if (meaning === 'unknown') return { state: 'unknown', detail: `${status} ${String(said.code)}` };
  if (meaning.code === 'invalid_input' && NAMES_OUR_ID.test(said.message)) {
    return { state: 'unknown', detail: `${status} ${String(said.code)} about our own id` };
  }
  const retryAfterMs = meaning.scope === 'retry' ? retryAfterOf(reply) : undefined;
  return {
    state: 'refused',
    scope: meaning.scope,
    ...(meaning.until ? { until: meaning.until } : {}),
    failure: failure(meaning.code, {
      provider: wordsOf(said, reply),
      ...(meaning.code === 'content_rejected' ? { stage: 'input' as const } : {}),
    }),
    ...given({ retryAfterMs }),
  };
}

/** Reads a reply to a look that shows no task. */
export function readLookError(reply: Reply): PollReading {
  const said = envelopeOf(reply);
  if (said && isUnknownTask(said)) {
    return { kind: 'gone', failure: failure('provider_lost', { provider: wordsOf(said, reply) }) };
  }
  if (said && DENIED_LOOKS.has(said.code)) {
    const provider = wordsOf(said, reply);
    return { kind: 'denied', failure: failure('provider_denied', { provider }) };
  }
  const retryAfterMs = retryAfterOf(reply);
  return {
    kind: 'transient',
    detail: `HTTP ${String(reply.status)} ${said ? String(said.code) : ''}`.trim(),
    ...given({ retryAfterMs }),
  };
}

/** Says whether Kling itself knows no such task: a proxy's 404 has no envelope, or another code. */
export function isUnknownTask({ code, message }: Envelope): boolean {
  const { code: shared, text } = NOT_FOUND_BY_TEXT;
  return code === NOT_FOUND || (code === shared && text.test(message));
}

function wordsOf(said: Envelope, reply: Reply): NonNullable<Failure['provider']> {
  return {
    code: String(said.code),
    ...(said.message ? { message: said.message } : {}),
    status: reply.status,
  };
}

/** A task has no code of its own: its text is the only sign that content was rejected, and of which side [?]. */
const POLICY_TEXT = /risk.?control|content.?(?:risk|security|safety)|sensitive|polic(?:y|ies)/i;

/** Says why an accepted task failed. */
export function readTaskFailure(message: string): Failure {
  const provider = message ? { provider: { message: message.slice(0, MESSAGE_LENGTH_MAX) } } : {};
  return failure(POLICY_TEXT.test(message) ? 'content_rejected' : 'provider_error', provider);
}

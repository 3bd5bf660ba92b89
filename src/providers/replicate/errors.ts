import { failure, type Failure } from '../../core/errors';
import { jsonOf, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { wrongAddress } from '../../core/provider/wrong-address';
import { denied, doubtful, gone, refused, transient, wordsOf, type Words } from '../kit';
import { CODE_IN_TEXT, meaningOf, POLICY_TEXT, RESETS_IN } from './codes';
import { errorSchema } from './schema';

/** Replies that are no success. A body without `detail` was written by something between us and Replicate. */

interface ReplicateError {
  title: string | undefined;
  text: string;
  /** Whether it has all of Replicate's shape: others answer a bare `detail` too. */
  isWhole: boolean;
}

function errorOf(reply: Reply): ReplicateError | undefined {
  const { data } = errorSchema.safeParse(jsonOf(reply));
  if (!data) return undefined;
  const [field] = data.invalid_fields ?? [];
  const about = [field?.field, field?.description].filter((part) => part !== undefined).join(': ');
  return {
    title: data.title,
    text: about === '' ? data.detail : `${data.detail} (${about})`,
    isWhole: data.title !== undefined && data.status === reply.status,
  };
}

const wordsIn = ({ title, text }: ReplicateError): Words => wordsOf(title, text);

/** Reads a reply to a submit that is no acceptance. Says `unknown` unless Replicate itself certainly made nothing. */
export function readRefusal(reply: Reply): SubmitReading {
  const said = errorOf(reply);
  if (!said)
    return wrongAddress('replicate', reply) ?? doubtful(reply, "without Replicate's detail");
  const meaning = meaningOf(reply.status, `${said.title ?? ''} ${said.text}`);
  if (meaning === 'unknown') return doubtful(reply, said.title);
  const reading = refused(meaning, wordsIn(said), reply);
  // The header is in no page, and the text has been seen by many.
  const seconds = Number(RESETS_IN.exec(said.text)?.[1]);
  const isToldInText = reading.retryAfterMs === undefined && reading.scope === 'retry';
  return isToldInText && seconds > 0
    ? { ...reading, retryAfterMs: Math.ceil(seconds * 1_000) }
    : reading;
}

/** Reads a reply to a look that shows no prediction. */
export function readLookError(reply: Reply): PollReading {
  const said = errorOf(reply);
  if (said?.isWhole) {
    if (reply.status === 404) return gone(wordsIn(said), reply);
    if (reply.status === 401 || reply.status === 403) return denied(wordsIn(said), reply);
  }
  return transient(reply, said?.title);
}

/** Says why a prediction failed, by its text. */
export function readFailure(error: unknown): Failure {
  const text = typeof error === 'string' ? error : error == null ? '' : JSON.stringify(error);
  const [, code, letters] = CODE_IN_TEXT.exec(text) ?? [];
  const provider = wordsOf(code ?? letters, text);
  return failure(POLICY_TEXT.test(text) ? 'content_rejected' : 'provider_error', { provider });
}

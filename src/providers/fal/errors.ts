import { failure, type Failure } from '../../core/errors';
import { given } from '../../core/json/fields';
import { jsonOf, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { wrongAddress } from '../../core/provider/wrong-address';
import { denied, doubtful, gone, POLICY, refused, transient, wordsOf, type Words } from '../kit';
import { DENIED_TEXT, meaningOf, NOT_FOUND_TEXT, reasonOf, REQUEST_ERRORS } from './codes';
import { errorSchema, notFoundSchema, type Problem } from './schema';

/** Replies that are no success. A body without `detail` was written by something between us and fal. */

interface FalError {
  text?: string;
  /** What a model gives as its reason; the queue gives none. */
  problem?: Problem;
  /** The queue's own type. */
  type?: string;
}

/** Returns what a reply says in fal's own shape; undefined where it says nothing in it. */
export function errorOf(reply: Reply): FalError | undefined {
  const { data } = errorSchema.safeParse(jsonOf(reply));
  if (!data) return undefined;
  const type = data.error_type ?? reply.headers['x-fal-error-type'];
  if (typeof data.detail === 'string') return { text: data.detail, ...given({ type }) };
  const [problem] = data.detail;
  return { ...given({ text: problem?.msg, problem, type: problem?.type ?? type }) };
}

const wordsIn = ({ type, text }: FalError): Words => wordsOf(type, text);

/** Reads a reply to a submit that is no acceptance. Says `unknown` unless fal itself certainly took nothing in. */
export function readRefusal(reply: Reply): SubmitReading {
  const said = errorOf(reply);
  if (!said) return wrongAddress('fal', reply) ?? doubtful(reply, "without fal's detail");
  const meaning = meaningOf(reply.status);
  if (meaning === 'unknown') return doubtful(reply, said.type);
  const isPolicy =
    meaning.code === 'invalid_input' &&
    reasonOf(said.type, said.text, reply.status) === 'content_rejected';
  return refused(isPolicy ? POLICY : meaning, wordsIn(said), reply);
}

/** Reads a reply to a look that shows no request. A locked account is one whose bill is paid in time, and ends nothing. */
export function readLookError(reply: Reply): PollReading {
  const { status } = reply;
  const said = errorOf(reply);
  const text = said?.text ?? '';
  const isNamed = notFoundSchema.safeParse(jsonOf(reply)).success;
  if (status === 404 && (isNamed || NOT_FOUND_TEXT.test(text))) {
    return gone(isNamed ? wordsOf('NOT_FOUND', undefined) : wordsIn(said ?? {}), reply);
  }
  if ((status === 401 || status === 403) && said && DENIED_TEXT.test(text)) {
    return denied(wordsIn(said), reply);
  }
  return transient(reply, said?.type);
}

/** Returns what the queue's own type of error says of a request; undefined for a type that is none of its. */
export function endOf(type: string | undefined, text: string | undefined): PollReading | undefined {
  const end = Object.hasOwn(REQUEST_ERRORS, type ?? '') ? REQUEST_ERRORS[type ?? ''] : undefined;
  if (end === undefined) return undefined;
  if (end === 'canceled') return { kind: 'verdict', verdict: { state: 'canceled' } };
  const reason = failure('provider_error', { provider: wordsOf(type, text) });
  return { kind: 'verdict', verdict: { state: 'failed', failure: reason } };
}

/** Says why a model made nothing. A problem of a field that was sent was found before anything was made. */
export function readProblem({ type, msg, loc = [] }: Problem, reply: Reply): Failure {
  const code = reasonOf(type, msg, reply.status);
  const stage = loc.length > 1 ? 'input' : undefined;
  return failure(code, {
    provider: { ...wordsOf(type, msg), status: reply.status },
    ...(code === 'content_rejected' ? given({ stage }) : {}),
  });
}

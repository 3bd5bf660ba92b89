import { failure, type Failure } from '../../core/errors';
import { jsonOf, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { wrongAddress } from '../../core/provider/wrong-address';
import { denied, doubtful, gone, INVALID, POLICY, refused, transient, wordsOf } from '../kit';
import type { Words } from '../kit';
import { documentedMeaning, meaningOf } from './codes';
import { errorReplySchema } from './schema';

/**
 * Replies that are no success. A body that is not JSON was written by something between us and Ark, which proves nothing
 * about the job.
 */

/** Reads a reply to a submit that is no acceptance. Says `unknown` unless Ark itself certainly made no task. */
export function readRefusal(reply: Reply): SubmitReading {
  const said = errorOf(reply);
  const astray = said?.code === undefined ? wrongAddress('ark', reply) : undefined;
  if (astray) return astray;
  if (!said) return doubtful(reply, 'without a JSON body');
  const meaning = meaningOf(said.code, said.message, reply.status);
  return meaning === 'unknown' ? doubtful(reply, said.code) : refused(meaning, said, reply);
}

/** `ResourceNotFound`, `InvalidEndpointOrModel.NotFound`; a proxy writes `404` or `not_found`, or no code at all. */
const OWN_CODE = /^[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)*$/;

/**
 * Reads a reply to a look that shows no task. Only an error in Ark's own shape (`{"error": {"code", "message"}}` with a
 * code in its spelling) says anything of a job: whatever else answers 404 or 401 stands between us and Ark.
 */
export function readLookError(reply: Reply): PollReading {
  const { status } = reply;
  const said = errorOf(reply);
  const parsed = errorReplySchema.safeParse(jsonOf(reply));
  const code = parsed.data?.error?.code ?? '';
  if (said && OWN_CODE.test(code) && parsed.data?.error?.message) {
    const isAboutAccount = documentedMeaning(code) !== undefined;
    if ((status === 404 || status === 410) && !isAboutAccount) return gone(said, reply);
    if (status === 401 || status === 403) return denied(said, reply);
  }
  return transient(reply, said?.code);
}

/** Says why an accepted task failed, from its `error`. */
export function readTaskFailure(code: string | undefined, message: string | undefined): Failure {
  const provider = wordsOf(code, message);
  const meaning = documentedMeaning(code);
  if (meaning === POLICY) {
    const stage = code?.startsWith('Input') ? 'input' : 'output';
    return failure('content_rejected', { provider, stage });
  }
  return failure(meaning === INVALID ? 'invalid_input' : 'provider_error', { provider });
}

/**
 * Returns Ark's code and text of an error reply (`{"error": {"code", "message"}}`); undefined where the body is not
 * JSON.
 */
function errorOf(reply: Reply): Words | undefined {
  const json = jsonOf(reply);
  if (typeof json !== 'object' || json === null) return undefined;
  const parsed = errorReplySchema.safeParse(json);
  if (!parsed.success) return {};
  const { error, code, message } = parsed.data;
  return wordsOf(error?.code ?? code, error?.message ?? message);
}

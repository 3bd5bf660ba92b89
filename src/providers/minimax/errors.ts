import { failure, type Failure } from '../../core/errors';
import { jsonOf, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { wrongAddress } from '../../core/provider/wrong-address';
import { denied, doubtful, gone, isSuccess, refused, transient, wordsOf, type Words } from '../kit';
import { DENIED_LOOKS, meaningOf, WRONG_PARAMETER } from './codes';
import { errorSchema, stateSchema } from './schema';

/**
 * Replies of either wire that are no success. Each is read in both of the vendor's shapes, since its front door answers for
 * both wires. A body in neither was written by something between us and MiniMax.
 */

/** What MiniMax itself says of a call that it did not do. */
interface Refused {
  code: number | undefined;
  text: string;
  /** `code` = an error with HTTP 200, as the older wire has them; `status` = one whose HTTP status says as much. */
  by: 'code' | 'status';
}

const CODE_AT_END = /\((\d{4,5})\)\s*$/;

function saidBy(reply: Reply): Refused | undefined {
  const json = jsonOf(reply);
  const { data: error } = errorSchema.safeParse(json);
  if (error) {
    const { message = '', type = '' } = error.error;
    const code = CODE_AT_END.exec(message)?.[1];
    return { code: code ? Number(code) : undefined, text: message || type, by: 'status' };
  }
  const { data: state } = stateSchema.safeParse(json);
  if (!state || state.base_resp.status_code === 0) return undefined;
  const { status_code: code, status_msg: text = '' } = state.base_resp;
  return { code, text, by: 'code' };
}

const wordsIn = ({ code, text }: Refused): Words =>
  wordsOf(code === undefined ? undefined : String(code), text);

/** Reads a reply to a create that has no task. Says `unknown` unless MiniMax itself certainly made none. */
export function readRefusal(reply: Reply): SubmitReading {
  const said = saidBy(reply);
  if (!said) return wrongAddress('minimax', reply) ?? doubtful(reply, 'without a task id');
  const meaning = meaningOf(said.code, reply.status);
  // An error of the newer wire never comes with a status of success.
  if (meaning === 'unknown' || (said.by === 'status' && isSuccess(reply))) {
    return doubtful(reply, String(said.code ?? said.text.slice(0, DETAIL_LENGTH_MAX)));
  }
  return refused(meaning, wordsIn(said), reply);
}

const DETAIL_LENGTH_MAX = 60;

/** The page says "invalid task_id"; a client of the real service was answered 500 with the other text. */
const UNKNOWN_TASK = /invalid task_?id|record not found/i;

/** Reads a reply to a look that shows no task. */
export function readLookError(reply: Reply): PollReading {
  const said = saidBy(reply);
  if (!said) return transient(reply);
  const { code, text } = said;
  if (code === WRONG_PARAMETER || UNKNOWN_TASK.test(text)) return gone(wordsIn(said), reply);
  const isDenied = code === undefined ? reply.status === 401 : DENIED_LOOKS.has(code);
  return isDenied ? denied(wordsIn(said), reply) : transient(reply, String(code ?? ''));
}

/** What MiniMax finds wrong with a request after it took it. */
const SENSITIVE = { input: 1026, output: 1027 };

/** Says why an accepted task failed. */
export function readTaskFailure(code: number | undefined, text: string | undefined): Failure {
  const provider = wordsOf(code === undefined ? undefined : String(code), text);
  if (code === SENSITIVE.input) return failure('content_rejected', { provider, stage: 'input' });
  if (code === SENSITIVE.output) return failure('content_rejected', { provider, stage: 'output' });
  return failure(code === WRONG_PARAMETER ? 'invalid_input' : 'provider_error', { provider });
}

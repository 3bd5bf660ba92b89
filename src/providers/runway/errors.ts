import { failure, type Failure } from '../../core/errors';
import { jsonOf, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { wrongAddress } from '../../core/provider/wrong-address';
import { denied, doubtful, gone, refused, transient, wordsOf, type Words } from '../kit';
import { meaningOf, reasonOf } from './codes';
import { errorSchema, type Task } from './schema';

/** Replies that are no success. A body without the text of an error was written by something between us and Runway. */

interface RunwayError {
  text: string;
  /** Whether nobody else says it so: it names Runway's own pages, or what only Runway has. */
  isRunways: boolean;
}

const DOCS = 'https://docs.dev.runwayml.com/';

/** Some answers name no page: "Could not find Task". */
const OWN_TEXT = /\btask\b|\bapi key\b|runway/i;

function errorOf(reply: Reply): RunwayError | undefined {
  const { data } = errorSchema.safeParse(jsonOf(reply));
  if (!data) return undefined;
  const [issue] = data.issues ?? [];
  const about = [issue?.path?.map(String).join('.') ?? '', issue?.message ?? '']
    .filter((part) => part !== '')
    .join(': ');
  return {
    text: about === '' ? data.error : `${data.error} (${about})`,
    isRunways: (data.docUrl ?? '').startsWith(DOCS) || OWN_TEXT.test(data.error),
  };
}

const wordsIn = ({ text }: RunwayError): Words => wordsOf(undefined, text);

/** Reads a reply to a submit that is no acceptance. Says `unknown` unless Runway itself certainly made nothing. */
export function readRefusal(reply: Reply): SubmitReading {
  const said = errorOf(reply);
  if (!said) return wrongAddress('runway', reply) ?? doubtful(reply, "without Runway's error");
  const meaning = meaningOf(reply.status, said.text);
  return meaning === 'unknown'
    ? doubtful(reply, said.text.slice(0, DETAIL_LENGTH_MAX))
    : refused(meaning, wordsIn(said), reply);
}

const DETAIL_LENGTH_MAX = 60;

/** Reads a reply to a look that shows no task. */
export function readLookError(reply: Reply): PollReading {
  const said = errorOf(reply);
  if (said?.isRunways) {
    if (reply.status === 404) return gone(wordsIn(said), reply);
    if (reply.status === 401 || reply.status === 403) return denied(wordsIn(said), reply);
  }
  return transient(reply, said?.text.slice(0, DETAIL_LENGTH_MAX));
}

/** Says why a task failed. */
export function readFailure({ failure: text, failureCode }: Task): Failure {
  const { code, ...stage } = reasonOf(failureCode);
  return failure(code, { ...stage, provider: wordsOf(failureCode, text) });
}

import { ERRORS, failure, type Failure } from '../../core/errors';
import { jsonOf, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitFacts, SubmitReading } from '../../core/provider/provider';
import { wrongAddress } from '../../core/provider/wrong-address';
import {
  BUSY,
  DENIED,
  denied,
  doubtful,
  gone,
  INVALID,
  POLICY,
  refused,
  transient,
  wordsOf,
} from '../kit';
import type { Words } from '../kit';
import { documentedMeaning, meaningOf, type ErrorWords } from './codes';
import { answerBehind, isNoProof, NO_KEYS } from './litellm';
import { REELAY } from './models';
import { objectOf, textOf } from './schema';
import type { VideoError } from './video';

/** Replies that show no video. What is in none of the servers' error shapes was written by something between us. */

/** Reads a reply to a submit that is no acceptance. Says `unknown` unless a server of this wire certainly made no job. */
export function readRefusal(reply: Reply, { model }: Pick<SubmitFacts, 'model'>): SubmitReading {
  const said = errorOf(reply);
  if (!said || isNoRoute(said)) {
    return wrongAddress('openai', reply) ?? doubtful(reply, 'without an error of this API');
  }
  if (isNoProof(said.message, reply)) return doubtful(reply, NO_PROOF);
  const isPlace = reply.status === 404 || reply.status === 405;
  if (isPlace && documentedMeaning(said) === undefined) {
    return wrongAddress('openai', reply) ?? doubtful(reply);
  }
  const isFull = model === REELAY && isTurnedAway(said, reply.status);
  const meaning = isFull ? BUSY : meaningOf(said, reply.status);
  return meaning === 'unknown'
    ? doubtful(reply, codeOf(said))
    : refused(meaning, shown(said), reply);
}

/**
 * Says whether another gateway of this kind turns a create away, which it does before it stores anything. The one 503 that
 * may come after that is an outage of its database, which has the table's own text.
 */
const isTurnedAway = ({ code, message }: ErrorWords, status: number): boolean =>
  status === ERRORS.unavailable.status &&
  code === 'unavailable' &&
  message !== ERRORS.unavailable.text;

/**
 * Reads a reply to a look that shows no video. Only a server that speaks of the video itself knows no such one, and only
 * one that speaks of the key or of permission denies it.
 */
export function readLookError(reply: Reply): PollReading {
  const { status } = reply;
  const said = errorOf(reply);
  if (!said || isNoRoute(said)) return transient(reply);
  if (isNoProof(said.message, reply)) return transient(reply, NO_PROOF);
  if (GONE_STATUSES.includes(status) && isUnknownVideo(said)) return gone(shown(said), reply);
  const isDenied = status === 401 || status === 403 ? isAboutKey(said) : said.type === NO_KEYS;
  if (isDenied) return denied(shown(said), reply);
  return transient(reply, codeOf(said));
}

const NO_PROOF = 'an error that proves nothing';

/** new-api has 400 for a task that it does not know. */
const GONE_STATUSES: readonly number[] = [400, 404, 410];

const UNKNOWN_CODE = /^(task|video|job)_?not_?(exist|found)/;
const UNKNOWN_TEXT =
  /\b(video|task|job|generation)\b.*\b(not found|not exist|does not exist|doesn't exist)|\b(no such|unknown) (video|task|job|generation)\b/i;

const isUnknownVideo = ({ code, message }: ErrorWords): boolean =>
  UNKNOWN_CODE.test(code) || UNKNOWN_TEXT.test(message);

const KEY_WORDS = /api.?key|unauthori[sz]ed|authenticat|\btoken\b|permission|credential|forbidden/i;

/** What time may heal (a bill, a limit) never ends a job. */
function isAboutKey(said: ErrorWords): boolean {
  if (/quota|balance|billing|limit/i.test(`${said.code} ${said.message}`)) return false;
  return documentedMeaning(said) === DENIED || KEY_WORDS.test(said.message);
}

/** Says why an accepted job has no video, by the words that the video has for it. */
export function readJobFailure({ code = '', message = '' }: VideoError): Failure {
  const provider = wordsOf(code, message);
  const meaning = documentedMeaning({ code: code.toLowerCase(), type: '', message });
  if (meaning === POLICY) return failure('content_rejected', { provider });
  const isInput = meaning === INVALID || INPUT_CODES.includes(code);
  return failure(isInput ? 'invalid_input' : 'provider_error', { provider });
}

/** A gateway's own word, and the HTTP status that vLLM-Omni has as a code. */
const INPUT_CODES: readonly string[] = ['invalid_input', 'invalid_request', '400', '413', '422'];

/**
 * Returns the words of an error in one of the shapes of this wire: OpenAI's `{"error": {"message"}}`, an `error` that is a
 * text, FastAPI's `{"detail"}`, new-api's `{"code", "message"}`, or any of these inside LiteLLM's own. Undefined for every
 * other body.
 */
function errorOf(reply: Reply): ErrorWords | undefined {
  const body = objectOf(jsonOf(reply));
  const said = body && errorIn(body);
  const behind = said && !isNoProof(said.message, reply) ? answerBehind(said.message) : undefined;
  return (behind && errorIn(behind)) ?? said;
}

function errorIn(body: Readonly<Record<string, unknown>>): ErrorWords | undefined {
  const error = objectOf(body['error']);
  if (error) return wordsIn(error);
  const text = textOf(body['error']);
  // A server that says no more than this is vLLM, and one that adds a path is a framework.
  if (text !== undefined) return Object.keys(body).length === 1 ? plain(text) : undefined;
  if (body['detail'] !== undefined) return detailOf(body['detail']);
  const code = textOf(body['code']);
  const isTaskError = code !== undefined && !/^\d+$/.test(code);
  return isTaskError ? wordsIn(body) : undefined;
}

function wordsIn(error: Readonly<Record<string, unknown>>): ErrorWords | undefined {
  const message = textOf(error['message']);
  if (message === undefined) return undefined;
  const code = error['code'];
  return {
    code: (typeof code === 'number' ? String(code) : (textOf(code) ?? '')).toLowerCase(),
    type: (textOf(error['type']) ?? '').toLowerCase(),
    message,
  };
}

const plain = (message: string): ErrorWords => ({ code: '', type: '', message });

/** FastAPI's own list of what is wrong with fields, a text, or an error as an object. */
function detailOf(detail: unknown): ErrorWords | undefined {
  const text = textOf(detail);
  if (text !== undefined) return plain(text);
  const object = objectOf(detail);
  if (object) return wordsIn(objectOf(object['error']) ?? object);
  const first = Array.isArray(detail) ? objectOf(detail[0]) : undefined;
  const message = textOf(first?.['msg']);
  if (message === undefined) return undefined;
  const at = Array.isArray(first?.['loc']) ? first['loc'].map(String).join('.') : '';
  return plain(at === '' ? message : `${at}: ${message}`);
}

const NO_ROUTE =
  /^(not found|method not allowed|unknown route)\.?$|\b(invalid url|no route|no such route|route not found)\b/i;

/** A framework's or a gateway's words for a path that it does not have, in whatever shape. */
const isNoRoute = ({ message }: ErrorWords): boolean => NO_ROUTE.test(message);

const codeOf = ({ code, type }: ErrorWords): string => code || type;

const shown = (said: ErrorWords): Words => wordsOf(codeOf(said), said.message);

import { failure, type Failure } from '../../core/errors';
import { given } from '../../core/json/fields';
import { jsonOf, type Reply } from '../../core/provider/exchange';
import type { PollReading, SubmitReading } from '../../core/provider/provider';
import { wrongAddress } from '../../core/provider/wrong-address';
import { BUSY, DENIED, denied, doubtful, gone, INVALID, POLICY, refused, transient } from '../kit';
import { wordsOf, type Meaning, type Words } from '../kit';
import { DENIED_LOOKS, meaningOf, RPC } from './codes';
import { detailSchema, errorReplySchema, violationSchema } from './schema';

/** Replies that are no success. A body without Google's error was written by something between us and Google. */

interface GoogleError {
  /** `INVALID_ARGUMENT`, or `invalid_request` of the Interactions API. */
  word: string | undefined;
  message: string;
  details: readonly unknown[];
}

/** Returns what Google itself says; undefined for a body that is no error of Google's. */
function errorOf(reply: Reply): GoogleError | undefined {
  const parsed = errorReplySchema.safeParse(jsonOf(reply));
  if (!parsed.success) return undefined;
  const { code, status, message = '', details = [] } = parsed.data.error;
  const word = status ?? (typeof code === 'string' ? code : undefined);
  const isRpc = typeof code === 'number' && status !== undefined;
  const isWord = typeof code === 'string' && OWN_WORD.test(code);
  return isRpc || isWord ? { word, message, details } : undefined;
}

/** `invalid_request`, a new one too; a proxy writes `404`, or a number without a status. */
const OWN_WORD = /^[a-z]+(?:_[a-z]+)*$/i;

/** Google refuses a key that is none with 400, as it does a wrong field. */
const NO_KEY = /API key (?:not valid|expired|not found)|pass a valid API key/i;
const NO_KEY_REASONS: ReadonlySet<string> = new Set(['API_KEY_INVALID', 'API_KEY_SERVICE_BLOCKED']);

const isAboutKey = ({ message, details }: GoogleError): boolean =>
  NO_KEY.test(message) ||
  details.some((one) => NO_KEY_REASONS.has(detailSchema.safeParse(one).data?.reason ?? ''));

/** A request that is refused for what is in it says so by its text alone. */
const POLICY_TEXT =
  /responsible.?ai|usage guidelines|\bblocked\b[^.]*\b(?:safety|polic)|violat\w*[^.]*\b(?:polic|guideline|terms)/i;

const POLICY_WORD = /^(?:image_)?(?:safety|prohibited_content|blocklist|spii)$/i;

const isPolicy = (word: string | undefined, message: string): boolean =>
  POLICY_TEXT.test(message) || POLICY_WORD.test(word ?? '');

/** Reads a reply to a submit that is no acceptance. Says `unknown` unless Google itself certainly made no job. */
export function readRefusal(reply: Reply): SubmitReading {
  const said = errorOf(reply);
  if (!said) return wrongAddress('google', reply) ?? doubtful(reply, "without Google's error");
  const meaning = refusalOf(said, reply.status);
  if (meaning === 'unknown') return doubtful(reply, said.word);
  const reading = refused(meaning, words(said), reply);
  const retryAfterMs = meaning === BUSY ? retryDelayOf(said) : undefined;
  return { ...reading, ...given({ retryAfterMs }) };
}

function refusalOf(said: GoogleError, status: number): Meaning {
  const meaning = meaningOf(said.word, status);
  if (meaning === INVALID && isAboutKey(said)) return DENIED;
  if (meaning === INVALID && isPolicy(said.word, said.message)) return POLICY;
  return meaning === BUSY && isOfDay(said) ? DENIED : meaning;
}

/** Says whether what is used up is a day's quota, which no waiting of ours brings back. */
const isOfDay = ({ details }: GoogleError): boolean =>
  details
    .flatMap((one) => detailSchema.safeParse(one).data?.violations ?? [])
    .some((one) => /PerDay/i.test(violationSchema.safeParse(one).data?.quotaId ?? ''));

const DELAY = /^(\d{1,6})(?:\.\d{1,9})?s$/;

/** Returns the wait of google.rpc.RetryInfo, `"17s"`, rounded up. */
function retryDelayOf({ details }: GoogleError): number | undefined {
  const told = details.flatMap((one) => detailSchema.safeParse(one).data?.retryDelay ?? [])[0];
  const seconds = DELAY.exec(told ?? '')?.[1];
  if (told === undefined || seconds === undefined) return undefined;
  return (Number(seconds) + (told.includes('.') ? 1 : 0)) * 1_000;
}

const words = ({ word, message }: GoogleError): Words => wordsOf(word, message);

/** Seen with a real key: Interactions answer an id that they do not know with 400 and this text. */
const NO_INTERACTION = /invalid interaction name|interaction\b[^.]*\bnot found/i;

/** Reads a reply to a look that shows no job. */
export function readLookError(reply: Reply): PollReading {
  const said = errorOf(reply);
  if (!said) return transient(reply);
  const { status } = reply;
  const isGone =
    (said.word === 'NOT_FOUND' && status === 404) ||
    ((status === 400 || status === 404) && NO_INTERACTION.test(said.message));
  if (isGone) return gone(words(said), reply);
  const isDenied =
    ((status === 401 || status === 403) && DENIED_LOOKS.has(said.word ?? '')) ||
    (status === 400 && isAboutKey(said));
  return isDenied ? denied(words(said), reply) : transient(reply, said.word);
}

/** Says why an accepted operation failed, by its number of google.rpc.Code and its text. */
export function readOperationError(code: number | undefined, message: string): Failure {
  const provider = wordsOf(code === undefined ? undefined : String(code), message);
  if (POLICY_TEXT.test(message)) return failure('content_rejected', { provider });
  switch (code) {
    case RPC.invalidArgument:
      return failure('invalid_input', { provider });
    case RPC.permissionDenied:
    case RPC.failedPrecondition:
    case RPC.unauthenticated:
      return failure('provider_denied', { provider });
    case RPC.resourceExhausted:
      return failure('provider_busy', { provider });
    default:
      return failure('provider_error', { provider });
  }
}

/** Says why an interaction failed, by its own code and text. */
export function readInteractionError(code: string | undefined, message: string): Failure {
  const provider = wordsOf(code, message);
  return failure(isPolicy(code, message) ? 'content_rejected' : 'provider_error', { provider });
}

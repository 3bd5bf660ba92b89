import { given } from '../../core/json/fields';
import { failure, type Failure } from '../../core/errors';
import { jsonOf, type Reply } from '../../core/provider/exchange';
import type { PollReading, Refusal, SubmitReading } from '../../core/provider/provider';
import { retryAfterOf } from '../../core/schedules';
import { wrongAddress } from '../../core/provider/wrong-address';
import { errorReplySchema } from './schema';

/**
 * Ark's error codes (docs 82379/1299023). The code is looked at first, the HTTP status only where the code is new to
 * us. A body that is not JSON was written by something between us and Ark, which proves nothing about the job.
 */

type Meaning = (Pick<Refusal, 'scope' | 'until'> & { code: Failure['code'] }) | 'unknown';

const BUSY: Meaning = { scope: 'retry', code: 'provider_busy' };
const FULL: Meaning = { scope: 'retry', until: 'slot', code: 'provider_busy' };
const DENIED: Meaning = { scope: 'channel', code: 'provider_denied' };
const INVALID: Meaning = { scope: 'final', code: 'invalid_input' };
const POLICY: Meaning = { scope: 'final', code: 'content_rejected' };

const CODES: readonly (readonly [RegExp, Meaning])[] = [
  [/SensitiveContent|PolicyViolation|RiskDetect|ContentSecurity/, POLICY],
  [/RateLimit|RequestBurstTooFast|ServerOverloaded/, BUSY],
  [/InflightBatchsizeExceeded/, FULL],
  [/^InvalidEndpoint\.ClosedEndpoint$/, BUSY],
  [/^SetLimitExceeded/, DENIED],
  [/^(AuthenticationError|InvalidAccountStatus|AccessDenied|AccountOverdueError)/, DENIED],
  [/^(OperationDenied|InvalidEndpointOrModel|ModelNotOpen)/, DENIED],
  [/^(MissingParameter|InvalidParameter|InvalidImageURL|OutofContextError)/, INVALID],
  [/^InternalServiceError/, 'unknown'],
];

/** A spent free trial and a full queue share the code `QuotaExceeded`; only the text tells them apart [?]. */
const TRIAL_SPENT = /free|trial|exhaust|used up/i;

const STATUSES: Readonly<Record<number, Meaning>> = {
  400: INVALID,
  401: DENIED,
  402: DENIED,
  403: DENIED,
  404: DENIED,
  413: INVALID,
  422: INVALID,
  429: BUSY,
};

/** Reads a reply to a submit that is no acceptance. Says `unknown` unless Ark itself certainly made no job. */
export function readRefusal(reply: Reply): SubmitReading {
  const said = readError(reply);
  const astray = said?.code === undefined ? wrongAddress('ark', reply) : undefined;
  if (astray) return astray;
  if (!said) {
    return { state: 'unknown', detail: `HTTP ${String(reply.status)} without a JSON body` };
  }
  const meaning = meaningOf(said.code, said.message, reply.status);
  if (meaning === 'unknown') {
    return { state: 'unknown', detail: `HTTP ${String(reply.status)} ${said.code ?? ''}`.trim() };
  }
  const retryAfterMs = meaning.scope === 'retry' ? retryAfterOf(reply) : undefined;
  return {
    state: 'refused',
    scope: meaning.scope,
    ...(meaning.until ? { until: meaning.until } : {}),
    failure: failure(meaning.code, {
      provider: { ...said, status: reply.status },
      ...(meaning === POLICY ? { stage: 'input' as const } : {}),
    }),
    ...given({ retryAfterMs }),
  };
}

/** Says why an accepted job failed, from the `error` of its task. */
export function readTaskFailure(code: string | undefined, message: string | undefined): Failure {
  const provider = said(code, message);
  const meaning = CODES.find(([pattern]) => pattern.test(code ?? ''))?.[1];
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
export function readError(reply: Reply): { code?: string; message?: string } | undefined {
  const json = jsonOf(reply);
  if (typeof json !== 'object' || json === null) return undefined;
  const parsed = errorReplySchema.safeParse(json);
  if (!parsed.success) return {};
  const { error, code, message } = parsed.data;
  return said(error?.code ?? code, error?.message ?? message);
}

/** `ResourceNotFound`, `InvalidEndpointOrModel.NotFound`; a proxy writes `404` or `not_found`, or no code at all. */
const OWN_CODE = /^[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)*$/;

/**
 * Reads a reply to a look that shows no task. Only an error in Ark's own shape (`{"error": {"code", "message"}}` with a
 * code in its spelling) says anything of a job: whatever else answers 404 or 401 stands between us and Ark.
 */
export function readLookError(reply: Reply): PollReading {
  const { status } = reply;
  const said = readError(reply);
  const parsed = errorReplySchema.safeParse(jsonOf(reply));
  const code = parsed.data?.error?.code ?? '';
  const provider = { ...said, status };
  if (OWN_CODE.test(code) && parsed.data?.error?.message) {
    const isAboutAccount = CODES.some(([pattern]) => pattern.test(code));
    if ((status === 404 || status === 410) && !isAboutAccount) {
      return { kind: 'gone', failure: failure('provider_lost', { provider }) };
    }
    if (status === 401 || status === 403) {
      return { kind: 'denied', failure: failure('provider_denied', { provider }) };
    }
  }
  const retryAfterMs = retryAfterOf(reply);
  const detail = `HTTP ${String(status)} ${said?.code ?? ''}`.trim();
  return { kind: 'transient', detail, ...given({ retryAfterMs }) };
}

function meaningOf(code: string | undefined, message: string | undefined, status: number): Meaning {
  if (code?.startsWith('QuotaExceeded')) return TRIAL_SPENT.test(message ?? '') ? DENIED : FULL;
  const known = CODES.find(([pattern]) => pattern.test(code ?? ''))?.[1];
  return known ?? STATUSES[status] ?? 'unknown';
}

function said(
  code: string | undefined,
  message: string | undefined,
): NonNullable<Failure['provider']> {
  return {
    ...(code ? { code } : {}),
    ...(message ? { message: message.slice(0, MESSAGE_LENGTH_MAX) } : {}),
  };
}

/** A provider's text goes into rows and logs; it is cut there. */
const MESSAGE_LENGTH_MAX = 500;

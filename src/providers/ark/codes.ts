import { BUSY, DENIED, FULL, INVALID, POLICY, type Meaning } from '../kit';

/**
 * Ark's error codes (docs 82379/1299023) and what each proves about a submit. The code is looked at first, the HTTP
 * status only where the code is new to us.
 */
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

/** What a status proves where the code is new to us; any other than these proves nothing. */
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

/** Returns what a code of Ark's means; one that is new to us means what its HTTP status says. */
export function meaningOf(
  code: string | undefined,
  message: string | undefined,
  status: number,
): Meaning {
  if (code?.startsWith('QuotaExceeded')) return TRIAL_SPENT.test(message ?? '') ? DENIED : FULL;
  return documentedMeaning(code) ?? STATUSES[status] ?? 'unknown';
}

/** Returns what the page says of a code by itself; undefined where it does not name the code. */
export function documentedMeaning(code: string | undefined): Meaning | undefined {
  return CODES.find(([pattern]) => pattern.test(code ?? ''))?.[1];
}

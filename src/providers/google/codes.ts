import { BUSY, DENIED, INVALID, type Meaning } from '../kit';

/**
 * Google's error words and what each proves about a submit: those of google.rpc.Status, which Veo answers, and those of the
 * Interactions API, which are in small letters. A server error proves nothing, whatever its word.
 */
export const CODES: Readonly<Record<string, Meaning>> = {
  INVALID_ARGUMENT: INVALID,
  OUT_OF_RANGE: INVALID,
  // It speaks of the account: no billing, a place where the service is not offered.
  FAILED_PRECONDITION: DENIED,
  UNAUTHENTICATED: DENIED,
  PERMISSION_DENIED: DENIED,
  // The model is not served, here or any more.
  NOT_FOUND: DENIED,
  RESOURCE_EXHAUSTED: BUSY,
  ABORTED: 'unknown',
  ALREADY_EXISTS: 'unknown',
  CANCELLED: 'unknown',
  DEADLINE_EXCEEDED: 'unknown',
  INTERNAL: 'unknown',
  UNAVAILABLE: 'unknown',
  UNKNOWN: 'unknown',

  invalid_request: INVALID,
  parameter_unknown: INVALID,
  out_of_range: INVALID,
  failed_precondition: DENIED,
  authentication: DENIED,
  payment_required: DENIED,
  permission_denied: DENIED,
  not_found: DENIED,
  model_not_found: DENIED,
  rate_limit_exceeded: BUSY,
  // The day's or the account's; waiting a little does not help.
  quota_exceeded: DENIED,
};

/** What a status proves where the word is new to us; any other than these proves nothing. */
const STATUSES: Readonly<Record<number, Meaning>> = {
  400: INVALID,
  401: DENIED,
  402: DENIED,
  403: DENIED,
  404: DENIED,
  413: INVALID,
  416: INVALID,
  429: BUSY,
};

/** Returns what an error reply with that word proves. */
export function meaningOf(word: string | undefined, status: number): Meaning {
  if (status < 400 || status > 499) return 'unknown';
  const known = word !== undefined && Object.hasOwn(CODES, word) ? CODES[word] : undefined;
  return known ?? STATUSES[status] ?? 'unknown';
}

/** The words with which Google forbids a look. */
export const DENIED_LOOKS: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'authentication',
  'permission_denied',
]);

/** The numbers of google.rpc.Code that an operation's own error may have. */
export const RPC = {
  invalidArgument: 3,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unauthenticated: 16,
} as const;

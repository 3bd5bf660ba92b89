/**
 * The closed table of things that can go wrong at an endpoint, and of reasons why a job ends without a video.
 * A failed job is a value (`Failure`); a failed call is thrown (`GatewayError`). Public texts never carry internals.
 */

export const ERRORS = {
  invalid_request: { status: 400, retryable: false, text: 'The request is not valid.' },
  unauthorized: {
    status: 401,
    retryable: false,
    text: 'The API key is missing, unknown, expired or revoked.',
  },
  insufficient_balance: {
    status: 402,
    retryable: false,
    text: 'Not enough points for this request.',
  },
  forbidden: { status: 403, retryable: false, text: 'This API key may not do that.' },
  not_found: { status: 404, retryable: false, text: 'Not found.' },
  model_not_found: {
    status: 404,
    retryable: false,
    text: 'There is no such model for this API key.',
  },
  method_not_allowed: {
    status: 405,
    retryable: false,
    text: 'This path does not take that method.',
  },
  request_timeout: {
    status: 408,
    retryable: true,
    text: 'The request did not arrive in time.',
  },
  conflict: { status: 409, retryable: false, text: 'The job is not in a state that allows this.' },
  payload_too_large: { status: 413, retryable: false, text: 'The request is too large.' },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    text: 'This content type is not accepted here.',
  },
  range_not_satisfiable: {
    status: 416,
    retryable: false,
    text: 'The requested range is outside the file.',
  },
  idempotency_mismatch: {
    status: 422,
    retryable: false,
    text: 'This Idempotency-Key was used with another request.',
  },
  rate_limited: { status: 429, retryable: true, text: 'Too many requests; slow down.' },
  headers_too_large: {
    status: 431,
    retryable: false,
    text: 'The headers of the request are too large.',
  },
  internal: { status: 500, retryable: true, text: 'Something went wrong on our side.' },
  upstream: { status: 502, retryable: true, text: 'The provider could not serve this.' },
  unavailable: {
    status: 503,
    retryable: true,
    text: 'The gateway is not ready; try again shortly.',
  },
} as const;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetails {
  /** Replaces the table's text; must be fit for the public. */
  message?: string;
  /** The request field at fault, in the caller's own spelling. */
  param?: string;
  retryAfterSeconds?: number;
  /** All fields of the body that are wrong, for APIs that name every one. */
  fields?: readonly FieldProblem[];
  /** Which scope a key lacks, for APIs that spell scopes in their own way. */
  scope?: string;
  /** How large the file is that a range lies outside of. */
  fileBytes?: number | undefined;
  /** `GET /v1/nothing`, where no route takes it, for APIs that say it back. */
  path?: string;
  /** Instead of the table's word: what may have been paid for must not be posted again by itself. */
  retryable?: boolean;
  /** The error behind this one, for the log only. */
  cause?: unknown;
}

/** What is wrong with one field of a body. */
export interface FieldProblem {
  /** `['scopes', '1']`; empty where it is the body itself. */
  path: readonly string[];
  code: 'unknown_field' | 'not_allowed' | 'invalid';
  /** A sentence without the field's name. */
  message: string;
}

/** The only error class. `message` is public; `cause` is for the log. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly param: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly fields: readonly FieldProblem[];
  readonly scope: string | undefined;
  readonly fileBytes: number | undefined;
  readonly path: string | undefined;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(details.message ?? ERRORS[code].text, { cause: details.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.status = ERRORS[code].status;
    this.retryable = details.retryable ?? ERRORS[code].retryable;
    this.param = details.param;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.fields = details.fields ?? [];
    this.scope = details.scope;
    this.fileBytes = details.fileBytes;
    this.path = details.path;
  }
}

/** A transaction was sent to be committed and nobody heard whether it was. `cause` is what came instead of an answer. */
export class CommitInDoubt extends Error {
  constructor(cause: unknown) {
    super('the database did not say whether the transaction was committed', { cause });
    this.name = 'CommitInDoubt';
  }
}

/** Makes a 400 that names the field and, where there is a closed set, the allowed values. */
export function invalid(
  param: string,
  problem: string,
  allowed?: readonly unknown[],
): GatewayError {
  const values = allowed ? ` Allowed: ${allowed.map((value) => String(value)).join(', ')}.` : '';
  return new GatewayError('invalid_request', { param, message: `${param}: ${problem}.${values}` });
}

/** Why a job ended without a video. `retryable` says whether the same request may succeed if posted again. */
export const FAILURES = {
  content_rejected: { retryable: false, text: 'The provider rejected the content.' },
  invalid_input: { retryable: false, text: 'The provider did not accept the input.' },
  provider_denied: {
    retryable: false,
    text: 'The provider does not allow this account to run the request.',
  },
  provider_unreachable: { retryable: true, text: 'The provider could not be reached.' },
  provider_error: { retryable: true, text: 'The provider failed to make the video.' },
  provider_busy: { retryable: true, text: 'The provider had no capacity.' },
  provider_lost: { retryable: true, text: 'The provider no longer knows the job.' },
  result_unreadable: { retryable: true, text: 'The provider delivered no readable video.' },
  submission_unknown: {
    retryable: true,
    text: 'The provider did not confirm the submission; nothing was charged.',
  },
  timed_out: { retryable: true, text: 'The video was not ready before the deadline.' },
  expired: { retryable: true, text: 'The provider let the job expire.' },
  canceled: { retryable: true, text: 'The job was canceled.' },
  not_started: {
    retryable: true,
    text: 'The job had not begun by its start deadline and was canceled; nothing was charged.',
  },
  internal: { retryable: true, text: 'Something went wrong on our side.' },
} as const;

export type FailureCode = keyof typeof FAILURES;

export interface Failure {
  code: FailureCode;
  /** Public text. */
  message: string;
  /** Provider's own code and text; for operators. A caller reads `publicWords` of them, and only about his request. */
  provider?: { code?: string; message?: string; status?: number };
  /** The side on which content was rejected: what was sent, or the video that was made. */
  stage?: 'input' | 'output';
}

export function failure(code: FailureCode, extra: Omit<Failure, 'code' | 'message'> = {}): Failure {
  return { code, message: FAILURES[code].text, ...extra };
}

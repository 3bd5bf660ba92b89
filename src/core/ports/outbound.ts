import type { Call, Headers, Reply } from '../provider/exchange';

export interface CallOptions {
  /** Base URL for `path` targets: an operator's word, so its origin passes the guard. */
  baseUrl?: string;
  /** Further origins that pass the guard for `url` targets. */
  allowedOrigins?: readonly string[];
  /** A delivery: the hosts that the operator allowed for callbacks, and only those, pass the guard as well. */
  callback?: true;
  /** Unix milliseconds; re-checked just before the socket write. */
  deadlineAt: number;
  replyBytesMax: number;
  signal?: AbortSignal;
  /** What it is counted as; absent where it asks no provider. */
  about?: ProviderCall;
  /** It has its moment under the channel's rate limit already. */
  hasTurn?: boolean;
}

/** What an exchange with a provider is about. `foreign` = a job that this gateway did not create. */
export interface ProviderCall {
  channel: string;
  kind: 'submit' | 'look' | 'cancel' | 'find' | 'foreign';
}

/**
 * `not_sent` = provably before any request byte left (guard, DNS, connect, TLS, deadline). `no_reply` = it may have
 * arrived. The difference decides whether a submit may be sent again.
 */
export type CallResult =
  | { kind: 'reply'; reply: Reply; durationMs: number }
  | {
      kind: 'not_sent';
      /** `unsendable`: a header, so the key in it, holds what no header may. `paced`: the rate limit of the channel. */
      reason: 'blocked' | 'unsendable' | 'connect' | 'deadline' | 'paced';
      detail: string;
      /** The system's word for it, such as `ECONNREFUSED`: only where it may be told. */
      code?: string;
      /** How long the channel's rate limit keeps it waiting: only where it was `paced`. */
      retryAfterMs?: number;
    }
  | { kind: 'no_reply'; reason: 'timeout' | 'reset' | 'too_large' | 'aborted'; detail: string };

export interface Outbound {
  call(call: Call, options: CallOptions): Promise<CallResult>;
  /**
   * Streams a file; follows no redirect by itself (at most three, each through the guard). `url` is a link, or a path under
   * `baseUrl` that begins with a slash. A header that is no part of a file's request goes to no other origin.
   */
  open(
    url: string,
    options: {
      headers: Headers;
      /** The operator's own word, as in `CallOptions`. */
      baseUrl?: string;
      allowedOrigins: readonly string[];
      timeoutMs: number;
      signal?: AbortSignal;
    },
  ): Promise<{ status: number; headers: Headers; stream: AsyncIterable<Uint8Array> }>;
  /** Refuses, with a reason fit for the caller, a URL that a callback may not have. Resolves no name. */
  checkCallbackUrl(url: string): { ok: true } | { ok: false; problem: string };
  /**
   * Says why a provider could not fetch an input from that URL, in words fit for the caller; undefined where nothing in
   * it speaks against it. `origins` are those that the operator wrote for the model's channels. Resolves no name.
   */
  inputProblem(url: string, origins: readonly string[]): string | undefined;
}

import type { z } from 'zod';
import type { Capabilities, FieldNames } from '../request/capabilities';
import type { Failure } from '../errors';
import type { ProviderAddress } from './address';
import type { Call, Headers, Reply } from './exchange';
import type { NativeReading, NativeRequest } from './native';
import type { Operation, Output, Usage, Verdict } from '../job/outcome';
import type { AppliedRequest, Mode } from '../request/request';
import type { ChannelOptions } from './options';
import type { VendorPrices } from './vendor-prices';

/**
 * A provider describes exchanges and reads replies; it performs nothing and knows neither dialect nor ledger.
 * `activities` performs the calls in this order: submit -> readSubmit -> (poll -> readPoll)* -> cancel?.
 */
export interface Provider {
  name: string;
  /** Every model it can serve, by the provider's own id. */
  models: Readonly<Record<string, Capabilities>>;
  /**
   * Models that the provider itself has taken out of service, by its own id, those too that `models` never had and that `like`
   * could name. A channel that reaches it may not name one; jobs that ran when it was told are looked at until they end.
   */
  retired?: Readonly<Record<string, RetiredModel>>;
  /** What a channel's `credentials` must hold in the operator's config. */
  credentials: z.ZodType<Record<string, string>>;
  /** The base URLs that the vendor gives its customers; a channel may have another, such as a proxy's. */
  addresses: readonly ProviderAddress[];
  /** Says what such credentials and options lack for a model; undefined where they open it. Absent: all models take the same. */
  lacks?(
    credentials: Record<string, string>,
    model: string,
    options: ChannelOptions,
  ): string | undefined;
  /** What the vendor charges; absent: nothing is known of it. */
  prices?: VendorPrices;
  /** What a channel's `options` may hold: facts of an account or a server that decide how its wire is spoken. Absent: none. */
  options?: z.ZodType<ChannelOptions>;
  /** Signs a call. The last step before the wire, so that no secret is ever stored with a call. */
  authorize(call: Call, credentials: Record<string, string>, nowMs: number): Call;
  /**
   * The header in which the vendor takes its caller's own id of a request, which it then finds in its logs. Absent:
   * `X-Request-Id`, which a vendor that does not know it passes over.
   */
  requestIdHeader?: string;

  submit(submission: Submission): Call;
  readSubmit(reply: Reply, sent: SubmitFacts): SubmitReading;
  /** How the provider itself names the job, for callers who may ask it; absent: it has no such name. */
  operationId?(operation: Operation): string;
  poll(operation: Operation): Call;
  /** Reads the reply to a look; `asked` is the call that it answers, which is another than `poll`'s after a `follow`. */
  readPoll(reply: Reply, operation: Operation, asked: Call): PollReading;
  /** The replies to its looks may have so many bytes, where a video stands in them. Absent: as many as any other's. */
  lookBytesMax?: number;
  /** Asks to cancel the job; absent where the provider cannot. Its reply is never believed; a look follows. */
  cancel?(operation: Operation): Call;
  /** Looks at many jobs in one call, for channels whose looks wait under a rate limit; absent: there is no such call. */
  many?: ManyLooks;
  /** Looks a job up by our own attempt id, which turns an unknown submit into an adopted one. */
  find?(sent: SubmitFacts): Call;
  readFind?(reply: Reply, sent: SubmitFacts): FindReading;
  /**
   * Says whether the provider refuses a second submit with the attempt's id for as long as it knows of the first, so that
   * no repeat can make a second job. Absent: it does not. Used only where the operator has asked for it.
   */
  refusesRepeats?(model: string): boolean;
  /** The call by which an operator learns whether a channel works; absent: there is none that costs nothing. */
  trial?: Trial;
  /**
   * Origins beside the channel's own that may see its credential in the request for a result (`Output.keyed`), such as
   * `https://storage.googleapis.com`. Absent: none.
   */
  keyedOrigins?: readonly string[];
  /** True when the callback's own signature holds. Absent: unsigned, only the path token speaks for it. */
  verifyCallback?(callback: SignedCallback): boolean;
  /** The call that brings the keys with which the provider signs its callbacks, a JWK set (RFC 7517, section 5). Absent: it has none. */
  callbackKeys?(options: ChannelOptions): Call;
  /** The JSON with which a callback wants to be answered, such as `{"challenge":"abc"}`; undefined for one that does not care. */
  answerCallback?(body: Uint8Array): unknown;
  /**
   * The handle inside a callback, which may fill in an attempt whose submit got no answer. Undefined when the callback
   * names another attempt than the one its path token belongs to, or none.
   */
  readCallback?(body: Uint8Array, sent: SubmitFacts): { operation: Operation } | undefined;

  /** Takes requests as callers of a dialect wrote them (`Submission.native`). Absent: it speaks none. */
  native?: NativeWire;
}

/** A model that its provider serves no longer. */
export interface RetiredModel {
  /** The day since which it is gone: `2026-09-15`. */
  since: string;
  /** The id of the model that takes what it took; absent where there is none. */
  successor?: string;
  /** The hosts that have it no more, for a wire that others speak too. Absent: it is gone everywhere. */
  hosts?: readonly string[];
}

/**
 * What is known of a submit whatever became of its answer. A wire may have a path per mode or per model, which its
 * replies do not repeat; the operation must name it, since a poll has nothing else.
 */
export interface SubmitFacts {
  /** Our id of this attempt: the dedupe or lookup key where the provider has one. */
  attemptId: string;
  /** The provider's own model id. */
  model: string;
  /** The id that was called, where that is another one. Absent: `model` was. */
  calledModel?: string;
  mode: Mode;
  /** The channel's options at the time of the submit. Absent: it had none, or this is about a lookup or a callback. */
  options?: ChannelOptions;
}

/** A call of the provider that looks at many jobs. */
export interface ManyLooks {
  /** One call takes at most so many jobs. */
  max: number;
  /** Says whether the call could show the job; absent: it shows every one. */
  shows?(operation: Operation): boolean;
  poll(operations: readonly Operation[]): Call;
  /**
   * Cuts the reply into those that looks at each of the jobs alone would have had, in the order of `operations`, with
   * undefined for a job of which it says nothing. Undefined for a reply that is none of this call, as an error is.
   */
  split(reply: Reply, operations: readonly Operation[]): (Reply | undefined)[] | undefined;
}

/** A call that makes nothing and costs nothing, and whose reply shows whether host and credential are good. */
export interface Trial {
  /** The channel's options say which of several wires it speaks. Absent: it has none. */
  call(options?: ChannelOptions): Call;
  read(reply: Reply): TrialReading;
}

/**
 * `well` = the provider itself took our credential. `denied` = the provider itself refused it. `astray` = what answers
 * there is not the provider. `unclear` = nothing follows from the reply: an overload, an outage, a proxy's refusal.
 */
export type TrialReading =
  | { means: 'well' }
  | { means: 'denied'; failure: Failure }
  | { means: 'astray' | 'unclear'; detail: string };

/** A provider whose own API is one of our dialects. */
export interface NativeWire {
  /** The dialect's name. */
  wire: string;
  /** Its own words for fields of a request. */
  names: FieldNames;
  /**
   * Turns the id under which callers of this API know the job, such as `cgt-20261128-abc`, into its operation, as
   * `operationId` turns it round. Undefined for a text that cannot be one: it may become part of a path that our
   * credential is sent to.
   */
  operationOf(id: string): Operation | undefined;
  /**
   * What a body in this wire asks for. Refused, with `invalid_request`, is only what could not be priced or bound to us:
   * a name in a spelling that another reader takes for one of ours, a callback that is no URL.
   */
  read(body: Uint8Array): NativeReading;
}

export interface Submission {
  /** The model's id as `models` has it. */
  model: string;
  /** The model's id on the wire, where that is another one. */
  calledModel?: string;
  applied: AppliedRequest;
  /** Our id of this attempt: the dedupe or lookup key where the provider has one. */
  attemptId: string;
  /** The URL to which the provider may post hints; absent when the gateway has no address it could reach. */
  callbackUrl?: string;
  /** The channel's options, where it has some. What later calls need of them goes into the operation. */
  options?: ChannelOptions;
  /** Bytes of every input given as a blob, by blob id. */
  blobs: ReadonlyMap<string, { mime: string; bytes: Uint8Array }>;
  /** The caller's own request, to be sent instead of `applied`: JSON text, and the jobs it names by their ids there. */
  native?: Omit<NativeRequest, 'wire' | 'body'> & { text: string };
}

/**
 * `refused` = the provider certainly made no job. `unknown` = it may have: never submitted again.
 * `scope` of a refusal: `retry` the same channel later, try the next `channel`, or `final` for the request. A retry
 * `until` a `slot` is free waits for the account's own jobs to end: nothing is wrong, so it has the job's whole time.
 * A retry `until` the host is `reached` waits only where no other channel is left.
 */
export type SubmitReading =
  | { state: 'accepted'; operation: Operation }
  | {
      state: 'refused';
      scope: 'retry' | 'channel' | 'final';
      until?: 'slot' | 'reached';
      failure: Failure;
      retryAfterMs?: number;
    }
  | { state: 'unknown'; detail: string };

export type Refusal = Extract<SubmitReading, { state: 'refused' }>;

/** `notFound` = the provider certainly does not know the attempt now; it may a moment later. */
export type FindReading = { operation: Operation } | { notFound: true } | { retry: true };

export interface SignedCallback {
  headers: Headers;
  body: Uint8Array;
  credentials: Record<string, string>;
  /** Unix milliseconds; a signature goes stale. */
  nowMs: number;
  /** The provider's published JWK set (RFC 7517), for one that signs with a key of its own. */
  publicKeys?: readonly Readonly<Record<string, unknown>>[];
}

/**
 * `transient` never ends a job. `gone` and `denied` do after a grace, and only an answer in the provider's own error
 * shape is one: whatever else a proxy between us says, JSON too, is `transient`. `empty` says succeeded and has no link
 * to a video; it ends the job after a grace, with that failure. `follow` is one more call of the same look, at most three
 * in a row, read by `readPoll` again. `files` of a succeeded verdict are outputs beside those that it links to.
 */
export type PollReading =
  | { kind: 'verdict'; verdict: Verdict; files?: readonly InlineFile[] }
  | { kind: 'follow'; call: Call }
  | { kind: 'transient'; detail: string; retryAfterMs?: number }
  | { kind: 'gone' | 'denied'; failure: Failure }
  | { kind: 'empty'; failure: Failure; usage?: Usage };

/** A result that stands in the reply itself. It is stored before the verdict is, which then has it as an output. */
export interface InlineFile {
  kind: Output['kind'];
  bytes: Uint8Array;
}

import type { Admin } from './admin';
import type { FieldNames } from './capabilities';
import type { RoutedModel } from './catalog';
import type { Answer, Principal } from './dialect';
import type { Call, Headers, Reply } from './exchange';
import type { Job } from './job';
import type { NativeCreation, NativeSaid, StoredReply } from './native';
import type { DeliveryReport } from './operations';
import type { FinalVerdict } from './outcome';
import type { ByteRange, RangeWish } from './range';
import type { AppliedRequest, Input, VideoRequest } from './request';
import type { Attempt, Milestone } from './store';
import type { UsageLogQuery, UsagePage, UsageSummary, UsageSummaryQuery } from './usage';

/** What one layer needs of another. `main` hands the implementations over; nobody imports them. */

// ---------------------------------------------------------------------------------------------- use cases

export interface Gateway {
  models(principal: Principal): readonly RoutedModel[];
  /** Prices, checks, stores and starts one job; answers what `render` makes of the new row, or the stored answer. */
  create(principal: Principal, creation: Creation): Promise<CreateAnswer>;
  /**
   * Throws `insufficient_balance` where no create of this caller could be paid for, so that nothing of it need be read.
   * A repeat under an earlier key, and whoever may use a free model, pass; `create` decides. It may be a moment late.
   */
  checkFunds(principal: Principal, idempotencyKey: string | undefined): Promise<void>;
  /** What `create` would hold and do, by the same function; nothing is stored and no balance is asked for. */
  quote(principal: Principal, draft: Draft): Promise<Quote>;
  /** Throws `not_found` for an unknown, deleted or foreign id, whatever its form. */
  get(principal: Principal, id: string): Promise<Job>;
  /**
   * The job once it has reached the milestone, or as it is after that long or when `signal` aborts. Without `ms` the
   * patience is the one that the config has for an answer of a provider.
   */
  waitFor(
    principal: Principal,
    id: string,
    until: Milestone,
    patience: { ms?: number; signal: AbortSignal },
  ): Promise<Job>;
  /**
   * `waitFor` of the door that has just created the job, and whether it waited at all. Undefined where the job cannot be
   * read or was deleted since a first create: it exists all the same, and the answer to its create still is one.
   */
  holdCreated(
    ...wait: Parameters<Gateway['waitFor']>
  ): Promise<{ job: Job; isHeld: boolean } | undefined>;
  /** The messages about a job, newest first, with their tries. */
  deliveries(principal: Principal, id: string): Promise<readonly DeliveryReport[]>;
  /** How the job's provider names it. */
  reference(job: Job): Promise<ProviderReference>;
  /** What such a job usually takes from acceptance to its end; undefined when its model is no longer configured. */
  estimate(job: Job): Promise<Estimate | undefined>;
  /** The longest that a door holds a request for its job's end. Milliseconds. */
  heldMsMax: number;
  list(principal: Principal, page: PageQuery): Promise<Page>;
  /** Deletes a finished job, asks for the cancel of an open one, throws `conflict` where a cancel cannot work. */
  remove(principal: Principal, id: string): Promise<{ job: Job; deleted: boolean }>;
  /** A finished job's file, or the part of it that is wanted. */
  content(
    principal: Principal,
    id: string,
    kind: FileKind,
    wish: RangeWish,
  ): Promise<ContentAnswer>;
  /** Finds what `get` finds, with what the provider said; a job that was made in another dialect is `not_found` too. */
  view(principal: Principal, wire: string, id: string): Promise<NativeView>;
  /** Jobs that were created in that dialect, newest first. */
  views(principal: Principal, wire: string, query: NativeQuery): Promise<NativeViews>;
  /**
   * For the door that has just created the job: waits, for `waits.nativeReplyMs` at most, until a provider has answered the
   * submit or the job has ended. Undefined when that cannot be read: the job exists all the same, and its id is an answer.
   */
  answered(
    principal: Principal,
    wire: string,
    job: { jobId: string; signal: AbortSignal },
  ): Promise<NativeView | undefined>;
  /**
   * Before a create is answered while its provider has not: the id to answer with, which every later answer and callback
   * has too. It is `id`, or the provider's own where one has accepted the job in the meantime.
   */
  giveOut(wire: string, job: { jobId: string; id: string }): Promise<string>;
  /**
   * Asks a provider about a job that this gateway did not create, by the provider's id; its reply as it came. Throws
   * `not_found` where no channel of the model allows it and for a job that somebody created here, `forbidden` without
   * the scope.
   */
  foreign(
    principal: Principal,
    wire: string,
    question: { id: string; model: string; ask: 'look' | 'cancel' },
  ): Promise<StoredReply>;
  readonly waits: DoorWaits;
  /** Our own signed link to a result. */
  link(job: Job, kind: FileKind): string;
  /** Workspaces, keys and secrets, for the scope `admin`. */
  admin: Admin;
  /** An access token for the key that asks; it may do what that key may, as long as that key may. */
  issueToken(principal: Principal): AccessToken;
  /** Ended requests, the latest first; deleted jobs too. */
  usageLog(principal: Principal, query: UsageLogQuery): Promise<UsagePage>;
  usageSummary(principal: Principal, query: UsageSummaryQuery): Promise<UsageSummary>;
}

/** Short-lived stand-ins for an API key. They say by which secret of which key, and nothing that the key's row says. */
export interface Tokens {
  issue(bearer: TokenBearer, now: number): AccessToken;
  /** Undefined for anything but an unexpired token of this installation. */
  verify(token: string, now: number): TokenBearer | undefined;
}

export interface TokenBearer {
  keyId: string;
  secretId: string;
}

export interface AccessToken {
  token: string;
  /** Unix milliseconds. */
  expiresAt: number;
}

/** What to answer to a create, and which job it made; a repeat names the job that the first request made. */
export interface CreateAnswer extends Answer {
  jobId: string;
}

/** How long a door may keep its caller waiting. Milliseconds. */
export interface DoorWaits {
  /** For the provider's answer to a create that passes through. */
  nativeReplyMs: number;
  /** For the verdict on a cancel. */
  cancelReplyMs: number;
}

/** A job as its pass-through dialect shows it. */
export interface NativeView {
  job: Job;
  said: NativeSaid | undefined;
  /** The last attempt, and the provider's answer to its submit. */
  attempt:
    (Pick<Attempt, 'state' | 'phase'> & { submitReply: StoredReply | undefined }) | undefined;
}

export interface NativeQuery {
  /** From 1. */
  page: number;
  size: number;
  /** How far back. */
  sinceMs: number;
  state?: 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'expired' | undefined;
  /** The public name or the provider's own. */
  model?: string | undefined;
  serviceTier?: string | undefined;
  /** In any form; empty = all. */
  ids: readonly string[];
}

export interface NativeViews {
  views: NativeView[];
  total: number;
}

export type FileKind = 'video' | 'last_frame';

/**
 * An input as a dialect reads it: a reference, or a data URL whose bytes the gateway stores first. `param` is the field
 * that an error about it names.
 */
export type InputSource =
  | Input
  | {
      role: Input['role'];
      media: { dataUrl: string; param: string } | { url: string; param: string };
    };

/** What a caller asks for, before it is known who asks and how the answer looks. */
export interface Draft {
  request: Omit<VideoRequest, 'inputs'> & { inputs: InputSource[] };
  /** The caller's spelling of each field, for errors. */
  names: FieldNames;
  callbackUrl?: { url: string; param: string } | undefined;
  metadata: Record<string, unknown>;
  echo: Record<string, unknown>;
}

export type Creation = Asked & (Draft | NativeDraft);

/**
 * The caller's own bytes, to be sent as they are. Their reading is for price and echo: what the model cannot honour is
 * left out of it, and the provider is the one who refuses.
 */
export interface NativeDraft {
  native: NativeCreation;
}

export interface Asked {
  dialect: string;
  /** `video` where callers know the job as `video_<hex>`; absent where they know it by its UUID. */
  idPrefix?: 'video' | 'task';
  idempotency: Idempotency | undefined;
  /** A quote's price holds for the very request that it was given for. */
  quote?: { id: string; param: string } | undefined;
  /** Set when a workflow asks, which runs already: nothing is started, and the job belongs to that workflow id. */
  workflowId?: string;
  render(job: Job): Answer;
}

export interface Quote {
  /** Binds price and request until `expiresAt`, Unix milliseconds. */
  id: string;
  expiresAt: number;
  /** Micro-points. */
  price: bigint;
  applied: AppliedRequest;
  /** The first choice's own id of the model. */
  providerModel: string;
}

/** `id` is null until a provider has accepted the job, and where the provider has no name for it. */
export interface ProviderReference {
  id: string | null;
  /** The provider's own id of the model. */
  model: string;
}

export interface Estimate {
  seconds: number;
  /** Measured over the model's latest finished jobs, or what its capabilities say while there are too few. */
  basis: 'finished_jobs' | 'model';
}

export interface Idempotency {
  key: string;
  route: string;
  fingerprint: string;
  /** Under which the same request may have been stored before, by another path of the same route. */
  alike?: readonly string[];
  /** The answer is kept for ever and not only for as long as clients repeat a request. */
  lasting?: true;
}

export interface PageQuery {
  limit: number;
  order: 'asc' | 'desc';
  after?: string | undefined;
  before?: string | undefined;
}

export interface Page {
  jobs: Job[];
  hasMore: boolean;
}

export interface ContentAnswer {
  /** 304 where the caller holds it already: its stream is empty. */
  status: 200 | 206 | 304;
  headers: Headers;
  stream: AsyncIterable<Uint8Array>;
}

// ---------------------------------------------------------------------------------------------- engine

/** Everything a workflow needs to know before its first activity; ids and numbers only. */
export interface JobPlan {
  jobId: string;
  /** Names the queue of the first submit. */
  provider: string;
  model: string;
  workspaceId: string;
  /** Unix milliseconds. */
  deadlineAt: number;
  waits: PlanWaits;
}

/** Named waits of the workflow, from config. Milliseconds. */
export interface PlanWaits {
  /** A POST is aborted after this. */
  sendMs: number;
  /** An unknown submit is looked up for this long. */
  unknownMs: number;
  /** A last look is retried for this long. */
  lastLookMs: number;
  /** One HTTP exchange of a poll or cancel. */
  exchangeMs: number;
  /** A cancel is retried for this long before the job's natural end decides. */
  cancelMs: number;
  /** A worker that is silent for this long in the middle of an activity has died; the activity is tried again. */
  heartbeatMs: number;
}

/** What is known of a job before the waits of the moment are added, and which workflow is the job's. */
export interface JobPlanSeed extends Omit<JobPlan, 'waits'> {
  workflowId: string;
  label: JobLabel;
}

/** What operators read on a job's workflow, besides its plan. It is no input, so no history depends on it. */
export interface JobLabel {
  /** The workspace's name when the job was made. */
  workspace: string;
  /** The channel of the job's first choice. */
  channel: string;
  dialect: string;
  /** Held, in micro-points. */
  price: bigint;
}

export interface Engine {
  /** Starts the job's workflow; one that already exists is the same start. */
  startJob(workflowId: string, plan: JobPlan, label: JobLabel): Promise<void>;
  /** A new run for an open job whose last run closed; one that still runs is left alone. */
  restartJob(
    workflowId: string,
    plan: JobPlan,
    label: JobLabel,
    mode: 'resume' | 'cancel',
  ): Promise<void>;
  jobRun(workflowId: string): Promise<'running' | 'terminated' | 'closed' | 'none'>;
  /** Ids of workflows whose runs closed unhappily since then, newest first; visibility, so seconds late. */
  closedJobs(sinceMs: number, limit: number): Promise<string[]>;
  cancelJob(workflowId: string): Promise<void>;
  /** Ends the job's wait with a verdict that is already stored; false when it does not wait (any more). */
  completeAwait(workflowId: string, state: FinalVerdict['state']): Promise<boolean>;
  /** Books an operator's end of a job: whatever runs for it is ended, and a run that only settles is started. */
  endJob(workflowId: string, plan: JobPlan, label: JobLabel): Promise<void>;
  /** Removes the closed runs of a workflow with their histories; false while one of them is still open. */
  forgetJob(workflowId: string): Promise<boolean>;
  /** Starts a delivery or a copy that does not run; what there is to do is said by the row, so a second start is none. */
  startDelivery(deliveryId: string): Promise<void>;
  startKeep(jobId: string): Promise<void>;
  /** Ends the pause of a delivery that runs. */
  redeliver(deliveryId: string): Promise<void>;
  /** Ends a delivery that runs. */
  stopDelivery(deliveryId: string): Promise<void>;
}

// ---------------------------------------------------------------------------------------------- outbound

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
}

/**
 * `not_sent` = provably before any request byte left (guard, DNS, connect, TLS, deadline). `no_reply` = it may have
 * arrived. The difference decides whether a submit may be sent again.
 */
export type CallResult =
  | { kind: 'reply'; reply: Reply; durationMs: number }
  | {
      kind: 'not_sent';
      /** `unsendable`: a header, so the key in it, holds what no header may. */
      reason: 'blocked' | 'unsendable' | 'connect' | 'deadline';
      detail: string;
    }
  | { kind: 'no_reply'; reason: 'timeout' | 'reset' | 'too_large' | 'aborted'; detail: string };

export interface Outbound {
  call(call: Call, options: CallOptions): Promise<CallResult>;
  /** Streams a file; follows no redirect by itself (at most three, each through the guard). */
  open(
    url: string,
    options: {
      headers: Headers;
      allowedOrigins: readonly string[];
      timeoutMs: number;
      signal?: AbortSignal;
    },
  ): Promise<{ status: number; headers: Headers; stream: AsyncIterable<Uint8Array> }>;
  /** Refuses, with a reason fit for the caller, a URL that a callback may not have. Resolves no name. */
  checkCallbackUrl(url: string): { ok: true } | { ok: false; problem: string };
  /**
   * Why a provider could not fetch an input from that URL, fit for the caller; undefined where nothing in it speaks
   * against it. `origins` are those that the operator wrote for the model's channels. Resolves no name.
   */
  inputProblem(url: string, origins: readonly string[]): string | undefined;
}

// ---------------------------------------------------------------------------------------------- blobs

/** Bytes by content: the id is the SHA-256 in hex. */
export interface Blobs {
  /** Stores a stream; throws `payload_too_large` past the limit and keeps nothing. */
  put(source: AsyncIterable<Uint8Array>, bytesMax: number): Promise<{ id: string; bytes: number }>;
  stat(id: string): Promise<{ bytes: number } | undefined>;
  /** Says that it is in use, as a put of the same bytes does; undefined when it is not there. */
  touch(id: string, now: number): Promise<{ bytes: number } | undefined>;
  /** A blob that is not there is told by the first read; ask `stat` before. */
  open(id: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  read(id: string): Promise<Uint8Array>;
  /**
   * Blobs that nobody has put or touched since `before`, in the order of their ids after that place. It looks at so
   * many places at most; `next` is where to go on, undefined at the end.
   */
  stale(
    before: number,
    walk: { after: string | undefined; looksMax: number },
  ): Promise<{ ids: string[]; next: string | undefined }>;
  /** Removes it unless somebody has put or touched it since `before`; says whether this call did. Repeatable. */
  remove(id: string, before: number): Promise<boolean>;
}

import type { AdminStore } from './admin';
import type { Attempt, Doubt } from './attempt';
import type { Billed } from './capabilities';
import type { DeliveryStore } from './delivery';
import type { Answer, Principal } from './dialect';
import type { Failure } from './errors';
import type { Reply } from './exchange';
import type { FrozenRoute, Job } from './job';
import type { LedgerStore } from './ledger';
import type { NativeRequest, StoredReply } from './native';
import type { OperationsStore } from './operations';
import type { Operation, Verdict } from './outcome';
import type { Creation, FileKind, JobPlanSeed, NativeQuery, Page, PageQuery } from './ports';
import type { SubmitReading } from './provider';
import type { RetentionStore } from './retention';
import type { AppliedRequest, VideoRequest } from './request';
import type { UsageLogQuery, UsagePage, UsageSummary, UsageSummaryQuery } from './usage';

/** The store port: what the rest of the program may ask of the rows. The guarantees are SQL's; see src/store. */

export type { Attempt } from './attempt';
export { DELIVERY_ENDS } from './delivery';
export type { DeliveryEnd, DeliveryRow, DeliveryStore, TryResult } from './delivery';

export interface NewJob {
  id: string;
  principal: Principal;
  dialect: string;
  request: VideoRequest;
  applied: AppliedRequest;
  metadata: Record<string, unknown>;
  echo: Record<string, unknown>;
  callbackUrl: string | undefined;
  native?: NativeRequest | undefined;
  price: bigint;
  routes: readonly [FrozenRoute, ...FrozenRoute[]];
  now: number;
  deadlineAt: number;
  idempotency: Creation['idempotency'];
  /** The id of a workflow that runs already; absent = one is to be started, as `startAs`. */
  workflowId: string | undefined;
  /** The id under which the caller knows the job; absent = the job's own. */
  startAs?: string;
  render(job: Job): Answer;
}

export type Created =
  | { kind: 'created'; job: Job; answer: Answer; workspace: string }
  | { kind: 'replayed'; jobId: string; answer: Answer }
  /** The key, or the workflow id, belongs to another request. */
  | { kind: 'mismatch' }
  | Short;

export type Short =
  | { kind: 'insufficient'; available: bigint }
  /** The key's budget: how much of it nothing holds and nothing has spent. */
  | { kind: 'over_budget'; left: bigint };

/** Why settle is called when the attempt carries no verdict of the provider. */
export type SettleReason =
  | { kind: 'verdict' }
  | { kind: 'failure'; failure: Failure }
  | { kind: 'canceled' }
  /** The job ends in the way that an operator has written on its row. */
  | { kind: 'ruled' };

/** `reply` is the provider's, where it is what ended the job. */
export type RenderEnd = (
  job: Job,
  eventId: string,
  reply: StoredReply | undefined,
) => string | Uint8Array;

/** An attempt with the replies that its provider gave. */
export interface Said {
  attempt: Attempt;
  submitReply: StoredReply | undefined;
  /** Of the last look. After the job's end only where that look is what ended it. */
  reply: StoredReply | undefined;
}

export interface Settled {
  job: Job;
  deliveryIds: string[];
  keep: boolean;
}

export interface JobStore {
  create(job: NewJob): Promise<Created>;
  /**
   * Why a create at that price would be refused now; undefined when it would not. Asked before files are stored for
   * it; only `create` itself decides.
   */
  shortOf(
    principal: Pick<Principal, 'workspaceId' | 'keyId'>,
    price: bigint,
  ): Promise<Short | undefined>;
  /** Counts one more try of a submit that could not be prepared; answers how many there were. */
  countUnprepared(id: string): Promise<number>;
  /** Was this idempotency key used by any request of the workspace, whatever that was? */
  isKeyUsed(workspaceId: string, key: string, now: number): Promise<boolean>;
  /**
   * What an earlier request under the same key was answered; undefined without a key or without such a request. Where
   * its job has been erased since, `render` makes the answer of what is left.
   */
  earlier(
    workspaceId: string,
    request: Pick<Creation, 'idempotency' | 'render'>,
    now: number,
  ): Promise<Extract<Created, { kind: 'replayed' | 'mismatch' }> | undefined>;
  get(workspaceId: string, id: string): Promise<Job | undefined>;
  list(workspaceId: string, page: PageQuery): Promise<Page>;
  /** For the engine's side, which has the id from our own start. */
  load(id: string): Promise<Job | undefined>;
  /** Open jobs only: queued, running -> canceling. Returns the row as it is then. */
  requestCancel(workspaceId: string, id: string, now: number): Promise<Job | undefined>;
  isCancelRequested(id: string): Promise<boolean>;
  /** Hides a terminal job at once; the sweep erases its texts and files. Usage and ledger stay. */
  markDeleted(workspaceId: string, id: string, now: number): Promise<void>;
  markStarted(id: string, now: number): Promise<void>;
  /**
   * Writes down that the create's caller got this id, unless a provider has accepted the job by now, whose own id is
   * the answer then. Says which id was given out before or is given out now: undefined is the provider's.
   */
  giveOut(id: string, given: string): Promise<string | undefined>;
  settle(
    id: string,
    reason: SettleReason,
    now: number,
    renderCallback: RenderEnd,
  ): Promise<Settled>;
  /** By the provider's handle. Undefined for one of another workspace and for a deleted job. */
  byOperation(
    workspaceId: string,
    provider: string,
    operation: Operation,
  ): Promise<Job | undefined>;
  /** One page of the jobs that were created in that dialect, those left out that a provider refused. */
  listNative(
    workspaceId: string,
    dialect: string,
    query: Omit<NativeQuery, 'ids' | 'sinceMs'> & {
      /** Unix milliseconds. */
      since: number;
      /** Ours, or handles at a provider; empty = all. */
      ids: readonly (string | Operation)[];
    },
  ): Promise<{ jobs: Job[]; total: number }>;
}

export interface AttemptStore {
  latest(jobId: string): Promise<Attempt | undefined>;
  /** Inserts the row `sending` BEFORE any POST. Null when another try was faster, or the job ended or is to be canceled. */
  open(attempt: {
    id: string;
    job: Job;
    number: number;
    channel: string;
    provider: string;
    model: string;
    billed: Billed;
    callbackTokenHash: string;
    sendingAt: number;
    sendDeadline: number;
  }): Promise<Attempt | null>;
  /** A refused attempt is sent again: refused -> sending. Its new number of sends; undefined when it was not refused any more, or as `open`. */
  reopen(
    id: string,
    times: { callbackTokenHash: string; sendingAt: number; sendDeadline: number },
  ): Promise<number | undefined>;
  /**
   * sending | unknown -> the reading. An accepted row is never changed, and neither is that of a later send when the
   * reading belongs to the one numbered `send`; but the provider's own answer is added to it when a callback was
   * faster. Returns the row as it is then. An operation that another attempt of the channel has is not taken: the row
   * stays in doubt, `unknown`.
   */
  recordSubmit(
    id: string,
    reading: SubmitReading & { reply?: Reply },
    now: number,
    send?: number,
  ): Promise<Attempt>;
  /**
   * Stores a look: phase, progress, the reply where it changed, and a final verdict once. A verdict on a job that was
   * given up is booked as a late one, at our cost. Ids of the deliveries that tell the caller of a state which the
   * provider shows for the first time; only callers of a pass-through dialect are told of states before the end.
   */
  recordLook(
    id: string,
    look: { verdict: Verdict; reply: Reply | undefined; now: number },
  ): Promise<string[]>;
  /**
   * Stores a look that ends no job by itself, with the moment of the look as `since`; answers since when every look was
   * one of that kind, Unix milliseconds. Any other look ends the row. A job that is said to have succeeded is shown as
   * running meanwhile.
   */
  recordDoubt(id: string, doubt: Doubt): Promise<number>;
  /** Ends such a row without anything that a look would store. */
  endDoubt(id: string): Promise<void>;
  byCallbackToken(hash: string): Promise<Attempt | undefined>;
  /** Does any job of any workspace, deleted ones included, go by this handle? */
  isKnown(provider: string, operation: Operation): Promise<boolean>;
  /** The latest attempt of each job that has one. */
  said(jobIds: readonly string[]): Promise<ReadonlyMap<string, Said>>;
  /**
   * Median run time of recent successes of that model in milliseconds; undefined with fewer than five. Measured anew
   * after a while, `usualMemoMs`.
   */
  usualMs(provider: string, model: string): Promise<number | undefined>;
}

export interface KeepStore {
  /** Undefined when there is nothing (more) to keep. `since`: when this round of tries began, Unix milliseconds. */
  pending(
    jobId: string,
  ): Promise<
    { workspaceId: string; channel: string; outputs: Job['outputs']; since: number } | undefined
  >;
  /** The copy is not tried any more, until an operator asks for it again. */
  giveUp(jobId: string, because: string, now: number): Promise<void>;
  /** Gives up copies that were started before that moment and have not ended; the number of copies. */
  endOverdue(startedBefore: number, now: number): Promise<number>;
  record(
    jobId: string,
    files: readonly { kind: FileKind; blob: string; bytes: number; mime: string }[],
    now: number,
  ): Promise<void>;
  /**
   * Marks an ended job for review, its result cannot be fetched for this reason, and says whether this call did: one
   * that waits for review already stays as it is. Storing the copy ends it.
   */
  noteUnfetched(jobId: string, detail: string): Promise<boolean>;
  files(
    workspaceId: string,
    jobId: string,
  ): Promise<readonly { kind: FileKind; blob: string; bytes: number; mime: string }[]>;
  /** The channel whose origins serve this job's result links. */
  channelOf(workspaceId: string, jobId: string): Promise<string | undefined>;
}

export interface SweepStore {
  /**
   * Open jobs without a running workflow as far as the rows can tell: at most `limit` that were never started and at
   * most `limit` that are past their deadline. A job in review is among them from its deadline on, at its own pace.
   */
  startable(now: number, queuedForMs: number, limit: number): Promise<JobPlanSeed[]>;
  /** Open jobs that an operator has ended and whose end is not booked yet. */
  ruled(limit: number): Promise<JobPlanSeed[]>;
  unstartedDeliveries(now: number, ageMs: number, limit: number): Promise<string[]>;
  unstartedKeeps(now: number, ageMs: number, limit: number): Promise<string[]>;
  markDeliveryStarted(id: string, now: number): Promise<void>;
  markKeepStarted(jobId: string, now: number): Promise<void>;
  /** The seeds of these workflows' jobs, without those that are finished, wait for review, or were never made. */
  seeds(workflowIds: readonly string[], now: number): Promise<JobPlanSeed[]>;
  /** Open jobs whose cancel was asked for longer ago than that, the latest wish first, at most `limit`. */
  cancelable(now: number, ageMs: number, limit: number): Promise<JobPlanSeed[]>;
  /** Deletes the answers that no repeat may get any more, oldest first, at most `limit`; says how many. */
  forgetAnswers(now: number, limit: number): Promise<number>;
  /**
   * Attempts of jobs that ended without the provider's word, for one more deadline, those without a verdict only; each
   * at most once per pause.
   */
  takeLate(now: number, pauseMs: number, limit: number): Promise<Attempt[]>;
  /**
   * Those of these stored files that no row names. Rows that say no more than that a workspace sent a file before that
   * moment, and whose job was never made, go first.
   */
  unnamedBlobs(ids: readonly string[], before: number): Promise<string[]>;
  /**
   * Counts a restart and says whether it may still be made. Past the limit the job goes to review, and from its deadline
   * on it may be restarted all the same, once per `reviewMs`.
   */
  countRestart(jobId: string, count: RestartCount): Promise<boolean>;
}

export interface RestartCount {
  restartsMax: number;
  /** Unix milliseconds. */
  now: number;
  reviewMs: number;
}

export interface InputStore {
  /** Remembers that this workspace holds that blob, and that it sent it now. */
  add(
    workspaceId: string,
    blob: { id: string; bytes: number; mime: string },
    now: number,
  ): Promise<void>;
  has(workspaceId: string, blobId: string): Promise<boolean>;
}

/** Undefined for a key that is unknown, revoked or expired, and for one whose workspace is disabled. */
export interface KeyStore {
  /** By the SHA-256 of the whole key, in hex. */
  find(hash: string, now: number): Promise<KeyPrincipal | undefined>;
  /**
   * By what an access token says. It ends with the secret that it was issued for, however long its own life would be
   * and whatever other secrets the key has.
   */
  findById(id: string, secretId: string, now: number): Promise<KeyPrincipal | undefined>;
  /** Says which of these hashes are of a key's secret, also of one that has ended. */
  existing(hashes: readonly string[]): Promise<ReadonlySet<string>>;
  /** Writes when the key was last used, at most once a minute. */
  markUsed(id: string, now: number): Promise<void>;
}
/** `secretId` tells the secrets of one key apart, and is nothing to guess a secret by. */
export type KeyPrincipal = Principal & { keyId: string; secretId: string };

export interface WorkspaceStore {
  /** By id when the text is one, else by name; a disabled one is not found. */
  find(idOrName: string): Promise<{ id: string; group: string } | undefined>;
}

/**
 * What a door may wait for, each past the one before: a provider has accepted the job (perhaps by a callback), its
 * answer to the submit is there, the job has ended.
 */
export const MILESTONES = ['accepted', 'answered', 'ended'] as const;
export type Milestone = (typeof MILESTONES)[number];

export interface ChangeStore {
  /** True once the job has reached it; false after that many milliseconds, or as soon as `signal` aborts. */
  wait(jobId: string, until: Milestone, ms: number, signal?: AbortSignal): Promise<boolean>;
}

/** Reads of the rows that settling writes. */
export interface UsageStore {
  log(workspaceId: string, query: UsageLogQuery): Promise<UsagePage>;
  summary(workspaceId: string, query: UsageSummaryQuery): Promise<UsageSummary>;
}

export interface Store {
  jobs: JobStore;
  attempts: AttemptStore;
  deliveries: DeliveryStore;
  keeps: KeepStore;
  sweep: SweepStore;
  retention: RetentionStore;
  operations: OperationsStore;
  inputs: InputStore;
  keys: KeyStore;
  workspaces: WorkspaceStore;
  ledger: LedgerStore;
  usage: UsageStore;
  changes: ChangeStore;
  admin: AdminStore;
}

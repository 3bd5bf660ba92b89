import type { BudgetShortage } from '../../money/budgets';
import type { Pauses } from './rates';
import type { Principal } from '../../api/principal';
import type { AppliedRequest, VideoRequest } from '../../request/request';
import type { NativeRequest, StoredReply } from '../../provider/native';
import type { Attempt } from '../../provider/attempt';
import type { FrozenRoute, Job } from '../../job/job';
import type { Creation } from '../../job/creation';
import type { TraceContext } from '../../job/trace';
import type { Answer } from '../../api/answer';
import type { JobPricing } from '../../money/charge';
import type { Failure } from '../../errors';
import type { Page, PageQuery } from '../../job/page';
import type { Operation } from '../../job/outcome';
import type { Granted } from './slots';
import type { NativeQuery } from '../../job/native-view';

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
  /** What the price was made from, for settle. */
  pricing: JobPricing;
  routes: readonly [FrozenRoute, ...FrozenRoute[]];
  now: number;
  deadlineAt: number;
  /** Unix milliseconds; the job is canceled when no provider has it by then. */
  startBy?: number | undefined;
  /** Its place in a trace, where there is one. */
  trace?: TraceContext | undefined;
  /** The `X-Request-Id` of its request; absent where a workflow asks. */
  requestId?: string | undefined;
  idempotency: Creation['idempotency'];
  /** The id of a workflow that runs already; absent = one is to be started, as `startAs`. */
  workflowId: string | undefined;
  /** The id under which the caller knows the job; absent = the job's own. */
  startAs?: string;
  render(job: Job): Answer;
}

export type CreateResult =
  | { kind: 'created'; job: Job; answer: Answer }
  | { kind: 'replayed'; jobId: string; answer: Answer }
  /** The key, or the workflow id, belongs to another request. */
  | { kind: 'mismatch' }
  | Shortage;

export type Shortage = { kind: 'insufficient'; available: bigint } | BudgetShortage;

/** Why settle is called when the attempt carries no verdict of the provider. */
export type SettleReason =
  | { kind: 'verdict' }
  | { kind: 'failure'; failure: Failure }
  | { kind: 'canceled' }
  /** No provider had it when its caller's start deadline came. */
  | { kind: 'unstarted' }
  /** The job ends in the way that an operator has written on its row. */
  | { kind: 'ruled' };

/** How a job ended: itself as callers see it, its last attempt, and the provider's reply where that is what ended it. */
export interface JobEnd {
  job: Job;
  attempt: Attempt | undefined;
  eventId: string;
  reply: StoredReply | undefined;
}

export type RenderEnd = (end: JobEnd) => string | Uint8Array;

export interface SettleResult {
  job: Job;
  /** This settle ended the job; false where an earlier one had. */
  isNew: boolean;
  deliveryIds: string[];
  keep: boolean;
  /** Jobs whose turn came because this one ended. */
  granted: Granted[];
}

export interface JobStore {
  create(job: NewJob): Promise<CreateResult>;
  /**
   * Says why a create at that price would be refused now; undefined when it would not. Asked before files are stored
   * for it; only `create` itself decides.
   */
  shortOf(
    principal: Pick<Principal, 'workspaceId' | 'keyId'>,
    wish: { price: bigint; now: number },
  ): Promise<Shortage | undefined>;
  /** Counts one more try of a submit that could not be prepared; answers how many there were. */
  countUnprepared(id: string): Promise<number>;
  /** Says whether this idempotency key was used by any request of the workspace, whatever that was. */
  isKeyUsed(workspaceId: string, key: string, now: number): Promise<boolean>;
  /**
   * Returns what an earlier request under the same key was answered; undefined without a key or without such a request.
   * Where its job has been erased since, `render` makes the answer of what is left.
   */
  earlier(
    workspaceId: string,
    request: Pick<Creation, 'idempotency' | 'render'>,
    now: number,
  ): Promise<Extract<CreateResult, { kind: 'replayed' | 'mismatch' }> | undefined>;
  get(workspaceId: string, id: string): Promise<Job | undefined>;
  /** Finds those of these jobs that the workspace has and has not deleted, in no order. */
  several(workspaceId: string, ids: readonly string[]): Promise<Job[]>;
  list(workspaceId: string, page: PageQuery): Promise<Page>;
  /** Says whether the workspace has this job or has deleted it, so that a list may begin or end there. */
  has(workspaceId: string, id: string): Promise<boolean>;
  /** Returns a job by our own id, whoever's it is, for the engine's side: there the id comes from our own start. */
  load(id: string): Promise<Job | undefined>;
  /** Reads a job together with its latest attempt, if it has one. */
  withAttempt(
    id: string,
  ): Promise<{ job: Job; attempt: Attempt | undefined; pauses: Pauses } | undefined>;
  /**
   * Writes the wish to cancel on an open job's row: queued and running become canceling. Returns the row as it is then.
   */
  requestCancel(workspaceId: string, id: string, now: number): Promise<Job | undefined>;
  isCancelRequested(id: string): Promise<boolean>;
  /** Hides a terminal job at once; the sweep erases its texts and files. Usage and ledger stay. */
  markDeleted(workspaceId: string, id: string, now: number): Promise<void>;
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
  ): Promise<SettleResult>;
  /** Returns the job that a provider's handle names; undefined for one of another workspace and for a deleted job. */
  byOperation(
    workspaceId: string,
    provider: string,
    operation: Operation,
  ): Promise<Job | undefined>;
  /** Lists one page of the jobs that were created in that dialect, those left out that a provider refused. */
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

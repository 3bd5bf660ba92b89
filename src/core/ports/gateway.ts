import type { Principal } from '../api/principal';
import type { RoutedModel } from '../catalog/catalog';
import type { CreateAnswer, Creation } from '../job/creation';
import type { Draft } from '../request/draft';
import type { Quote } from '../money/quote';
import type { Job } from '../job/job';
import type { Milestone } from './store/changes';
import type { DeliveryReport } from '../operator/operations';
import type { ProviderReference } from '../job/reference';
import type { Page, PageQuery } from '../job/page';
import type { ContentAnswer, FileKind } from '../job/files';
import type { RangeWish } from '../media/range';
import type { NativeQuery, NativeView, NativeViews } from '../job/native-view';
import type { StoredReply } from '../provider/native';
import type { Admin } from '../operator/admin';
import type { Waits } from '../settings/waits';
import type { AccessToken } from './tokens';
import type { UsageLogQuery, UsagePage, UsageSummary, UsageSummaryQuery } from '../money/usage';

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
  /** Returns what `create` would hold and do, by the same function; nothing is stored and no balance is asked for. */
  quote(principal: Principal, draft: Draft): Promise<Quote>;
  /** Throws `not_found` for an unknown, deleted or foreign id, whatever its form. */
  get(principal: Principal, id: string): Promise<Job>;
  /**
   * Returns the job once it has reached the milestone, or as it is after that long or when `signal` aborts. Without
   * `ms` the patience is the one that the config has for an answer of a provider.
   */
  waitFor(
    principal: Principal,
    id: string,
    until: Milestone,
    patience: { ms?: number; signal: AbortSignal },
  ): Promise<Job>;
  /**
   * Does what `waitFor` does, for the endpoint that has just created the job, and says whether it waited at all.
   * Returns undefined where the job cannot be read or was deleted since a first create: it exists all the same, and the
   * answer to its create still is one.
   */
  holdCreated(
    ...wait: Parameters<Gateway['waitFor']>
  ): Promise<{ job: Job; isHeld: boolean } | undefined>;
  /** Lists the messages about a job, newest first, with their tries. */
  deliveries(principal: Principal, id: string): Promise<readonly DeliveryReport[]>;
  /** Returns how the job's provider names it. */
  reference(job: Job): Promise<ProviderReference>;
  /**
   * Estimates what such a job usually takes from acceptance to its end; undefined when its model is no longer
   * configured.
   */
  estimate(job: Job): Promise<Estimate | undefined>;
  /** Milliseconds that an endpoint holds a request for its job's end at most. */
  heldMsMax: number;
  list(principal: Principal, page: PageQuery): Promise<Page>;
  /** Deletes a finished job, asks for the cancel of an open one, throws `conflict` where a cancel cannot work. */
  remove(principal: Principal, id: string): Promise<{ job: Job; deleted: boolean }>;
  /** Opens a finished job's file, or the part of it that is wanted. */
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
   * Waits, for the endpoint that has just created the job, until a provider has answered the submit or the job has
   * ended; for `waits.nativeReplyMs` at most. Returns undefined when that cannot be read: the job exists all the same,
   * and its id is an answer.
   */
  answered(
    principal: Principal,
    wire: string,
    job: { jobId: string; signal: AbortSignal },
  ): Promise<NativeView | undefined>;
  /**
   * Returns the id to answer a create with while its provider has not answered; every later answer and callback has it
   * too. It is `id`, or the provider's own where one has accepted the job in the meantime.
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
  readonly waits: Pick<Waits, 'cancelReplyMs'>;
  /** Returns our own signed link to a result. */
  link(job: Job, kind: FileKind): string;
  /** Workspaces, keys and secrets, for the scope `admin`. */
  admin: Admin;
  /** Makes an access token for the key that asks; it may do what that key may, as long as that key may. */
  issueToken(principal: Principal): AccessToken;
  /** Lists ended requests, the latest first; deleted jobs too. */
  usageLog(principal: Principal, query: UsageLogQuery): Promise<UsagePage>;
  usageSummary(principal: Principal, query: UsageSummaryQuery): Promise<UsageSummary>;
}

export interface Estimate {
  seconds: number;
  /** Measured over the model's latest finished jobs, or what its capabilities say while there are too few. */
  basis: 'finished_jobs' | 'model';
}

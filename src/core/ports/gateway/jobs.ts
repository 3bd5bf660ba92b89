import type { Principal } from '../../api/principal';
import type { CreateAnswer, CreateOptions, Creation } from '../../job/creation';
import type { Job } from '../../job/job';
import type { Page, PageQuery } from '../../job/page';
import type { Preview } from '../../job/preview';
import type { ProviderReference } from '../../job/reference';
import type { DeliveryReport } from '../../operator/operations';
import type { Milestone } from '../store/changes';

/** Jobs of a caller, from their create to their delete. */
export interface Jobs {
  /** Prices, checks, stores and starts one job; answers what `render` makes of the new row, or the stored answer. */
  create(principal: Principal, creation: Creation): Promise<CreateAnswer>;
  /**
   * Returns what an earlier request under the same key was answered; undefined without a key or without such a request.
   * Throws `idempotency_mismatch` where that was another request.
   */
  repeated(
    principal: Principal,
    options: Pick<CreateOptions, 'idempotency' | 'render'>,
  ): Promise<CreateAnswer | undefined>;
  /** Says what such a create would do, and stores nothing; throws what the create would, but for want of points. */
  preview(principal: Principal, creation: Creation): Promise<Preview>;
  /**
   * Throws `insufficient_balance` where no create of this caller could be paid for, so that nothing of it need be read.
   * A repeat under an earlier key, and whoever may use a free model, pass; `create` decides. It may be a moment late.
   */
  checkFunds(principal: Principal, idempotencyKey: string | undefined): Promise<void>;
  /** Throws `not_found` for an unknown, deleted or foreign id, whatever its form. */
  get(principal: Principal, id: string): Promise<Job>;
  list(principal: Principal, page: PageQuery): Promise<Page>;
  /** Deletes a finished job, asks for the cancel of an open one, throws `conflict` where a cancel cannot work. */
  remove(principal: Principal, id: string): Promise<{ job: Job; deleted: boolean }>;
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
    ...wait: Parameters<Jobs['waitFor']>
  ): Promise<{ job: Job; isHeld: boolean } | undefined>;
  /** Milliseconds that an endpoint holds a request for its job's end at most. */
  heldMsMax: number;
  /** Milliseconds after which a caller is told to ask again how a job goes on. */
  pollAfterMs: number;
  /** Lists the messages about a job, newest first, with their tries. */
  deliveries(principal: Principal, id: string): Promise<readonly DeliveryReport[]>;
  /** Returns how the job's provider names it. */
  reference(job: Job): Promise<ProviderReference>;
  /**
   * Estimates what such a job usually takes from acceptance to its end; undefined when its model is no longer
   * configured.
   */
  estimate(job: Job): Promise<Estimate | undefined>;
}

export interface Estimate {
  seconds: number;
  /** Measured over the model's latest finished jobs, or what its capabilities say while there are too few. */
  basis: 'finished_jobs' | 'model';
}

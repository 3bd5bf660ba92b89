import type { QueuePlace } from '../slots/turns';
import type { Failure } from '../errors';
import type { NativeRequest } from '../provider/native';
import type { VideoFacts, Output, Usage } from './outcome';
import type { AppliedRequest, VideoRequest } from '../request/request';
import type { FrozenPrice } from '../money/terms';
import type { TraceContext } from './trace';

/**
 * A job is what a caller asks for. `canceling` = a cancel was asked for and the provider has not given its verdict;
 * the last four are terminal and never change again.
 */
export const JOB_STATES = [
  'queued',
  'running',
  'canceling',
  'succeeded',
  'failed',
  'canceled',
  'expired',
] as const;
export type JobState = (typeof JOB_STATES)[number];
export type TerminalState = 'succeeded' | 'failed' | 'canceled' | 'expired';

export function isTerminal(state: JobState): state is TerminalState {
  return state === 'succeeded' || state === 'failed' || state === 'canceled' || state === 'expired';
}

/**
 * A way to the provider, chosen at create and never re-read from a config that may have changed since (P4 "pinned").
 */
export interface FrozenRoute {
  channel: string;
  provider: string;
  /** The provider's own model id. */
  model: string;
  /** The model whose capabilities it has, where we know it under no id of its own. */
  like?: string | undefined;
  /** The version of the config that it was chosen by; absent in jobs from before there were versions. */
  config?: string | undefined;
  /** What the video costs the account that makes it this way; absent where no list price is known. */
  cost?: FrozenPrice | undefined;
  /** What is sent this way; absent: the job's own. The same video, in the words of another model. */
  applied?: AppliedRequest;
  /** The channel is a server of the operator's own, where a lost render costs nobody money. */
  selfHosted?: true;
  /** It is tried only where such a server has lost the job. */
  resubmit?: true;
}

/** Returns the id under which our tables have the model. */
export const knownModel = ({ model, like }: Pick<FrozenRoute, 'model' | 'like'>): string =>
  like ?? model;

/** Returns both names of a model for whoever reads what became of a submit; the second where it is another. */
export const namesOf = (
  route: Pick<FrozenRoute, 'model' | 'like'>,
): { model: string; calledModel?: string } =>
  route.like === undefined
    ? { model: route.model }
    : { model: route.like, calledModel: route.model };

/** The row as every reader sees it. Times are Unix milliseconds, money is micro-points. */
export interface Job {
  id: string;
  workspaceId: string;
  /** The key that asked for the job; null when a workflow did. */
  keyId: string | null;
  /**
   * The workflow that makes the job: the id that its dialect shows (`video_<hex>`), or the caller's own when it runs as
   * a child. Jobs from before that have their own id.
   */
  workflowId: string;
  dialect: string;
  state: JobState;
  model: string;
  request: VideoRequest;
  /** The request with every default resolved: what is priced, echoed and sent. */
  applied: AppliedRequest;
  /** The caller's own bytes, where these are sent instead of `applied`. */
  native?: NativeRequest | undefined;
  /** The id that a pass-through create gave out; absent where that was the provider's own, and in every other dialect. */
  givenId?: string | undefined;
  /** Unix milliseconds from which on nobody knows whether the provider took the job; absent where that is known. */
  inDoubtSince?: number | undefined;
  metadata: Record<string, unknown>;
  /** What the dialect wants back at rendering (an echoed request_id and the like). */
  echo: Record<string, unknown>;
  callbackUrl: string | undefined;
  /** 0..100 as the provider reports it; null where it reports none. */
  progress: number | null;
  failure: Failure | undefined;
  outputs: Output[];
  usage: Usage | undefined;
  /** What the video is like, where that is known; undefined until it is there. */
  made?: VideoFacts | undefined;
  /** The hold, frozen at create. */
  price: bigint;
  /** What was charged in the end; undefined until the job is terminal. */
  charged: bigint | undefined;
  /** The channels to try, in order of preference; never empty. */
  routes: readonly FrozenRoute[];
  /** Provider and channel of the attempt that counts: the first choice until another one accepted. */
  provider: string;
  channel: string;
  createdAt: number;
  /** Unix milliseconds at which the provider accepted the job. */
  startedAt: number | undefined;
  finishedAt: number | undefined;
  updatedAt: number;
  deadlineAt: number;
  /** Unix milliseconds; the job is canceled when no provider has it by then. */
  startBy?: number | undefined;
  /** The moment that it has for its next call at a channel with a rate limit, Unix milliseconds. */
  turnAt?: number | undefined;
  /** Its place in a trace; absent where nobody exported traces when it was made. */
  trace?: TraceContext | undefined;
  /** The `X-Request-Id` of the request that made it; absent where a workflow asked. */
  requestId?: string | undefined;
  /** The place among those that wait for a slot; absent for a job that does not wait, or was not asked about. */
  queue?: Pick<QueuePlace, 'place' | 'reason'> | undefined;
  /** The group that it was asked for in. */
  group: string;
}

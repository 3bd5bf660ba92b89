import type { FailureCode } from '../src/core/errors';
import type { TerminalState } from '../src/core/job/job';
import type { JobPlan } from '../src/core/job/plan';
import type { VideoRequestInput } from '../src/core/request/request';

/**
 * Everything that the API, operators' tools and other people's workflows need to know of ours: queue and workflow
 * names, inputs, results, failure types, search attributes. No logic; published as `reelay/workflows`.
 */

export type { JobPlan, PlanWaits } from '../src/core/job/plan';
export type { VideoRequestInput } from '../src/core/request/request';

/** Workflows, settle and sweep. */
export const VIDEO_QUEUE = 'video';
export const CALLBACKS_QUEUE = 'callbacks';
/** Returns the queue for submit, poll and cancel of one provider (`provider-ark`), on which its rate cap holds. */
export const providerQueue = (provider: string): string => `provider-${provider}`;

/** Its workflow id is the id that callers know the job by (`video_<hex>`), or the caller's own when it runs as a child. */
export const GENERATE_VIDEO = 'generateVideo';
export const DELIVER_CALLBACK = 'deliverCallback';
export const KEEP_RESULT = 'keepResult';
export const SWEEP = 'sweep';
export const SWEEP_SCHEDULE = 'reelay-sweep';

export const deliveryWorkflowId = (deliveryId: string): string => `delivery:${deliveryId}`;
export const keepWorkflowId = (jobId: string): string => `keep:${jobId}`;

/** Activity ids that operators and callbacks address. */
export const AWAIT_ACTIVITY = 'await';
export const ADMIT_ACTIVITY = 'admit';

/** Keyword search attributes, set at the start only. */
export const SEARCH_ATTRIBUTES = ['ReelayWorkspace', 'ReelayModel', 'ReelayProvider'] as const;

export type GenerateVideoInput = PlannedVideo | RequestedVideo;

/** How the gateway itself starts it, for a job whose row is stored. */
export interface PlannedVideo {
  plan: JobPlan;
  /**
   * How it is started again: `resume` reads the rows and goes on, `cancel` after a terminate, `end` books what an
   * operator has written on the job's row and asks no provider.
   */
  mode?: 'resume' | 'cancel' | 'end';
}

/**
 * How another workflow asks for a video. The workflow id is the idempotency key, for ever and over all workspaces: the
 * same id with the same request is the same job with the same outcome, however often it is retried, reset or started
 * again; with another request it fails. There is no API key in it: whoever may start workflows in this namespace is
 * trusted to name any workspace, so give access to the namespace to operators' own workers only.
 */
export interface RequestedVideo {
  /** Name or id; it pays. */
  workspace: string;
  /** Media by URL or by the id of a blob that the workspace has sent before; no bytes. */
  request: VideoRequestInput;
}

/** Type of the workflow, for `executeChild<GenerateVideo>(GENERATE_VIDEO, ...)`. */
export type GenerateVideo = (input: GenerateVideoInput) => Promise<GenerateVideoResult>;

/**
 * The options of `executeChild(GENERATE_VIDEO, ...)`. With these a cancel of the parent cancels the job and waits for
 * its end, and a parent that ends early asks for the cancel instead of cutting the bookkeeping off. Add a `workflowId`
 * of your own and `args: [RequestedVideo]`.
 */
export const CHILD_OPTIONS = {
  taskQueue: VIDEO_QUEUE,
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  parentClosePolicy: 'REQUEST_CANCEL',
} as const;

/**
 * The workflow completes with this, also for a cancel that came too late. Links are not in it, since they expire: the
 * API gives fresh ones for `jobId`. A job that was canceled ends the workflow as canceled; started again under the
 * same id it completes with `state: 'canceled'`.
 */
export interface GenerateVideoResult {
  jobId: string;
  state: TerminalState;
  code?: FailureCode;
  /** One sentence tells people why there is no video: what the code means, and the provider's own code. */
  message?: string;
  /** Length of the video, where it is known. */
  seconds?: number;
  /** Pixels, where they are known. */
  width?: number;
  height?: number;
}

/** `type` of the ApplicationFailure with which a job without a video ends; details[0] is a GenerateVideoResult. */
export const VIDEO_FAILED = 'VideoFailed';

/**
 * `type` of the ApplicationFailure when a RequestedVideo makes no job at all. None is retried by us; nothing was stored
 * and nothing held. The message is the API's own sentence, details[0] is `{ param }` where a field is at fault.
 */
export const REFUSALS = {
  /** No workspace of that name or id. */
  workspaceNotFound: 'WorkspaceNotFound',
  /** The model is not one that this workspace may use. */
  modelNotFound: 'ModelNotFound',
  /** The input is no VideoRequest, or the model cannot honour it. */
  invalidRequest: 'InvalidRequest',
  insufficientBalance: 'InsufficientBalance',
  /** This workflow id has a job for another request or workspace. */
  workflowIdTaken: 'WorkflowIdTaken',
} as const;

/** Why settle is called; the rows hold the rest. */
export type Ruling =
  | { kind: 'verdict' }
  | { kind: 'refused' }
  | { kind: 'failure'; code: FailureCode }
  | { kind: 'canceled' }
  /** No provider had it when its caller's start deadline came. */
  | { kind: 'unstarted' }
  /** An operator has written on the job's row how it ends. */
  | { kind: 'ruled' };

/** Which attempt is begun next, and on the queue of which provider. */
export interface NextSubmit {
  number: number;
  provider: string;
}

/** `channel` and `providerId` (`cgt-2026...`) are for people; histories from before have none. */
export type SubmitResult =
  | { state: 'accepted'; provider: string; channel?: string; providerId?: string }
  | ({ state: 'next' } & NextSubmit)
  /** It has no slot yet. `said` is for people: `place 12 on channel ark-cn, which runs as many jobs as it may`. */
  | { state: 'wait'; said: string }
  | { state: 'ended'; ruling: Ruling };

/**
 * How the wait ended; the rows hold the verdict. `unheard`: by us and without one, for that reason, though the provider
 * has the job.
 */
export interface AwaitResult {
  state: TerminalState;
  unheard?: FailureCode;
  /** The job is lost on a server of the operator's own, and is submitted again. */
  again?: NextSubmit;
}

/**
 * What cancel found: `ended` = nothing is left running; `running` = the natural end decides; `unresolved` = it is not
 * known yet whether the provider has the job.
 */
export type CancelResult =
  { state: 'ended'; ruling: Ruling } | { state: 'running' } | { state: 'unresolved' };

/** `heartbeatMs` is the wait of that name in PlanWaits. */
export interface DeliverCallbackInput {
  deliveryId: string;
  heartbeatMs: number;
}

export interface KeepResultInput {
  jobId: string;
  heartbeatMs: number;
}

export interface SweepInput {
  heartbeatMs: number;
}

/** `said` is for people: `HTTP 500 (try 2 of evt_018f... for job 018f...); next try at 2026-11-28T12:00:05Z`. */
export type DeliverResult =
  { done: true; said?: string } | { done: false; delayMs: number; said?: string };

/** Signals of a delivery. */
export const REDELIVER_SIGNAL = 'redeliver';
export const STOP_SIGNAL = 'stop';

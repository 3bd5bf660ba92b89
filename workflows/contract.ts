import type { FailureCode } from '../src/core/errors';
import type { TerminalState } from '../src/core/job';
import type { JobPlan } from '../src/core/ports';

/**
 * Everything that the API, operators' tools and other people's workflows need to know of ours: queue and workflow
 * names, inputs, results, failure types, search attributes. No logic; published as `reelay/workflows`.
 */

export type { JobPlan, PlanWaits } from '../src/core/ports';

/** Workflows, settle and sweep. */
export const VIDEO_QUEUE = 'video';
export const CALLBACKS_QUEUE = 'callbacks';
/** Submit, poll and cancel of one provider; where its rate cap holds. */
export const providerQueue = (provider: string): string => `provider-${provider}`;

/** Workflow id = job id. */
export const GENERATE_VIDEO = 'generateVideo';
export const DELIVER_CALLBACK = 'deliverCallback';
export const KEEP_RESULT = 'keepResult';
export const SWEEP = 'sweep';
export const SWEEP_SCHEDULE = 'reelay-sweep';

export const deliveryWorkflowId = (deliveryId: string): string => `delivery:${deliveryId}`;
export const keepWorkflowId = (jobId: string): string => `keep:${jobId}`;

/** Activity ids that operators and callbacks address. */
export const AWAIT_ACTIVITY = 'await';

/** Keyword search attributes, set at the start only. */
export const SEARCH_ATTRIBUTES = ['ReelayWorkspace', 'ReelayModel', 'ReelayProvider'] as const;

export interface GenerateVideoInput {
  plan: JobPlan;
  /** How the sweep starts it again: `resume` reads the rows and goes on, `cancel` after a terminate. */
  mode?: 'resume' | 'cancel';
}

/** The workflow completes with this, also for a cancel that came too late. */
export interface GenerateVideoResult {
  jobId: string;
  state: TerminalState;
  code?: FailureCode;
}

/** `type` of the ApplicationFailure with which a job without a video ends; details[0] is a GenerateVideoResult. */
export const VIDEO_FAILED = 'VideoFailed';

/** Why settle is called; the rows hold the rest. */
export type Ruling =
  | { kind: 'verdict' }
  | { kind: 'refused' }
  | { kind: 'failure'; code: FailureCode }
  | { kind: 'canceled' };

export type SubmitResult =
  | { state: 'accepted'; provider: string }
  | { state: 'next'; number: number; provider: string }
  | { state: 'ended'; ruling: Ruling };

/**
 * What cancel found: `ended` = nothing is left running; `running` = the natural end decides; `unresolved` = it is not
 * known yet whether the provider has the job.
 */
export type CancelResult =
  { state: 'ended'; ruling: Ruling } | { state: 'running' } | { state: 'unresolved' };

export type DeliverResult = { done: true } | { done: false; delayMs: number };

/** Signals of a delivery. */
export const REDELIVER_SIGNAL = 'redeliver';
export const STOP_SIGNAL = 'stop';

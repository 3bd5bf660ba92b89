import { ERRORS, type ErrorCode } from '../errors';
import type { Attempt } from '../provider/attempt';
import type { SubmitReading } from '../provider/provider';
import type { DeliveryEnd, TryResult } from '../job/delivery';
import type { TerminalState } from '../job/job';
import type { CallResult, ProviderCall } from './outbound';

/**
 * What happened, told to whoever counts it. Nothing here waits, fails or asks anything, so that it may stand in any
 * path. Names of models and channels are the config's; whoever counts folds all others into one.
 */
export interface Metrics {
  /** An exchange of the API is over; `api` and `route` are undefined for a path that belongs to none. */
  answered(answer: HttpAnswer): void;
  /** A request was refused by an error of the table, or a connection was closed as one too many. */
  refused(reason: RefusalReason): void;
  /** A job was created; a repeat that got the earlier answer is none. */
  created(model: string): void;
  /** A job has ended, in the one settle that ended it. */
  ended(job: { model: string; state: TerminalState; charged: bigint }): void;
  /** What a submit came to; `found` = it was in doubt and its job was found at the provider. */
  submitted(channel: string, result: SubmitCount): void;
  /** An exchange with a provider is over. */
  called(call: ProviderCall, result: CallResult, durationMs: number): void;
  /** A look begins so many milliseconds after the moment for which it was planned. */
  looked(channel: string, lagMs: number): void;
  /** A look waits so many milliseconds for its moment under the channel's rate limit. */
  spaced(channel: string, waitMs: number): void;
  /** A workflow of a job was asked for. */
  started(result: StartCount): void;
  /** A run of an open job had closed, and another was started. */
  restarted(mode: 'resume' | 'cancel'): void;
  /** A try of a delivery is over; `end` is set where it was the last one. */
  tried(result: TryResult, end: DeliveryEnd | undefined): void;
  /** A copy of a result is stored, or given up. */
  copied(result: 'kept' | 'gave_up'): void;
  /** A step of the sweep is over; it failed where `rows` is undefined. */
  sweptStep(step: string, rows: number | undefined): void;
  /** A whole sweep is over, at that Unix millisecond. */
  swept(at: number, durationMs: number): void;
}

export interface HttpAnswer {
  api: string | undefined;
  method: string;
  /** The route's path as it is declared, such as `/v1/videos/:id`: never the path that was asked for. */
  route: string | undefined;
  status: number;
  durationMs: number;
}

/** Connections past `limits.connections` or `limits.connectionsPerAddress` are refused before there is a request. */
export const REFUSAL_REASONS = [
  ...(Object.keys(ERRORS) as ErrorCode[]), // the table has no other keys
  'connections',
  'connections_of_address',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export type SubmitCount =
  'accepted' | 'refused_retry' | 'refused_channel' | 'refused_final' | 'unknown' | 'found';

/** `there` = a workflow of that id was there already; `exhausted` = the engine takes no more for now. */
export const START_COUNTS = ['started', 'there', 'exhausted', 'failed'] as const;
export type StartCount = (typeof START_COUNTS)[number];

/** Returns what is counted of a submit whose row says this now. */
export function submitCountOf(
  { state }: Pick<Attempt, 'state'>,
  reading: SubmitReading,
): SubmitCount {
  if (reading.state === 'refused') return `refused_${reading.scope}`;
  // An operation that another attempt has is not taken, and the submit stays in doubt.
  return reading.state === 'accepted' && state === 'accepted' ? 'accepted' : 'unknown';
}

const nothing = (): void => undefined;

/** Counts nothing, for tests and for processes that nobody asks. */
export const NO_METRICS: Metrics = {
  answered: nothing,
  refused: nothing,
  created: nothing,
  ended: nothing,
  submitted: nothing,
  called: nothing,
  looked: nothing,
  spaced: nothing,
  started: nothing,
  restarted: nothing,
  tried: nothing,
  copied: nothing,
  sweptStep: nothing,
  swept: nothing,
};

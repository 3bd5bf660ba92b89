import type { Job } from '../job/job';
import type { TraceContext } from '../job/trace';
import type { Headers } from '../provider/exchange';

/**
 * The spans of this process, told to whoever exports them. A process without traces has none of this: its ports are not
 * wrapped and nothing is loaded. Nothing here waits or fails on an exporter's account.
 *
 * What runs within `exchange` or `step` has one span of its own, which `join` may put into the trace of a job.
 */
export interface Traces {
  /** Runs `handle` as one exchange of the API. The function that is returned ends its span. */
  exchange(begun: BegunExchange, handle: () => void): (end: ExchangeEnd) => void;
  /**
   * Runs one step of a job. The step has a span from its begin on, once it has joined a job; `isWait` says that it
   * failed by design, to be tried again, and is told only where it called somebody.
   */
  step<Result>(name: StepName, run: () => Promise<Result>, how?: StepOptions): Promise<Result>;
  /** Runs a call to somebody else as a span of what runs; `run` gets the headers that carry the context on. */
  call<Result>(
    made: MadeCall,
    run: (context: Headers) => Promise<Result>,
    read: (result: Result) => CallEnd,
  ): Promise<Result>;
  /** Puts the step that runs into the trace of the job that it has read. Only the first job counts. */
  join(trace: TraceContext | undefined, facts: Facts): void;
  /** Returns the id of the trace in which it is called; undefined outside of one. */
  id(): string | undefined;
  /** Adds attributes to the span of what runs. */
  note(facts: Facts): void;
  /** Says that the step that runs has changed something, so that its span is told. */
  tell(): void;
  /** Makes the context of a job that what runs is about to create; undefined where nothing runs that has a span. */
  carry(): TraceContext | undefined;
  /** Tells the span of a whole job, from its create to its end. */
  ended(job: Job): void;
  /** Gives spans that wait to the exporter, for as long as the config says, and takes no more. */
  close(): Promise<void>;
}

/** Attributes of a span by OpenTelemetry's names or ours; never a prompt, a secret or a URL. */
export type Facts = Readonly<Record<string, string | number | undefined>>;

/** The steps of a job that have a span, by their activities. A `poll` is told only when it changed something. */
export type StepName =
  'accept' | 'submit' | 'poll' | 'lastLook' | 'cancel' | 'settle' | 'deliver' | 'keep';

export interface StepOptions {
  isWait?: (error: unknown) => boolean;
  /** The job of the step, where it is known before. */
  job?: { trace: TraceContext | undefined; facts: Facts };
}

export interface BegunExchange {
  method: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  requestId: string;
  /** It is about a job that is known later, by its token, and is told only then. */
  isHint: boolean;
}

export interface ExchangeEnd {
  /** The route's path as it is declared; undefined for what belongs to no API, which is not told. */
  route: string | undefined;
  status: number;
  facts: Facts;
}

export interface MadeCall {
  /** `POST submit`: few values. */
  name: string;
  facts: Facts;
}

export interface CallEnd {
  /** The HTTP status; undefined without an answer. */
  status: number | undefined;
  /** A class such as `timeout`; undefined with an answer. */
  problem: string | undefined;
}

/** Says whose result a copy is of. */
export const copyFacts = (of: { jobId: string; workspaceId: string; channel: string }): Facts => ({
  'reelay.job.id': of.jobId,
  'reelay.workspace.id': of.workspaceId,
  'reelay.channel': of.channel,
});

import { createHash } from 'node:crypto';
import { given } from '../../src/core/json/fields';
import type { NewSimulatedJob, SimulatedJob } from '../contract';
import type { Directives } from './directives';
import { OUTCOME_FAULTS, type FaultName } from './faults';
import { readJournal, startJournal, type Journal } from './journal';
import { createTally, type Tally } from './tallies';

/** A record is a job as it is remembered. Its state is not stored: it follows from the clock and the counts. */
export interface JobRecord extends Omit<NewSimulatedJob, 'seconds'> {
  provider: string;
  /** Seconds of video. */
  seconds: number;
  createdAt: number;
  /** Milliseconds from accept to running (`queuedMs`) and to the end (`runMs`). */
  queuedMs: number;
  runMs: number;
  directives: Directives;
  fault?: FaultName;
  /** GETs, DELETEs and callbacks seen so far; `told` counts the states a callback has announced. */
  gets: number;
  deletes: number;
  callbacks: number;
  told: number;
  /** Whether its callback address has answered the vendor's question; absent: it was not asked. */
  answered?: boolean;
  /** How often a call about it met its own fault. */
  faultsMet: number;
  /** The time at which a `polls=` job met its last look, in Unix milliseconds. */
  endedAt?: number;
  canceledAt?: number;
  removed?: boolean;
}

/** Submits of one prompt: how many arrived, how many made a job, how many met a fault. */
export interface PromptRecord {
  seen: number;
  accepted: number;
  faults: number;
}

export interface Jobs {
  add(record: JobRecord): void;
  get(id: string): JobRecord | undefined;
  all(): Iterable<JobRecord>;
  queued: Pick<Tally<JobRecord>, 'count'>;
  /** Counts jobs that are queued or running. */
  underWay: Pick<Tally<JobRecord>, 'count' | 'peak' | 'scopes' | 'restart'>;
  change(record: JobRecord, patch: Partial<JobRecord>): void;
  prompts(): ReadonlyMap<string, PromptRecord>;
  countPrompt(prompt: string, patch: (before: PromptRecord) => PromptRecord): PromptRecord;
  close(): void;
}

/** Beyond this many the oldest are forgotten. */
const JOBS_MAX = 100_000;
const NO_SUBMITS: PromptRecord = { seen: 0, accepted: 0, faults: 0 };

type Entry =
  | { job: JobRecord }
  | { id: string; patch: Partial<JobRecord> }
  | { prompt: string; counts: PromptRecord };

/** Opens the jobs of a folder, or of this process only, at `now` (Unix milliseconds). */
export function openJobs(folder: string | undefined, now: number): Jobs {
  const jobs = new Map<string, JobRecord>();
  const prompts = new Map<string, PromptRecord>();
  // Sound because only this file writes the journal.
  const entries = (folder === undefined ? [] : readJournal(folder)) as Entry[];
  for (const entry of entries) replay(entry, jobs, prompts);
  const journal = folder === undefined ? undefined : startJournal(folder, snapshot(jobs, prompts));
  return over(jobs, prompts, { journal, now });
}

function replay(
  entry: Entry,
  jobs: Map<string, JobRecord>,
  prompts: Map<string, PromptRecord>,
): void {
  if ('job' in entry) jobs.set(entry.job.id, entry.job);
  else if ('patch' in entry) {
    const job = jobs.get(entry.id);
    if (job) Object.assign(job, entry.patch);
  } else if ('counts' in entry) prompts.set(entry.prompt, entry.counts);
}

function snapshot(jobs: Map<string, JobRecord>, prompts: Map<string, PromptRecord>): Entry[] {
  return [
    ...[...jobs.values()].map((job) => ({ job })),
    ...[...prompts].map(([prompt, counts]) => ({ prompt, counts })),
  ];
}

function over(
  jobs: Map<string, JobRecord>,
  prompts: Map<string, PromptRecord>,
  { journal, now: start }: { journal: Journal | undefined; now: number },
): Jobs {
  const write = (entry: Entry): void => journal?.append(entry);
  const queued = createTally(queuedUntil);
  const underWay = createTally(underWayUntil);
  const tallies = [queued, underWay];
  const tally = (job: JobRecord, now: number): void => {
    for (const each of tallies) each.add(job, now);
  };
  for (const job of jobs.values()) tally(job, start);
  // What was under way between then and now is history, not a peak of this start.
  for (const each of tallies) each.restart(start);
  return {
    add: (job) => {
      write({ job });
      jobs.set(job.id, job);
      tally(job, job.createdAt);
      const oldest = forgetOldest(jobs);
      if (oldest) for (const each of tallies) each.forget(oldest);
    },
    queued,
    underWay,
    get: (id) => jobs.get(id),
    all: () => jobs.values(),
    change: (record, patch) => {
      Object.assign(record, patch);
      write({ id: record.id, patch });
      for (const each of tallies) each.change(record);
    },
    prompts: () => prompts,
    countPrompt: (prompt, patch) => {
      const counts = patch(prompts.get(prompt) ?? NO_SUBMITS);
      prompts.set(prompt, counts);
      write({ prompt, counts });
      forgetOldest(prompts);
      return counts;
    },
    close: () => journal?.close(),
  };
}

/** Forgets the oldest entry of a map that holds too many, and gives it. */
function forgetOldest<Value>(map: Map<string, Value>): Value | undefined {
  const [oldest] = map.size > JOBS_MAX ? map : [];
  if (oldest) map.delete(oldest[0]);
  return oldest?.[1];
}

/** Gives the Unix milliseconds from which the job is no longer queued. */
function queuedUntil(job: JobRecord): number {
  const waits = job.directives.polls === undefined ? job.queuedMs : 0;
  return Math.min(job.createdAt + waits, underWayUntil(job));
}

/** Gives the Unix milliseconds from which the job is neither queued nor running; Infinity = not as things are. */
export function underWayUntil(job: JobRecord): number {
  if (job.removed) return job.createdAt;
  if (job.canceledAt !== undefined) return job.canceledAt;
  if (!endOf(job)) return Infinity;
  if (job.directives.polls !== undefined) return job.endedAt ?? Infinity;
  return job.createdAt + Math.max(job.queuedMs, job.runMs);
}

/** Gives a job's run time where the prompt gives none: 3 to 6 s, the same for the same id. */
export function usualRunMs(id: string): number {
  return 3_000 + (createHash('sha256').update(id).digest().readUInt32BE(0) % 3_001);
}

/** The first part of a run is spent in the queue. */
export const QUEUED_SHARE = 0.15;

/** Gives the job as a provider sees it at `now`. */
export function jobAt(record: JobRecord, now: number): SimulatedJob {
  const { state, since } = stateAt(record, now);
  return {
    id: record.id,
    provider: record.provider,
    account: record.account,
    createdAt: record.createdAt,
    updatedAt: since,
    state,
    ...given({ beganAt: beganAt(record, now) }),
    progress: progressAt(record, state, now),
    seconds: record.seconds,
    width: record.width,
    height: record.height,
    fps: record.fps,
    seed: record.seed,
    data: record.data,
    ...(record.directives.usage === undefined ? {} : { usage: record.directives.usage }),
    ...(record.callbackUrl === undefined ? {} : { callbackUrl: record.callbackUrl }),
  };
}

function beganAt(record: JobRecord, now: number): number | undefined {
  const began = record.createdAt + (record.directives.polls === undefined ? record.queuedMs : 0);
  return began <= (record.canceledAt ?? now) ? began : undefined;
}

type State = SimulatedJob['state'];

function stateAt(record: JobRecord, now: number): { state: State; since: number } {
  const { createdAt, queuedMs, runMs, directives, canceledAt, endedAt } = record;
  if (canceledAt !== undefined) return { state: 'canceled', since: canceledAt };
  const end = endOf(record);
  if (directives.polls !== undefined) {
    return end && endedAt !== undefined
      ? { state: end, since: endedAt }
      : { state: 'running', since: createdAt };
  }
  const elapsed = now - createdAt;
  if (elapsed < queuedMs) return { state: 'queued', since: createdAt };
  if (!end || elapsed < runMs) return { state: 'running', since: createdAt + queuedMs };
  return { state: end, since: createdAt + runMs };
}

/** Gives the state in which the job ends; undefined for one that never does. */
function endOf(record: JobRecord): State | undefined {
  const outcomes: Readonly<Record<string, State | 'stuck'>> = OUTCOME_FAULTS;
  const outcome = outcomes[record.fault ?? ''] ?? 'succeeded';
  return outcome === 'stuck' ? undefined : outcome;
}

function progressAt(record: JobRecord, state: State, now: number): number {
  if (state === 'queued') return 0;
  if (state !== 'running') return 100;
  const share =
    record.directives.polls === undefined
      ? (now - record.createdAt) / record.runMs
      : record.gets / record.directives.polls;
  return Math.min(99, Math.floor(share * 100));
}

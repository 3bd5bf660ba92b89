import { randomBytes } from 'node:crypto';
import type { NewSimulatedJob, SimulatedJob, World } from '../contract';
import { CLIP } from './clip';
import { readDirectives } from './directives';
import {
  exchangeOf,
  isExchangeFault,
  strike,
  type Exchange,
  type ExchangeFault,
  type ExchangeKind,
} from './faults';
import type { GlobalFaults } from './global-faults';
import { jobAt, QUEUED_SHARE, underWayUntil, usualRunMs, type JobRecord, type Jobs } from './jobs';
import type { Limits } from './limits';
import type { Scope } from './tallies';

export interface WorldOptions {
  provider: string;
  jobs: Jobs;
  faults: GlobalFaults;
  limits: Limits;
  /** The exchange under way; faults that strike after the work leave a note on it. */
  exchange: Exchange;
  now: number;
  mediaUrl(record: JobRecord, kind: 'video' | 'last_frame'): string | undefined;
  /** Is told of each new job. */
  accepted(record: JobRecord): void;
}

/** Makes the simulator as one provider sees it during one exchange. */
export function createWorld(options: WorldOptions): World {
  const { provider, jobs, now } = options;
  const record = (account: string, id: string): JobRecord | undefined => {
    const found = jobs.get(id);
    const visible = found && !found.removed && found.provider === provider;
    return visible && found.account === account ? found : undefined;
  };
  const change = (id: string, patch: Partial<JobRecord>): void => {
    const found = jobs.get(id);
    if (!found) throw new Error(`there is no simulated job ${id}`);
    meet('cancel', found, options);
    jobs.change(found, { ...patch, deletes: found.deletes + 1 });
  };
  const all = (account: string): SimulatedJob[] =>
    [...jobs.all()]
      .filter((entry) => record(account, entry.id) !== undefined)
      .reverse()
      .map((entry) => jobAt(entry, now));
  return {
    now,
    randomId,
    accept: (job) => accept(job, options),
    find: (account, id) => shown(record(account, id), now),
    look: (account, id) => look(record(account, id), options),
    all,
    list: (account) => {
      const fault = options.faults.takeExchange('list');
      if (fault) strike(fault, options.exchange);
      return all(account).map((job) => worded(job, options.exchange));
    },
    countRequest: (account) => {
      options.limits.checkRequest(provider, account, now);
    },
    countQueued: (account) => jobs.queued.count({ provider, account }, now),
    countUnderWay: (account, model) =>
      jobs.underWay.count({ provider, account, ...(model === undefined ? {} : { model }) }, now),
    cancel: (id) => {
      change(id, { canceledAt: now });
    },
    remove: (id) => {
      change(id, { removed: true });
    },
    mediaUrl: (job, kind) => {
      const found = jobs.get(job.id);
      return found && options.mediaUrl(found, kind);
    },
    clip: () => CLIP,
  };
}

function shown(record: JobRecord | undefined, now: number): SimulatedJob | undefined {
  return record && jobAt(record, now);
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

function randomId(length: number): string {
  return [...randomBytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

function accept(job: NewSimulatedJob, options: WorldOptions): SimulatedJob {
  const { provider, jobs, faults, exchange, now } = options;
  const asked = readDirectives(job.prompt);
  const counts = jobs.countPrompt(job.prompt, (before) => ({ ...before, seen: before.seen + 1 }));
  const count = (scope: Scope): number => jobs.underWay.count(scope, now);
  options.limits.checkJob({ ...job, provider }, count, now);
  const own = isExchangeFault(asked.fault) ? asked.fault : undefined;
  const strikesHere = own && exchangeOf(own, asked.on) === 'submit';
  const meets = strikesHere && counts.faults < (asked.count ?? 1);
  const fault = meets ? own : faults.takeExchange('submit');
  if (meets) jobs.countPrompt(job.prompt, (before) => ({ ...before, faults: before.faults + 1 }));
  if (fault) strike(fault, exchange);

  const directives = { ...faults.takeForJob(), ...asked };
  const { seconds, fault: jobFault } = directives;
  const runMs = seconds === undefined ? usualRunMs(job.id) : seconds * 1_000;
  const asksMs = directives.queued === undefined ? undefined : directives.queued * 1_000;
  const waitsMs = slotWaitMs(job, options);
  const queuedMs = waitsMs > 0 ? waitsMs + (asksMs ?? 0) : asksMs;
  const record: JobRecord = {
    ...job,
    provider,
    seconds: job.seconds === -1 ? CHOSEN_SECONDS : job.seconds,
    createdAt: now,
    queuedMs: queuedMs ?? runMs * QUEUED_SHARE,
    runMs: runMs + (queuedMs ?? 0),
    directives,
    ...(jobFault === undefined ? {} : { fault: jobFault }),
    gets: 0,
    deletes: 0,
    callbacks: 0,
    told: 0,
    faultsMet: 0,
  };
  jobs.add(record);
  jobs.countPrompt(job.prompt, (before) => ({ ...before, accepted: before.accepted + 1 }));
  options.accepted(record);
  return jobAt(record, now);
}

/** No queue is longer than this, not even behind a job that never ends. */
const WAIT_MAX_MS = 7 * 86_400_000;

/**
 * Gives how long a new job waits until fewer than `runningAtOnce` of its account and model are left of those before it.
 * It is settled here: a job before it that is canceled or moved on later does not bring it forward. Jobs that go by looks
 * (`polls=`) take no slot.
 */
function slotWaitMs({ account, model }: NewSimulatedJob, options: WorldOptions): number {
  const { provider, jobs, limits, now } = options;
  const most = limits.runningAtOnce({ provider, model });
  if (most === Infinity) return 0;
  const ends = [...jobs.all()]
    .filter((one) => one.provider === provider && one.account === account && one.model === model)
    .filter((one) => one.directives.polls === undefined)
    .map((one) => underWayUntil(one))
    .filter((end) => end > now)
    .sort((one, other) => one - other);
  const free = ends[ends.length - most] ?? now;
  return Math.min(free - now, WAIT_MAX_MS);
}

/** The length of a video whose length was left to the model. */
const CHOSEN_SECONDS = 5;

function look(record: JobRecord | undefined, options: WorldOptions): SimulatedJob | undefined {
  if (!record) return undefined;
  const { jobs, exchange, now } = options;
  const gets = record.gets + 1;
  const { polls, gone, count, word } = record.directives;
  const ends = polls !== undefined && gets >= polls && record.endedAt === undefined;
  jobs.change(record, { gets, ...(ends ? { endedAt: now } : {}) });
  meet('poll', record, options);
  if (gone !== undefined && gets >= gone && gets < gone + (count ?? Infinity)) return undefined;
  const job = jobAt(record, now);
  return worded(word !== undefined && gets <= (count ?? 1) ? { ...job, word } : job, exchange);
}

/** Gives the job with the status word that a fault lets it be shown with. */
function worded(job: SimulatedJob, { act }: Exchange): SimulatedJob {
  if (act === 'no-status') return { ...job, word: null };
  return act === 'unknown-status' ? { ...job, word: UNHEARD_OF } : job;
}

/** A status word of no vendor's. */
const UNHEARD_OF = 'unheard-of';

/** Lets a call about one job meet its fault. */
function meet(kind: ExchangeKind, record: JobRecord, options: WorldOptions): void {
  const fault = takeFault(kind, record, options);
  if (fault) strike(fault, options.exchange);
}

/** Takes what disturbs the call: the job's own fault as often as it was told, else one that anybody may meet. */
function takeFault(
  kind: ExchangeKind,
  record: JobRecord,
  { jobs, faults }: WorldOptions,
): ExchangeFault | undefined {
  const { on, count, fault: own } = record.directives;
  const strikesHere = isExchangeFault(own) && exchangeOf(own, on) === kind;
  if (!strikesHere || record.faultsMet >= (count ?? 1)) return faults.takeExchange(kind);
  jobs.change(record, { faultsMet: record.faultsMet + 1 });
  return own;
}

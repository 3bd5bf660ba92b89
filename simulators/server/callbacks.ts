import { setMaxListeners } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Simulation, World } from '../contract';
import { CALLBACK_FAULTS } from './faults';
import { jobAt, type JobRecord, type Jobs } from './jobs';

/**
 * Posts a job's callbacks: one for queued, running and the end, each tried at most four times. A `polls=` job sends
 * none, and neither does a canceled one. What a restart missed is told at the start.
 */
export interface Callbacks {
  follow(record: JobRecord): void;
  stop(): Promise<void>;
}

export interface CallbackOptions {
  jobs: Jobs;
  simulations: Readonly<Record<string, Simulation>>;
  now: () => number;
  worldOf(provider: string): World;
  say(line: string): void;
}

/** A receiver has this long to answer. */
const ANSWER_MS = 5_000;
/** Waits before the three repeats. */
const REPEAT_MS = [500, 1_000, 2_000] as const;

export function createCallbacks(options: CallbackOptions): Callbacks {
  const stopping = new AbortController();
  // Every waiting job listens.
  setMaxListeners(0, stopping.signal);
  const underWay = new Set<Promise<void>>();
  return {
    follow: (record) => {
      if (!wantsCallbacks(record) || stopping.signal.aborted) return;
      const following = follow(record, options, stopping.signal).catch((error: unknown) => {
        if (!stopping.signal.aborted) options.say(`callbacks of ${record.id}: ${String(error)}`);
      });
      underWay.add(following);
      void following.finally(() => underWay.delete(following));
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(underWay);
    },
  };
}

function wantsCallbacks(record: JobRecord): boolean {
  return record.callbackUrl !== undefined && record.directives.polls === undefined;
}

async function follow(
  record: JobRecord,
  options: CallbackOptions,
  signal: AbortSignal,
): Promise<void> {
  const dueMs =
    record.fault === 'stuck' ? [0, record.queuedMs] : [0, record.queuedMs, record.runMs];
  for (const [index, due] of dueMs.entries()) {
    if (index < record.told) continue;
    await waitUntil(record.createdAt + due, options.now, signal);
    if (signal.aborted || record.canceledAt !== undefined || record.removed) return;
    if (!(await tell(record, options, signal))) return;
    options.jobs.change(record, { told: index + 1 });
  }
}

/** Posts one message as often as its fault says. False when the stop came first. */
async function tell(
  record: JobRecord,
  options: CallbackOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const simulation = options.simulations[record.provider];
  const message = simulation?.callback?.(
    jobAt(record, options.now()),
    options.worldOf(record.provider),
  );
  const url = record.callbackUrl;
  if (!message || url === undefined) return true;
  const repeats: Readonly<Record<string, number>> = CALLBACK_FAULTS;
  for (let copy = 0; copy < (repeats[record.fault ?? ''] ?? 1); copy += 1) {
    for (const repeatMs of [0, ...REPEAT_MS]) {
      await waitUntil(options.now() + repeatMs, options.now, signal);
      if (signal.aborted) return false;
      options.jobs.change(record, { callbacks: record.callbacks + 1 });
      if (await post(url, message, signal)) break;
    }
  }
  return true;
}

/** Waits by the simulator's clock, which a test may set. */
async function waitUntil(time: number, now: () => number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && now() < time) {
    await pause(Math.min(time - now(), LONGEST_PAUSE_MS), signal);
  }
}

/** How long a clock that jumps may stay unnoticed. */
const LONGEST_PAUSE_MS = 200;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(1, ms));
    signal.addEventListener('abort', done);
  });
}

/** Posts one message over a connection of its own, so that none outlives `stop`. True for a 2xx in time. */
function post(
  url: string,
  message: { headers: Record<string, string>; body: string },
  stopping: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const call = send(url, {
      method: 'POST',
      headers: { ...message.headers, 'content-length': Buffer.byteLength(message.body) },
      agent: false,
      signal: stopping,
    });
    const timer = setTimeout(() => call.destroy(new Error('no answer in time')), ANSWER_MS);
    call.on('close', () => {
      clearTimeout(timer);
    });
    call.on('error', () => {
      resolve(false);
    });
    call.on('response', (response) => {
      response.on('error', () => undefined);
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status <= 299);
    });
    call.end(message.body);
  });
}

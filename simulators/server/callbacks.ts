import { setMaxListeners } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Challenge, Simulation, World } from '../contract';
import { parseJson } from '../kit/parse';
import { CALLBACK_FAULTS } from './faults';
import { jobAt, type JobRecord, type Jobs } from './jobs';

/**
 * Posts a job's callbacks: one for queued, running and the end, each tried at most four times. A `polls=` job sends
 * none, and neither does a canceled one. What a restart missed is told at the start. A vendor that asks an address first
 * posts nothing to one that does not answer as it should, and says so nowhere.
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
  if (!(await isAnswered(record, options, signal))) return;
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

/** Asks the address once whether it wants to be called, where the vendor does that. */
async function isAnswered(
  record: JobRecord,
  options: CallbackOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const simulation = options.simulations[record.provider];
  const challenge = simulation?.challenge?.(options.worldOf(record.provider));
  if (!challenge || record.callbackUrl === undefined) return true;
  if (record.answered !== undefined) return record.answered;
  const answered = await ask(record.callbackUrl, challenge, signal);
  if (signal.aborted) return false;
  options.jobs.change(record, { answered });
  return answered;
}

async function ask(url: string, challenge: Challenge, signal: AbortSignal): Promise<boolean> {
  const answer = await post(url, challenge, signal);
  return answer?.isTaken === true && challenge.accepts(parseJson(answer.body));
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
      if ((await post(url, message, signal))?.isTaken) break;
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

/** An answer longer than this is none that anybody waits for. */
const ANSWER_BYTES_MAX = 65_536;

interface Answer {
  /** Whether its status is one of success. */
  isTaken: boolean;
  body: Uint8Array;
}

/** Posts one message over a connection of its own, so that none outlives `stop`. Undefined where no answer came in time. */
function post(
  url: string,
  message: { headers: Record<string, string>; body: string; answerMs?: number },
  stopping: AbortSignal,
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const call = send(url, {
      method: 'POST',
      headers: { ...message.headers, 'content-length': Buffer.byteLength(message.body) },
      agent: false,
      signal: stopping,
    });
    const answerMs = message.answerMs ?? ANSWER_MS;
    const timer = setTimeout(() => call.destroy(new Error('no answer in time')), answerMs);
    call.on('close', () => {
      clearTimeout(timer);
    });
    const nothing = (): void => {
      resolve(undefined);
    };
    call.on('error', nothing);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('error', nothing);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
      });
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        resolve({ isTaken: status >= 200 && status <= 299, body: Buffer.concat(chunks) });
      });
    });
    call.end(message.body);
  });
}

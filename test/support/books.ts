import { failure } from '../../src/core/errors';
import { newId } from '../../src/core/job/ids';
import type { FinalVerdict } from '../../src/core/job/outcome';
import type { JobPricing } from '../../src/core/money/charge';
import type { FrozenPrice } from '../../src/core/money/terms';
import type { AdminRows } from '../../src/core/ports/store/admin';
import { createdJob, newAttempt, newJob } from './database';
import type { TestDatabase, TestWorkspace } from './database';

/**
 * Makes the books of a month: jobs of some workspaces with every end that a month has, and what an operator books beside
 * them. What each did is counted here by sums of its own, in micro-points, which share nothing with the store's.
 */

/** What happened to one job, or was booked by hand, as an accountant would write it down. */
export interface Line {
  workspace: number;
  at: number;
  /** Kind of the entry, with the micro-points that it moves. */
  kind: string;
  available: bigint;
  held: bigint;
  spent: bigint;
}

/** What one job was in the end. */
export interface Ended {
  workspace: number;
  model: string;
  channel: string;
  at: number;
  tokens: number;
  charged: bigint;
  /** Micro-points; null where nobody knows. */
  cost: bigint | null;
  late?: { at: number; cost: bigint | null };
  refunded: { at: number; amount: bigint }[];
}

export interface Books {
  lines: Line[];
  jobs: Ended[];
}

/** A generator of numbers from 0 to below 1 that gives the same ones for the same seed (mulberry32). */
export function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Points for a video of each model, in micro-points of what it uses; the store has the same as terms. */
const MODELS = {
  clip: { perVideo: 2_500_000n, text: { perVideo: '2.5' } },
  film: { perSecond: 1_200_000n, text: { perSecond: '1.2' } },
  epic: { perToken: 910n, text: { perMillionTokens: '910' } },
} as const;
type Model = keyof typeof MODELS;
const MODEL_NAMES = Object.keys(MODELS) as Model[];
const CHANNELS = ['north', 'south'];
const DOLLARS_IN_POINTS = { of: 'points', factor: '100' } as const;

interface Drawn {
  model: Model;
  channel: string;
  seconds: number;
  tokens: number;
  /** What the provider counts in the end. */
  counted: number;
  isFixed: boolean;
}

function draw(random: () => number): Drawn {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T; // never empty
  const tokens = 1_000 + Math.floor(random() * 100_000);
  return {
    ...{ model: pick(MODEL_NAMES), channel: pick(CHANNELS), tokens },
    seconds: 3 + Math.floor(random() * 8),
    counted: Math.floor(tokens * pick([1, 1, 1, 0.5, 1.1, 3])),
    isFixed: random() < 0.2,
  };
}

function priceOf({ model, seconds, tokens }: Pick<Drawn, 'model' | 'seconds' | 'tokens'>): bigint {
  if (model === 'clip') return MODELS.clip.perVideo;
  if (model === 'film') return MODELS.film.perSecond * BigInt(seconds);
  return MODELS.epic.perToken * BigInt(tokens);
}

/** The account pays 7 dollars for a million tokens, at 100 points a dollar: 700 micro-points each. */
const costOf = (tokens: number): bigint => 700n * BigInt(tokens);

const END_SHARES = [
  ['succeeded', 0.8],
  ['failed', 0.06],
  ['failed-billed', 0.03],
  ['canceled', 0.04],
  ['timed-out', 0.02],
  ['late', 0.02],
  ['unreadable', 0.03],
] as const;
type EndName = (typeof END_SHARES)[number][0];

function drawEnd(number: number): EndName {
  let rest = number;
  for (const [name, share] of END_SHARES) {
    if (rest < share) return name;
    rest -= share;
  }
  return 'succeeded';
}

export interface Month {
  from: number;
  to: number;
}

/** Keeps the books of one workspace; everything in it happens one after the other. */
export async function keepBooks(
  database: TestDatabase,
  { workspace, index, jobs, month, random }: BookOptions,
): Promise<Books> {
  const books: Books = { lines: [], jobs: [] };
  const account = new Account(books, index);
  const step = Math.floor((month.to - month.from) / (jobs + 2));
  for (let number = 0; number < jobs; number += 1) {
    const at = month.from + step * (number + 1);
    // The last workspace is poor: some of its creates are refused, and some ends are more than it has.
    const amount = index === 2 ? 500_000_000n : 1_500_000_000n;
    if (number % 50 === 0) await topUp(database, { workspace, account, at, amount });
    if (number % 101 === 29) await topUpForATime(database, { workspace, account, at });
    if (number % 97 === 13 && account.available > 1_000_000n)
      await adjust(database, { workspace, account, at, amount: -1_000_000n });
    await oneJob(database, { workspace, account, at, random, step });
  }
  return books;
}

interface BookOptions {
  workspace: TestWorkspace;
  index: number;
  jobs: number;
  month: Month;
  random: () => number;
}

/** The accountant's own balance; one micro-point was there from the beginning. */
class Account {
  available = 1n;
  constructor(
    readonly books: Books,
    readonly workspace: number,
  ) {}
  move(
    at: number,
    kind: string,
    [available, held, spent]: readonly [bigint, bigint, bigint],
  ): void {
    this.available += available;
    this.books.lines.push({ workspace: this.workspace, at, kind, available, held, spent });
  }
}

interface Booking {
  workspace: TestWorkspace;
  account: Account;
  at: number;
  amount: bigint;
}

async function book(
  { store }: TestDatabase,
  { workspace, at }: Pick<Booking, 'workspace' | 'at'>,
  make: (rows: AdminRows, row: BookingFields) => Promise<unknown>,
): Promise<void> {
  const row = { workspaceId: workspace.id, idempotencyKey: newId(), byKeyId: null, now: at };
  const asked = { workspaceId: workspace.id, idempotency: undefined, now: at };
  await store.admin.once(asked, async (rows) => {
    await make(rows, row);
    return { status: 201 };
  });
}
type BookingFields = { workspaceId: string; idempotencyKey: string; byKeyId: null; now: number };

async function topUp(database: TestDatabase, booking: Booking): Promise<void> {
  const { account, at, amount } = booking;
  await book(database, booking, (rows, row) =>
    rows.topUp({ ...row, amount, note: null, expiresAt: null }),
  );
  account.move(at, 'top_up', [amount, 0n, 0n]);
}

/** Books points that end before anything is bought with them. */
async function topUpForATime(
  database: TestDatabase,
  { workspace, account, at }: Omit<Booking, 'amount'>,
): Promise<void> {
  const amount = 5_000_000n;
  const { ledger } = database.store;
  await book(database, { workspace, at }, (rows, row) =>
    rows.topUp({ ...row, amount, note: 'a gift', expiresAt: at + 1 }),
  );
  account.move(at, 'top_up', [amount, 0n, 0n]);
  for (const due of await ledger.dueTopUps(at + 2, 100)) {
    if (due.workspaceId === workspace.id) await ledger.expire(due, at + 2);
  }
  account.move(at + 2, 'expire', [-amount, 0n, 0n]);
}

async function adjust(database: TestDatabase, booking: Booking): Promise<void> {
  const { account, at, amount } = booking;
  await book(database, booking, (rows, row) => rows.adjust({ ...row, amount, note: 'a mistake' }));
  account.move(at, 'adjust', [amount, 0n, 0n]);
}

interface JobOptions {
  workspace: TestWorkspace;
  account: Account;
  at: number;
  random: () => number;
  step: number;
}

async function oneJob(database: TestDatabase, options: JobOptions): Promise<void> {
  const { workspace, account, at, random, step } = options;
  const drawn = draw(random);
  const end = drawEnd(random());
  const hold = priceOf(drawn);
  // South has no list price for clips, so nobody knows what those cost.
  const isKnown = !(drawn.channel === 'south' && drawn.model === 'clip');
  const made = newJob(workspace, {
    ...{ price: hold, now: at, deadlineAt: at + 3_600_000 },
    pricing: pricingOf(drawn),
    request: { model: drawn.model, prompt: 'p', inputs: [], passthrough: {} },
    routes: [routeOf(drawn, isKnown)],
  });
  if (account.available < hold) {
    const refused = await database.store.jobs.create(made);
    if (refused.kind !== 'insufficient') throw new Error(`a job without points: ${refused.kind}`);
    return;
  }
  const job = await createdJob(database, made);
  account.move(at, 'hold', [-hold, hold, 0n]);
  const ended = await endJob(database, { ...options, job, drawn, end, isKnown });
  const charged = chargedFor(drawn, end, hold, account.available);
  const endedAt = at + Math.floor(step / 2);
  const isSettle = end === 'succeeded' || charged > 0n;
  account.move(endedAt, isSettle ? 'settle' : 'release', [hold - charged, -hold, charged]);
  const line = lineOf({ drawn, end, isKnown, charged, at: endedAt, workspace: account.workspace });
  account.books.jobs.push({ ...line, ...(await ended.late?.()) });
  if (charged > 0n && random() < 0.03) await refund(database, options, job.id);
}

function pricingOf({ model, seconds, tokens, isFixed }: Drawn): JobPricing {
  return {
    terms: { rates: MODELS[model].text, currency: 'points', times: [] },
    used: { seconds, images: 0, inputSeconds: 0, tokens },
    ...{ isFixed, overHoldShare: '0.2' },
  };
}

function routeOf({ channel, seconds, tokens }: Drawn, isKnown: boolean) {
  const cost: FrozenPrice = {
    terms: { rates: { perMillionTokens: '7' }, currency: 'USD', times: [DOLLARS_IN_POINTS] },
    used: { seconds, images: 0, inputSeconds: 0, tokens },
  };
  return { channel, provider: 'paper', model: 'paper-1', ...(isKnown ? { cost } : {}) };
}

/** What the accountant expects: the count of the provider for `epic`, up to a fifth beyond the hold where it is there. */
function chargedFor(drawn: Drawn, end: EndName, hold: bigint, available: bigint): bigint {
  if (end !== 'succeeded' && end !== 'failed-billed') return 0n;
  if (drawn.model !== 'epic' || drawn.isFixed) return hold;
  const used = priceOf({ ...drawn, tokens: drawn.counted });
  const most = hold + hold / 5n;
  const wanted = used < most ? used : most;
  return wanted <= hold || available >= wanted - hold ? wanted : hold;
}

const BILLS = { canceled: false, rejected: false, failed: true };
const FREE = { canceled: false, rejected: false, failed: false };

interface EndOptions extends JobOptions {
  job: Awaited<ReturnType<typeof createdJob>>;
  drawn: Drawn;
  end: EndName;
  isKnown: boolean;
}

/** Ends the job in the store; `late` is what its provider says when it is over. */
async function endJob(database: TestDatabase, { job, drawn, end, isKnown, at, step }: EndOptions) {
  const { store } = database;
  const opened = await store.attempts.open(
    newAttempt(job, {
      ...{ channel: drawn.channel, sendingAt: at, sendDeadline: at + 60_000 },
      billed: end === 'failed-billed' ? BILLS : FREE,
    }),
  );
  if (!opened) throw new Error('the attempt was not opened');
  const operation = { taskId: job.id };
  await store.attempts.recordSubmit(opened.id, { state: 'accepted', operation }, at + 1);
  const usage = { tokens: drawn.counted, seconds: drawn.seconds };
  const succeeded: FinalVerdict = { state: 'succeeded', outputs: [], usage };
  const verdicts: Partial<Record<EndName, FinalVerdict>> = {
    succeeded,
    failed: { state: 'failed', failure: failure('provider_error') },
    'failed-billed': { state: 'failed', failure: failure('provider_error'), usage },
    canceled: { state: 'canceled' },
    unreadable: {
      state: 'failed',
      failure: failure('result_unreadable'),
      usage,
      undelivered: true,
    },
  };
  const verdict = verdicts[end];
  const look = (heard: FinalVerdict, now: number) =>
    store.attempts.recordLook(opened.id, { verdict: heard, reply: undefined, now });
  if (verdict) await look(verdict, at + 2);
  const reason = verdict
    ? ({ kind: 'verdict' } as const)
    : ({ kind: 'failure', failure: failure('timed_out') } as const);
  const endedAt = at + Math.floor(step / 2);
  await store.jobs.settle(job.id, reason, endedAt, () => '{}');
  if (end !== 'late') return {};
  return {
    async late() {
      await look(succeeded, endedAt + 1);
      const cost = isKnown ? costOf(drawn.counted) : null;
      return { late: { at: endedAt + 1, cost } };
    },
  };
}

function lineOf(of: {
  drawn: Drawn;
  end: EndName;
  isKnown: boolean;
  charged: bigint;
  at: number;
  workspace: number;
}): Ended {
  const { drawn, end, isKnown, charged, at, workspace } = of;
  const { model, channel, counted } = drawn;
  const isCounted = ['succeeded', 'failed-billed', 'unreadable'].includes(end);
  const isUnheard = end === 'timed-out' || end === 'late';
  const known = isUnheard ? null : isCounted ? (isKnown ? costOf(counted) : null) : 0n;
  return {
    ...{ workspace, model, channel, at, charged, refunded: [], cost: known },
    tokens: isCounted ? counted : 0,
  };
}

async function refund(
  database: TestDatabase,
  { workspace, account, at, step }: JobOptions,
  jobId: string,
): Promise<void> {
  const last = account.books.jobs.at(-1);
  if (!last) throw new Error('nothing to give back');
  const amount = last.charged / 2n + 1n;
  const when = at + Math.floor(step / 2) + 1;
  await book(database, { workspace, at: when }, (rows, row) =>
    rows.refund({ ...row, jobId, amount, note: 'a complaint' }),
  );
  last.refunded.push({ at: when, amount });
  account.move(when, 'refund', [amount, 0n, -amount]);
}

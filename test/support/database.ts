import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { newSecret } from '../../src/callbacks/secrets';
import { newId } from '../../src/core/job/ids';
import type { Job } from '../../src/core/job/job';
import { formatPoints } from '../../src/core/money/pricing';
import type { Attempt } from '../../src/core/provider/attempt';
import type {
  CreateResult,
  NewJob,
  SettleResult,
  SettleReason,
} from '../../src/core/ports/store/jobs';
import type { KeyPrincipal } from '../../src/core/ports/store/keys';
import type { Store } from '../../src/core/ports/store/store';
import { NO_CAPS } from '../../src/core/slots/caps';
import { createStore } from '../../src/store';
import { createChanges } from '../../src/store/changes/changes';
import { openDatabase } from '../../src/store/base/database';
import type { Database } from '../../src/store/base/database';
import { launchStore } from '../../src/postgres/launcher';
import { keyHash, newKey } from '../../src/store/keys/new-key';
import { createSealer } from '../../src/store/base/seal';
import type { Sealer } from '../../src/store/base/seal';
import { ensureWorkspace } from '../../src/store/operator/workspaces';
import { putDatabase } from './made-database';
import { openedPart } from './opened';

/** A migrated PostgreSQL of one test file's own, as the gateway runs it: the pool logs in as the runtime role. */
export interface TestDatabase {
  url: string;
  /** Owns the tables. */
  adminUrl: string;
  pool: Pool;
  db: Database;
  sealer: Sealer;
  store: Store;
  workspace: TestWorkspace;
  makeWorkspace(points: bigint): Promise<TestWorkspace>;
  sql<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** How many rows of that table belong to the job. */
  count(table: string, jobId: string): Promise<number>;
  close(): Promise<void>;
}

export interface TestWorkspace {
  id: string;
  principal: KeyPrincipal;
  /** The whole API key. */
  key: string;
  callbackSecret: string;
}

/** What one job of `newJob` costs, in micro-points. */
export const PRICE = 25_000_000n;
export const IDEMPOTENCY_MS = 3_600_000;
export const CREATE_WAITS = { idempotencyMs: IDEMPOTENCY_MS, createsTogetherMs: 300 };
/** Nothing is remembered, so that each test asks the rows. */
const MEMO_MS = 0;
/** Shorter than any deadline of a job here. */
export const WATCH_MIN_MS = 1_000;
/** The time of every row, unless a test says otherwise; Unix milliseconds. */
export const NOW = Date.parse('2026-11-21T12:00:00Z');
const CONNECTIONS = 30;

export async function startTestDatabase(points = 1_000_000n * PRICE): Promise<TestDatabase> {
  const data = mkdtempSync(join(tmpdir(), 'reelay-test-'));
  // As root, Postgres runs as another user, who must be able to enter.
  chmodSync(data, 0o711);
  await putDatabase(data);
  const server = await launchStore({ data, say: () => undefined });
  const broken: Error[] = [];
  const { pool, db, close } = openDatabase(server.url, {
    connectionsMax: CONNECTIONS,
    onError: (error) => broken.push(error),
  });
  const sealer = createSealer(randomBytes(32));
  const changes = createChanges(server.url, pool, (error) => broken.push(error));
  const store = createStore(db, sealer, {
    ...CREATE_WAITS,
    usualMemoMs: MEMO_MS,
    keyMemoMs: MEMO_MS,
    changes,
    caps: NO_CAPS,
    watchMinMs: WATCH_MIN_MS,
  });
  const sql: TestDatabase['sql'] = async <Row>(text: string, values: unknown[] = []) =>
    (await pool.query(text, values)).rows as Row[];
  const makeWorkspace = (has: bigint) => makeWorkspaceIn({ db, sealer, store }, has);
  return {
    url: server.url,
    adminUrl: server.adminUrl,
    pool,
    db,
    sealer,
    store,
    workspace: await makeWorkspace(points),
    makeWorkspace,
    sql,
    async count(table, jobId) {
      const rows = await sql(`SELECT 1 FROM ${table} WHERE job_id = $1`, [jobId]);
      return rows.length;
    },
    async close() {
      // What breaks from here on is our own doing: the pool does not wait until its sockets are closed.
      const before = [...broken];
      await changes.close();
      await close();
      await server.stop();
      rmSync(data, { recursive: true, force: true });
      if (before.length > 0) throw new AggregateError(before, 'database connections broke');
    },
  };
}

/** Gives a test file a database of its own from before its first test until after its last. */
export function useTestDatabase(points?: bigint): TestDatabase {
  return openedPart(() => startTestDatabase(points));
}

async function makeWorkspaceIn(
  { db, sealer, store }: Pick<TestDatabase, 'db' | 'sealer' | 'store'>,
  points: bigint,
): Promise<TestWorkspace> {
  const { key, prefix, hash } = newKey(randomBytes);
  const callbackSecret = newSecret(randomBytes(32));
  const { id } = await ensureWorkspace(db, sealer, {
    name: `workspace ${newId()}`,
    keys: [{ name: 'test', prefix, hash, scopes: ['generate', 'read'] }],
    callbackSecret,
    points,
    now: NOW,
  });
  const principal = await store.keys.find(keyHash(key), NOW);
  if (!principal) throw new Error('the new key is not known');
  return { id, principal, key, callbackSecret };
}

/** The frozen pricing of a job that costs so much, whatever is used. */
export const flatPricing = (price: bigint): NewJob['pricing'] => ({
  terms: { rates: { perVideo: formatPoints(price) }, currency: 'points', times: [] },
  used: { seconds: 5, images: 0, inputSeconds: 0 },
  isFixed: false,
  overHoldShare: '0.2',
});

/** A valid job; what a test is about it says itself. */
export function newJob(workspace: TestWorkspace, change: Partial<NewJob> = {}): NewJob {
  const id = change.id ?? newId();
  return {
    id,
    principal: workspace.principal,
    dialect: 'videos',
    request: { model: 'clip', prompt: 'a paper boat', inputs: [], passthrough: {} },
    applied: {
      mode: 'text',
      prompt: 'a paper boat',
      inputs: [],
      seconds: 5,
      resolution: '720p',
      aspectRatio: '16:9',
      fps: 24,
      passthrough: {},
    },
    metadata: {},
    echo: {},
    callbackUrl: undefined,
    price: PRICE,
    pricing: flatPricing(change.price ?? PRICE),
    routes: [{ channel: 'first', provider: 'paper', model: 'paper-1' }],
    now: NOW,
    deadlineAt: NOW + 3_600_000,
    idempotency: undefined,
    workflowId: undefined,
    render: (job) => ({ status: 200, body: { id: job.id, state: job.state } }),
    ...change,
  };
}

/** Creates it and insists that it was created. */
export async function createdJob(
  { store }: Pick<TestDatabase, 'store'>,
  job: NewJob,
): Promise<Job> {
  const created: CreateResult = await store.jobs.create(job);
  if (created.kind !== 'created') throw new Error(`the job was not created: ${created.kind}`);
  return created.job;
}

export type OpenAttempt = Parameters<Store['attempts']['open']>[0];

export function newAttempt(job: Job, change: Partial<OpenAttempt> = {}): OpenAttempt {
  return {
    id: newId(),
    job,
    number: 1,
    channel: 'first',
    provider: 'paper',
    model: 'paper-1',
    billed: { canceled: false, rejected: false, failed: false },
    callbackTokenHash: newId(),
    sendingAt: NOW,
    sendDeadline: NOW + 60_000,
    ...change,
  };
}

/** An attempt that the provider accepted. */
export async function acceptedAttempt(
  { store }: Pick<TestDatabase, 'store'>,
  job: Job,
  change: Partial<OpenAttempt> = {},
): Promise<Attempt> {
  const opened = await store.attempts.open(newAttempt(job, change));
  if (!opened) throw new Error('the attempt was not opened');
  const operation = { taskId: `task-${job.id}` };
  return store.attempts.recordSubmit(opened.id, { state: 'accepted', operation }, NOW + 1_000);
}

/** Settles as the activity does, with a callback body that names the event. */
export function settle(
  { store }: Pick<TestDatabase, 'store'>,
  jobId: string,
  reason: SettleReason = { kind: 'verdict' },
  now = NOW + 60_000,
): Promise<SettleResult> {
  return store.jobs.settle(jobId, reason, now, ({ job, eventId }) =>
    JSON.stringify({ event: eventId, id: job.id, state: job.state }),
  );
}

export const SUCCEEDED = {
  state: 'succeeded' as const,
  outputs: [{ kind: 'video' as const, url: 'https://media.example/v.mp4' }],
  usage: { tokens: 108_900, seconds: 5 },
};

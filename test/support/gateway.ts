import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { readConfig } from '../../src/config';
import { surveySettings } from '../../src/run/settings';
import type { FileConfigInput } from '../../src/config';
import { readId } from '../../src/core/job/ids';
import { runLocal } from '../../src/run/local';
import type { LocalGateway, LocalOptions } from '../../src/run/local';
import { putDatabase } from './made-database';
import { NO_BREAKER } from './no-breaker';
import { openedPart } from './opened';

/** A whole gateway of its own for one test file: real engine (shared), real Postgres, real HTTP, simulated providers. */
export interface TestGateway extends LocalGateway {
  data: string;
  /** Everything the gateway logged, as JSON lines. */
  logged: string[];
  /** Calls the API with the development key unless told otherwise. */
  call(method: string, path: string, options?: CallOptions): Promise<CallAnswer>;
  /** Posts a job through the videos API and returns its public id, when its workflow has been started. */
  post(body?: Record<string, unknown>): Promise<string>;
  /** Does the same without waiting for the start. */
  create(body?: Record<string, unknown>): Promise<string>;
  /** Waits until the job is completed or failed and returns the public object. */
  ended(id: string): Promise<Record<string, unknown>>;
  /** Asks until there is an answer; in vain, it tells all that rows, engine and log know of the job. */
  waitFor<T>(id: string, what: string, ask: () => Promise<T | undefined>): Promise<T>;
  sql<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Closed run of the job: its number of events and status. */
  run(id: string): Promise<{ events: number; status: string }>;
  close(): Promise<void>;
}

interface TestGatewayOptions {
  allowCallbacksTo?: string[];
  env?: Record<string, string>;
  data?: string;
  metrics?: LocalOptions['metrics'];
}

export interface CallOptions {
  key?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface CallAnswer {
  status: number;
  headers: Headers;
  text: string;
  json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests read what the wire says
}

/** Fast enough for tests; everything else is as shipped. */
const WAITS = {
  cadence: { firstLookShare: 0, intervalMinMs: 250, intervalMaxMs: 250, intervalShare: 0.1 },
  deliverySchedule: [0, 200, 200, 200],
  unknownGraceMs: 500,
  unknownLookMs: 250,
  busyRetryMs: 250,
  busyRetryMaxMs: 250,
} satisfies FileConfigInput['waits'];

export async function startTestGateway(
  overrides: FileConfigInput = {},
  options: TestGatewayOptions = {},
): Promise<TestGateway> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'reelay-test-'));
  chmodSync(data, 0o711);
  if (options.env?.['DATABASE_URL'] === undefined) await putDatabase(data);
  const logged: string[] = [];
  const engine = process.env['REELAY_TEST_ENGINE'];
  if (!engine)
    throw new Error('no engine: run the tests through jest, whose globalSetup starts it');
  const environment = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TEMPORAL_ADDRESS: engine,
    TEMPORAL_NAMESPACE: `test-${randomBytes(6).toString('hex')}`,
    REELAY_CONFIG: process.env['REELAY_CONFIG'],
    ...options.env,
  };
  const all: FileConfigInput = {
    ...overrides,
    waits: { ...WAITS, ...overrides.waits },
    limits: { ...NO_BREAKER, ...overrides.limits },
  };
  const gateway = await runLocal({
    config: readConfig(environment, all),
    survey: () => surveySettings({ env: environment, overrides: all }),
    data,
    host: '127.0.0.1',
    port: 0,
    metrics: options.metrics,
    allowCallbacksTo: options.allowCallbacksTo ?? ['127.0.0.1'],
    say: () => undefined,
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
  });
  return { ...gateway, data, logged, ...tools(gateway, logged), close: () => close(gateway, data) };
}

/** Gives a test file a gateway of its own from before its first test until after its last. */
export function useTestGateway(
  overrides?: FileConfigInput,
  options?: TestGatewayOptions,
): TestGateway {
  return openedPart(() => startTestGateway(overrides, options));
}

async function close(gateway: LocalGateway, data: string): Promise<void> {
  await gateway.stop();
  rmSync(data, { recursive: true, force: true });
}

function tools(gateway: LocalGateway, logged: readonly string[]) {
  const call: TestGateway['call'] = async (method, path, { key, body, headers = {} } = {}) => {
    const isRaw = typeof body === 'string' || body instanceof FormData || body === undefined;
    const response = await fetch(path.startsWith('http') ? path : `${gateway.api}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key ?? gateway.keys.key}` }),
        ...(body === undefined || body instanceof FormData
          ? {}
          : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) };
  };
  const sql: TestGateway['sql'] = async <Row>(text: string, values: unknown[] = []) =>
    (await gateway.base.database.pool.query(text, values)).rows as Row[];
  const create = async (body: Record<string, unknown> = {}): Promise<string> => {
    const answer = await call('POST', '/v1/videos', { body: { ...REQUEST, ...body } });
    if (answer.status !== 200) throw new Error(`POST /v1/videos: ${answer.status} ${answer.text}`);
    return answer.json.id as string;
  };
  return {
    call,
    sql,
    create,
    async post(body: Record<string, unknown> = {}) {
      const id = await create(body);
      await until(`${id} to start`, async () => {
        const text = 'SELECT 1 FROM jobs WHERE id = $1 AND workflow_started_at IS NOT NULL';
        return (await sql(text, [readId(id)]))[0];
      });
      return id;
    },
    async waitFor<T>(id: string, what: string, ask: () => Promise<T | undefined>) {
      try {
        return await until(what, ask);
      } catch (cause) {
        throw new Error(`no ${what}: ${await storyOf(gateway, sql, logged, id)}`, { cause });
      }
    },
    ended(id: string): Promise<Record<string, unknown>> {
      return this.waitFor(id, `end of ${id}`, async () => {
        const { json } = await call('GET', `/v1/videos/${id}`);
        return json.status === 'completed' || json.status === 'failed' ? json : undefined;
      });
    },
    async run(id: string) {
      const [job] = await sql<{ workflow_id: string }>(
        'SELECT workflow_id FROM jobs WHERE id = $1',
        [readId(id)],
      );
      const handle = gateway.base.client.workflow.getHandle(job?.workflow_id ?? id);
      await handle.result().catch(() => undefined);
      const { historyLength, status } = await handle.describe();
      return { events: historyLength, status: status.name };
    },
  };
}

/** Tells what the engine knows of a workflow, or why it knows nothing. */
function runNow({ client }: LocalGateway['base'], workflowId: string): Promise<unknown> {
  return client.workflow
    .getHandle(workflowId)
    .describe()
    .then(({ status, historyLength, raw: { pendingActivities, pendingWorkflowTask } }) => ({
      ...{ status: status.name, historyLength, pendingActivities, pendingWorkflowTask },
    }))
    .catch(String);
}

/** Tells what rows, engine and log know of a job, for whoever has to find out why it or its callback does not end. */
async function storyOf(
  { base }: LocalGateway,
  sql: TestGateway['sql'],
  logged: readonly string[],
  id: string,
): Promise<string> {
  const jobId = uuid(id);
  const jobs = await sql('SELECT * FROM jobs WHERE id = $1', [jobId]);
  const attempts = await sql('SELECT * FROM attempts WHERE job_id = $1', [jobId]);
  const run = await runNow(base, String(jobs[0]?.['workflow_id']));
  const deliveries = await sql(
    `SELECT id, state, about, created_at, finished_at, workflow_started_at, tries_before
     FROM deliveries WHERE job_id = $1`,
    [jobId],
  );
  const tries = await sql(
    'SELECT t.* FROM delivery_tries t JOIN deliveries d ON d.id = t.delivery_id WHERE d.job_id = $1',
    [jobId],
  );
  const deliveryRuns = await Promise.all(
    deliveries.map(({ id: delivery }) => runNow(base, `delivery:${String(delivery)}`)),
  );
  const lines = logged.filter((line) => line.includes(jobId));
  return inspect(
    { now: new Date(), jobs, attempts, run, deliveries, tries, deliveryRuns, lines },
    { depth: 6 },
  );
}

export const REQUEST = {
  model: 'seedance-2.0',
  prompt: 'a paper boat on a pond [[sim seconds=1 video=shared]]',
  duration: 5,
  resolution: '720p',
  aspect_ratio: '16:9',
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The id of a job's rows, from any of the ids that a caller may know it by. */
export function uuid(id: string): string {
  const found = readId(id);
  if (found === undefined) throw new Error(`${id} is no id of a job`);
  return found;
}

/** Hundreds of jobs are waited for at once: who asks twenty times a second slows down what is waited for. */
const PAUSE_MIN_MS = 25;
const PAUSE_GROWTH = 1.4;
const PAUSE_MAX_MS = 500;

/** Asks again until there is an answer; says what was waited for when there is none. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs = 100_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, PAUSE_MAX_MS)) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

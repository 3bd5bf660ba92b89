import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { simulations } from '../../simulators';
import { startSimulator } from '../../simulators/server';
import { launchStore } from '../../src/postgres/launcher';
import { withClient } from '../../src/postgres/login';
import { readId } from '../../src/core/job/ids';
import { ready, reelay } from '../support/command';
import type { Command } from '../support/command';
import { REQUEST, until } from '../support/gateway';
import { drawTree, startOtlpReceiver } from '../support/otlp';
import type { OtlpReceiver, ReceivedSpan } from '../support/otlp';

/**
 * One trace from the caller's POST to its callback, over two processes and a refused message: an `api` that exports
 * OTLP as JSON and a `worker` that exports protobuf. Spans wait for ten minutes here, so what arrives was flushed at the stop.
 */

const CALLER = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7' };
/** Another one, whose job loses its worker. */
const OTHER = { ...CALLER, trace: '5cf92f3577b34da6a3ce929d0e0e4736' };
const PROMPT = 'a secret paper boat';
const SHOWN = [
  'http.response.status_code',
  'gen_ai.provider.name',
  'reelay.channel',
  'reelay.attempt',
  'reelay.submit',
  'reelay.seen',
  'reelay.state',
];

interface Message {
  headers: IncomingHttpHeaders;
  body: string;
}

let folder = '';
let collector: OtlpReceiver;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
let store: Awaited<ReturnType<typeof launchStore>>;
const commands: Command[] = [];
const messages: Message[] = [];
/** Refuses the first message, so that a workflow delivers it. */
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
  request.on('end', () => {
    messages.push({ headers: request.headers, body });
    response.writeHead(messages.length === 1 ? 503 : 204).end();
  });
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-traces-'));
  chmodSync(folder, 0o711);
  [collector, simulator, store] = await Promise.all([
    startOtlpReceiver(),
    startSimulator({ simulations }),
    launchStore({ data: folder, say: () => undefined }),
  ]);
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const { child } of commands) if (child.exitCode === null) child.kill('SIGKILL');
  receiver.close();
  await Promise.all([collector?.close(), simulator?.stop(), store?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const SHARED = {
  TEMPORAL_ADDRESS: process.env['REELAY_TEST_ENGINE'] ?? '',
  TEMPORAL_NAMESPACE: `test-${randomBytes(6).toString('hex')}`,
  REELAY_PUBLIC_URL: 'http://127.0.0.1:9',
  REELAY_SECRET_KEY: randomBytes(32).toString('base64'),
  OTEL_BSP_SCHEDULE_DELAY: '600000',
};

function run(role: 'api' | 'worker', protocol: string): Command {
  const config = join(folder, 'reelay.config.json');
  const cadence = { firstLookShare: 0, intervalMinMs: 250, intervalMaxMs: 250 };
  writeFileSync(
    config,
    JSON.stringify({ waits: { cadence, deliverySchedule: [0, 200], drainMs: 0 } }),
  );
  const args = [role, '--data', join(folder, 'data'), '--allow-callbacks-to', '127.0.0.1'];
  const command = reelay([...args, ...(role === 'api' ? ['--port', '0'] : []), '--json'], {
    ...SHARED,
    DATABASE_URL: store.adminUrl,
    REELAY_SIMULATOR_URL: simulator.url,
    REELAY_CONFIG: config,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_RESOURCE_ATTRIBUTES: `service.name=reelay-${role}`,
  });
  commands.push(command);
  return command;
}

interface ApiReady {
  api: string;
  key: string;
  callback_secret: string;
}

async function post({ api, key }: ApiReady, caller = CALLER, polls = 3): Promise<string> {
  const { port } = receiver.address() as AddressInfo;
  const response = await fetch(`${api}/v1/videos`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      traceparent: `00-${caller.trace}-${caller.span}-01`,
      tracestate: 'caller=1',
    },
    body: JSON.stringify({
      ...REQUEST,
      prompt: `${PROMPT} [[sim polls=${String(polls)} video=shared]]`,
      callback_url: `http://127.0.0.1:${String(port)}/hook?token=hidden`,
    }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { id: string }).id;
}

const isKept = (id: string): Promise<true | undefined> =>
  withClient(store.adminUrl, async (sql) => {
    const text = 'SELECT 1 FROM keeps WHERE job_id = $1 AND finished_at IS NOT NULL';
    return (await sql.query(text, [readId(id)])).rows.length > 0 ? true : undefined;
  });

let spans: ReceivedSpan[] = [];
let jobId = '';
let secret = '';
const named = (name: string): ReceivedSpan[] => spans.filter((span) => span.name === name);
const one = (name: string): ReceivedSpan => {
  const [span, ...others] = named(name);
  if (!span || others.length > 0) throw new Error(`${String(named(name).length)} spans ${name}`);
  return span;
};
/** Names of the spans above one, the nearest first; `caller` is the one that the request named. */
function above(span: ReceivedSpan): string[] {
  if (span.parentSpanId === CALLER.span) return ['caller'];
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent ? [parent.name, ...above(parent)] : ['nobody'];
}

test('one POST is one trace to its callback, whose spans arrive when the processes stop', async () => {
  const api = await ready<ApiReady>(run('api', 'http/json'));
  await ready<object>(run('worker', 'http/protobuf'));
  const id = await post(api);
  jobId = readId(id) ?? '';
  secret = api.callback_secret;
  await until('the second message', async () => (messages.length > 1 ? true : undefined));
  await until('the copy', () => isKept(id));
  for (const { child } of commands) child.kill('SIGTERM');
  expect(await Promise.all(commands.map(({ ended }) => ended))).toEqual([0, 0]);
  expect([...collector.types].sort()).toEqual(['application/json', 'application/x-protobuf']);
  spans = collector.spans.filter(({ traceId }) => traceId === CALLER.trace);
  process.stdout.write(`caller ${CALLER.span}\n${drawTree(spans, CALLER.span, SHOWN)}`);

  const job = 'generate_content seedance-2.0';
  expect(above(one('POST /v1/videos'))).toEqual(['caller']);
  expect(above(one(job))).toEqual(['POST /v1/videos', 'caller']);
  for (const step of ['submit', 'settle', 'deliver', 'copy']) expect(above(one(step))[0]).toBe(job);
  expect(above(one('POST submit'))[0]).toBe('submit');
  expect(named('POST callback').map((span) => above(span)[0])).toEqual(['settle', 'deliver']);
  expect(new Set(named('look').map((span) => above(span)[0]))).toEqual(new Set([job]));
  // The first tells that it runs, the last that it has succeeded; what changed nothing between is no span.
  expect(named('look').map(({ attributes }) => attributes['reelay.seen'])).toEqual([
    'running',
    'succeeded',
  ]);
  expect(named('GET look').map((span) => above(span)[0])).toEqual(['look', 'look']);
});

test('the span of the whole job is as long as the job, with what it was and what became of it', () => {
  const job = one('generate_content seedance-2.0');
  expect(job.attributes).toMatchObject({
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.provider.name': 'ark',
    'gen_ai.request.model': 'seedance-2.0',
    'gen_ai.output.type': 'video',
    'reelay.job.id': jobId,
    'reelay.state': 'succeeded',
  });
  expect(job.startMs).toBeLessThanOrEqual(one('submit').startMs);
  expect(job.endMs).toBeGreaterThanOrEqual(Math.max(...named('look').map(({ endMs }) => endMs)));
  const processes = [one('POST /v1/videos'), job].map(({ resource }) => resource['service.name']);
  expect(processes).toEqual(['reelay-api', 'reelay-worker']);
});

test('kinds, states and errors of calls are told as the conventions have them', () => {
  expect(one('POST /v1/videos')).toMatchObject({
    kind: 2,
    isError: false,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/v1/videos',
      'http.response.status_code': '200',
      'reelay.job.id': jobId,
    },
  });
  const [refused, taken] = named('POST callback');
  expect(refused).toMatchObject({ kind: 3, isError: true, attributes: { 'error.type': '503' } });
  expect(taken).toMatchObject({ isError: false, attributes: { 'server.address': '127.0.0.1' } });
  expect(one('submit').attributes).toMatchObject({
    'reelay.attempt': '1',
    'reelay.submit': 'accepted',
  });
});

test('the callback carries the trace on, beside a signature that holds', () => {
  const calls = named('POST callback').map(({ spanId }) => spanId);
  expect(messages.map(({ headers }) => headers.traceparent)).toEqual(
    calls.map((spanId) => `00-${CALLER.trace}-${spanId}-01`),
  );
  for (const { headers, body } of messages) {
    expect(headers['tracestate']).toBe('caller=1');
    // Sound because repeated headers, the only lists, do not verify anyway.
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toBeDefined();
  }
});

test('no span holds a prompt, a key, a path of a callback or a query', () => {
  const all = JSON.stringify(collector.spans);
  for (const word of [PROMPT, 'hidden', '/hook', 'Bearer', 'rk_', 'whsec', '?'])
    expect(all).not.toContain(word);
});

test('lines of the log name their trace', () => {
  const lines = commands.map(({ err }) =>
    err()
      .split('\n')
      .filter((line) => line.includes(`"trace_id":"${CALLER.trace}"`)),
  );
  expect(lines.map((found) => found.join('\n'))).toEqual([
    expect.stringContaining('"msg":"request"'),
    expect.stringContaining('"msg":"job ended"'),
  ]);
});

test('a job whose worker is killed goes on in its trace under another one', async () => {
  const api = await ready<ApiReady>(run('api', 'http/json'));
  const killed = run('worker', 'http/protobuf');
  await ready<object>(killed);
  const before = messages.length;
  const id = readId(await post(api, OTHER, 8));
  await until('a look', () =>
    withClient(store.adminUrl, async (sql) => {
      const text = 'SELECT 1 FROM attempts WHERE job_id = $1 AND polls > 0';
      return (await sql.query(text, [id])).rows[0] as object | undefined;
    }),
  );
  killed.child.kill('SIGKILL');
  await killed.ended;
  const next = run('worker', 'http/protobuf');
  await ready<object>(next);
  await until('the message', async () => (messages.length > before ? true : undefined));
  next.child.kill('SIGTERM');
  expect(await next.ended).toBe(0);
  const told = collector.spans.filter(({ traceId }) => traceId === OTHER.trace);
  const job = told.find(({ name }) => name.startsWith('generate_content'));
  const settle = told.find(({ name }) => name === 'settle');
  const callback = told.find(({ name }) => name === 'POST callback');
  expect([settle?.parentSpanId, callback?.parentSpanId]).toEqual([job?.spanId, settle?.spanId]);
  expect(messages.at(-1)?.headers.traceparent).toBe(`00-${OTHER.trace}-${callback?.spanId}-01`);
  // The submit's span died with its process.
  expect(told.map(({ name }) => name)).not.toContain('submit');
});

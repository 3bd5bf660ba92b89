import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  RandomIdGenerator,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { pino } from 'pino';
import type { TraceContext } from '../../src/core/job/trace';
import type { CallResult, Outbound } from '../../src/core/ports/outbound';
import type { Traces } from '../../src/core/ports/traces';
import type { Headers } from '../../src/core/provider/exchange';
import { isTracing, openTraces, tracedOutbound } from '../../src/traces';
import { createTraces } from '../../src/traces/spans';

/** What is traced, what is not, and what it may never do to a job. */

const ROOT = join(__dirname, '../..');
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const contextOf = (flags: string): TraceContext => ({
  traceparent: `00-${TRACE}-00f067aa0ba902b7-${flags}`,
  above: '00f067aa0ba902b8',
});
const JOB = { trace: contextOf('01'), facts: { 'reelay.job.id': 'j' } };

/** Traces whose spans stay in memory, in the order of their ends. */
function inMemory() {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  const provider = new BasicTracerProvider({ spanProcessors });
  const traces = createTraces({
    tracer: provider.getTracer('test'),
    newSpanId: () => new RandomIdGenerator().generateSpanId(),
    nextSpanId: () => undefined,
    close: () => provider.shutdown(),
  });
  const finished = async () => {
    await provider.forceFlush();
    return exporter.getFinishedSpans();
  };
  return { traces, finished };
}

const NONE = { OTEL_SDK_DISABLED: false };
const HERE = 'http://127.0.0.1:4318';
test.each<[boolean, Partial<Parameters<typeof isTracing>[0]>]>([
  [false, {}],
  [true, { OTEL_EXPORTER_OTLP_ENDPOINT: HERE }],
  [true, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: HERE }],
  [true, { OTEL_TRACES_EXPORTER: 'otlp' }],
  [false, { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: HERE }],
  [false, { OTEL_SDK_DISABLED: true, OTEL_EXPORTER_OTLP_ENDPOINT: HERE }],
  [false, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
])('it is %s that spans are exported with %j', (is, variables) => {
  expect(isTracing({ ...NONE, ...variables })).toBe(is);
});

test.each([
  ['an exporter that we lack', { OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER'],
  [
    'a protocol that we lack',
    { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
  ],
])('%s stops the start with a sentence', (_what, variables, named) => {
  const log = pino({ level: 'silent' });
  const options = { version: '1', instance: 'i', flushMs: 100, log };
  expect(() => openTraces({ ...NONE, ...variables }, options)).toThrow(named);
});

/** Returns the packages of the SDK that a process has loaded which knows every part of the gateway. */
function loadedWith(endpoint: string | undefined): string[] {
  const program = `
    for (const part of ['api', 'worker', 'start']) require(${JSON.stringify(join(ROOT, 'src/commands'))} + '/' + part + '/run.ts');
    const { openTraces } = require(${JSON.stringify(join(ROOT, 'src/traces/index.ts'))});
    const variables = { OTEL_SDK_DISABLED: false, OTEL_EXPORTER_OTLP_ENDPOINT: ${JSON.stringify(endpoint)} };
    openTraces(variables, { version: '1', instance: 'i', flushMs: 1, log: console });
    const names = Object.keys(require.cache).map((path) => /@opentelemetry\\/([^/]+)/.exec(path)?.[1]);
    process.stdout.write(JSON.stringify([...new Set(names)].filter(Boolean)) + '\\n');
    process.exit(0);`;
  const register = join(ROOT, 'test/host/register-typescript.cjs');
  const { stdout, stderr } = spawnSync(process.execPath, ['-r', register, '-e', program], {
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(stderr);
  return (JSON.parse(stdout) as string[]).filter((name) => name !== 'api').sort();
}

test('nothing of the SDK is loaded while no variable asks for traces', () => {
  expect(loadedWith(undefined)).toEqual([]);
  // The question is one that can be answered otherwise.
  expect(loadedWith(HERE)).toEqual(expect.arrayContaining(['exporter-trace-otlp-proto']));
});

/** Listens on a port and closes it, so that nobody is there. */
async function deafEndpoint(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${String(port)}`;
}

test('spans that nobody takes cost one line of the log, and no step hears of it', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const endpoint = await deafEndpoint();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint;
  process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] = '100';
  process.env['OTEL_BSP_SCHEDULE_DELAY'] = '10';
  try {
    const options = { version: '1', instance: 'i', flushMs: 2_000, log };
    const variables = { ...NONE, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
    const traces = openTraces(variables, options);
    for (let batch = 0; batch < 2; batch += 1) {
      if (!traces) throw new Error('no traces');
      const steps = Array.from({ length: 600 }, () =>
        traces.step('settle', () => Promise.resolve(7), { job: JOB }),
      );
      expect(new Set(await Promise.all(steps))).toEqual(new Set([7]));
    }
    await traces?.close();
  } finally {
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
    delete process.env['OTEL_EXPORTER_OTLP_TIMEOUT'];
    delete process.env['OTEL_BSP_SCHEDULE_DELAY'];
  }
  expect(lines.filter((line) => line.includes('spans cannot be exported'))).toHaveLength(1);
});

const WAITS = { isWait: () => true, job: JOB };
const call = (traces: Traces): Promise<string> =>
  traces.call(
    { name: 'GET look', facts: {} },
    () => Promise.resolve(''),
    () => ({ status: 200, problem: undefined }),
  );
const wait = (): Promise<never> => Promise.reject(new Error('not yet'));

function hint(traces: Traces, handle: () => void): void {
  const begun = { method: 'POST', headers: {}, requestId: 'r', isHint: true };
  const end = traces.exchange(begun, handle);
  end({ route: '/callbacks/:provider/:token', status: 200, facts: {} });
}

test.each<[what: string, told: string[], step: (traces: Traces) => Promise<unknown>]>([
  [
    'a look that finds a job as it was',
    [],
    (traces) => traces.step('poll', () => call(traces).then(wait), WAITS),
  ],
  [
    'a look that changed something',
    ['GET look', 'look'],
    (traces) =>
      traces.step(
        'poll',
        () =>
          call(traces)
            .then(() => traces.tell())
            .then(wait),
        WAITS,
      ),
  ],
  ['a submit that waits for its time', [], (traces) => traces.step('submit', wait, WAITS)],
  [
    'a submit that was refused and waits',
    ['GET look', 'submit'],
    (traces) => traces.step('submit', () => call(traces).then(wait), WAITS),
  ],
  [
    'a step of a job without a context',
    [],
    (traces) => traces.step('settle', () => call(traces), { job: { ...JOB, trace: undefined } }),
  ],
  [
    'a step of a job whose caller does not sample',
    [],
    (traces) =>
      traces.step('settle', () => call(traces), { job: { ...JOB, trace: contextOf('00') } }),
  ],
  [
    'the create of a job that another workflow asks for',
    ['accept'],
    async (traces) =>
      traces.step('accept', async () => {
        expect(traces.carry()?.traceparent).toMatch(/-01$/);
        traces.tell();
      }),
  ],
  [
    'the repeat of such a create',
    [],
    (traces) => traces.step('accept', async () => traces.carry()),
  ],
  [
    'a callback of a provider whose token is known',
    ['POST /callbacks/:provider/:token'],
    async (traces) => hint(traces, () => traces.join(JOB.trace, {})),
  ],
  ['a callback of a provider whose token is not', [], async (traces) => hint(traces, () => {})],
  ['a call of no step', [], (traces) => call(traces)],
])('%s is told as %j', async (_what, told, step) => {
  const memory = inMemory();
  await step(memory.traces).catch(() => undefined);
  const found = await memory.finished();
  expect(found.map(({ name }) => name)).toEqual(told);
});

test('steps at the same time stay in the traces of their own jobs', async () => {
  const { traces, finished } = inMemory();
  const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(32));
  await Promise.all(
    ids.map((id) => {
      const trace = { ...JOB.trace, traceparent: `00-${id}-00f067aa0ba902b7-01` };
      return traces.step('settle', async () => {
        await Promise.resolve();
        traces.join(trace, { 'reelay.job.id': id });
        // A second job that a step happens to read changes nothing.
        traces.join(JOB.trace, {});
        await call(traces);
      });
    }),
  );
  const found = (await finished()).map((span) => span.spanContext().traceId);
  expect(found.sort()).toEqual([...ids, ...ids].sort());
});

test.each([
  ['none', undefined, false],
  ['a malformed one', '00-zz-1-01', false],
  ['one', `00-${TRACE}-00f067aa0ba902b7-01`, true],
])('a create with %s of the caller is carried by the job', (_what, traceparent, isTheirs) => {
  const { traces } = inMemory();
  let carried: TraceContext | undefined;
  const begun = { method: 'POST', headers: { traceparent }, requestId: 'r', isHint: false };
  traces.exchange(begun, () => (carried = traces.carry()));
  expect(carried?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(carried?.traceparent.includes(TRACE)).toBe(isTheirs);
});

test('a provider gets the context only over a channel that says so', async () => {
  const { traces } = inMemory();
  const sent: Headers[] = [];
  const bare = {
    call: ({ headers }: { headers: Headers }) => {
      sent.push(headers);
      return Promise.resolve({ kind: 'not_sent', reason: 'connect', detail: '' } as CallResult);
    },
  } as unknown as Outbound; // nothing else of it is called
  const outbound = tracedOutbound(bare, traces, (channel) => channel === 'own');
  const headers = { authorization: 'Bearer k' };
  await traces.step(
    'submit',
    async () => {
      for (const channel of ['own', 'vendor']) {
        const about = { channel, kind: 'submit' } as const;
        const limits = { baseUrl: 'https://v.example', deadlineAt: 0, replyBytesMax: 1 };
        await outbound.call(
          { method: 'POST', target: { path: '/' }, headers },
          { ...limits, about },
        );
      }
    },
    { job: JOB },
  );
  expect(sent).toEqual([{ ...headers, traceparent: expect.stringContaining(TRACE) }, headers]);
});

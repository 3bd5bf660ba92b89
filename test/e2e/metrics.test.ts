import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../../src/host/free-port';
import { startTestGateway, until } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { samplesOf } from '../support/metrics';

/** One job, from its create to its callback and copy, in the figures that Prometheus reads. */

let gateway: TestGateway;
let sdkPort = 0;
const receiver = createServer((_request, response) => void response.writeHead(204).end());

beforeAll(async () => {
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
  sdkPort = await freePort();
  gateway = await startTestGateway(
    { waits: { figuresMs: 0 } },
    { metrics: { host: '127.0.0.1', port: 0, sdkPort } },
  );
});
afterAll(async () => {
  await gateway?.close();
  receiver.close();
});

const scraped = async (origin = gateway.metrics ?? ''): Promise<Record<string, number>> =>
  samplesOf(await (await fetch(`${origin}/metrics`)).text());

test('a scrape after one job shows what it did', async () => {
  const { port } = receiver.address() as AddressInfo;
  // Three looks, however late a loaded machine comes to the first: the lags below need more than one.
  const prompt = 'A tide comes in [[sim seconds=1 polls=3 video=shared]]';
  const id = await gateway.post({ prompt, callback_url: `http://127.0.0.1:${String(port)}/` });
  await gateway.ended(id);
  const samples = await until('the copy to be counted', async () => {
    const found = await scraped();
    const isOver =
      found['reelay_copies_total{result="kept"}'] === 1 &&
      found['reelay_deliveries_ended_total{end="delivered"}'] === 1;
    return isOver ? found : undefined;
  });
  const [charged] = await gateway.sql<{ points: number }>(
    'SELECT (charged / 1e6)::float8 AS points FROM jobs',
  );
  const [{ channel } = { channel: '' }] = await gateway.sql<{ channel: string }>(
    'SELECT channel FROM attempts',
  );
  const model = 'seedance-2.0';
  const at = (name: string) => samples[name];
  expect({
    created: at(`reelay_creates_total{model="${model}"}`),
    ended: at(`reelay_jobs_ended_total{model="${model}",state="succeeded"}`),
    points: at(`reelay_points_charged_total{model="${model}"}`),
    started: at('reelay_starts_total{result="started"}'),
    submits: at(`reelay_submits_total{channel="${channel}",result="accepted"}`),
    posts: at(`reelay_provider_call_duration_seconds_count{channel="${channel}",kind="submit"}`),
    tries: at('reelay_delivery_tries_total{result="2xx"}'),
    queued: at(`reelay_jobs{state="queued",channel="${channel}"}`),
    unstarted: at('reelay_jobs_unstarted'),
    waiting: at('reelay_database_waiting{pool="api"}'),
  }).toEqual({
    created: 1,
    ended: 1,
    points: charged?.points,
    started: 1,
    submits: 1,
    posts: 1,
    tries: 1,
    queued: 0,
    unstarted: 0,
    waiting: 0,
  });
  const creates = { api: 'videos', method: 'POST', route: '/v1/videos', status: '2xx' };
  const labels = Object.entries(creates).map(([name, value]) => `${name}="${value}"`);
  const requests = Object.entries(samples).filter(
    ([name]) =>
      name.startsWith('reelay_http_requests_total') &&
      labels.slice(1).every((label) => name.includes(label)),
  );
  expect(requests.map(([, count]) => count)).toEqual([1]);
});

test('the lags of its looks are no longer than the job was, since they are counted from their plans', async () => {
  const samples = await scraped();
  const valuesOf = (name: string): number[] =>
    Object.entries(samples).flatMap(([one, value]) => (one.startsWith(name) ? [value] : []));
  const [looks = 0, ...others] = valuesOf('reelay_look_lag_seconds_count');
  expect(others).toEqual([]);
  // Counted from the first schedule of the wait, each further look would be late by all pauses before it.
  expect(looks).toBeGreaterThan(1);
  const [job] = await gateway.sql<{ seconds: number }>(
    'SELECT extract(epoch FROM finished_at - created_at)::float8 AS seconds FROM jobs',
  );
  const [seconds = Infinity] = valuesOf('reelay_look_lag_seconds_sum');
  expect(seconds).toBeLessThan(job?.seconds ?? 0);
});

test('a sweep is told with its steps', async () => {
  const samples = await until('a sweep', async () => {
    const found = await scraped();
    return (found['reelay_sweep_duration_seconds_count'] ?? 0) > 0 ? found : undefined;
  });
  expect(samples['reelay_sweep_rows_total{step="expired"}']).toBe(0);
  expect(samples['reelay_sweep_last_timestamp_seconds']).toBeGreaterThan(1_700_000_000);
});

test('the library of the engine tells its own on the port beside it', async () => {
  const samples = await scraped(`http://127.0.0.1:${String(sdkPort)}`);
  const names = new Set(Object.keys(samples).map((name) => name.split('{')[0]));
  expect([...names]).toEqual(
    expect.arrayContaining([
      'temporal_num_pollers',
      'temporal_worker_task_slots_available',
      'temporal_workflow_task_schedule_to_start_latency_seconds_bucket',
    ]),
  );
});

test('the public port has no /metrics, with a key or without', async () => {
  expect((await gateway.call('GET', '/metrics')).status).toBe(404);
  expect((await gateway.call('GET', '/metrics', { key: null })).status).toBe(404);
});

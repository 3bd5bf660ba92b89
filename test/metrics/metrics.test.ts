import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Figures } from '../../src/core/ports/store/figures';
import { createMetricsPage } from '../../src/http/metrics';
import { createProcessMetrics } from '../../src/metrics';
import { KNOWN_CHANNELS, NONE_WAITS, everything, samplesOf } from '../support/metrics';

/** What a process counts, and what it never lets into a label. */

const KNOWN = { models: ['seedance-2.0'], channels: ['ark'] };
const valueOf = async (metrics: { text(): Promise<string> }, sample: string) =>
  samplesOf(await metrics.text())[sample];

test('names that are in no config become one label value', async () => {
  const metrics = createProcessMetrics(KNOWN);
  const { counting } = metrics;
  for (const model of ['seedance-2.0', 'x'.repeat(10), 'y']) counting.created(model);
  for (const channel of ['ark', 'left', 'gone']) counting.submitted(channel, 'accepted');
  for (const route of ['/v1/videos/:id', undefined, undefined]) {
    const api = route && 'videos';
    counting.answered({ api, method: 'PROPFIND', route, status: 404, durationMs: 1 });
  }
  const text = await metrics.text();
  expect(samplesOf(text)).toMatchObject({
    'reelay_creates_total{model="seedance-2.0"}': 1,
    'reelay_creates_total{model="other"}': 2,
    'reelay_submits_total{channel="ark",result="accepted"}': 1,
    'reelay_submits_total{channel="other",result="accepted"}': 2,
  });
  const other = '{api="other",method="other",route="other",status="4xx"}';
  expect(samplesOf(text)[`reelay_http_requests_total${other}`]).toBe(2);
  expect(text).not.toContain('xxxxx');
});

test('points are charged in points, not in their millionths', async () => {
  const metrics = createProcessMetrics(KNOWN);
  const job = { model: 'seedance-2.0', state: 'succeeded', charged: 2_500_000n } as const;
  metrics.counting.ended(job);
  metrics.counting.ended({ ...job, state: 'failed', charged: 0n });
  expect(await valueOf(metrics, 'reelay_points_charged_total{model="seedance-2.0"}')).toBe(2.5);
  const failed = 'reelay_jobs_ended_total{model="seedance-2.0",state="failed"}';
  expect(await valueOf(metrics, failed)).toBe(1);
});

/** Metrics over rows that answer what `read` says, at a clock that the test moves. */
function withFigures(read: () => Promise<Figures>) {
  const clock = { now: 1_000_000, reads: 0 };
  const metrics = createProcessMetrics(KNOWN);
  metrics.showFigures({
    figures: {
      read() {
        clock.reads += 1;
        return read();
      },
    },
    known: KNOWN_CHANNELS,
    maxAgeMs: 10_000,
    now: () => clock.now,
  });
  return { clock, metrics };
}

test('the rows are read once, however many scrape at once and within the age', async () => {
  const { clock, metrics } = withFigures(() =>
    Promise.resolve({
      ...NONE_WAITS,
      jobs: [
        { state: 'queued', channel: 'ark', count: 3, oldestAt: 940_000 },
        { state: 'queued', channel: 'left', count: 2, oldestAt: 990_000 },
      ],
      ledgerUncoveredAt: 995_000,
    }),
  );
  await Promise.all([metrics.text(), metrics.text(), metrics.text()]);
  clock.now += 9_999;
  expect(samplesOf(await metrics.text())).toMatchObject({
    'reelay_jobs{state="queued",channel="ark"}': 3,
    'reelay_jobs{state="queued",channel="other"}': 2,
    'reelay_jobs{state="running",channel="ark"}': 0,
    'reelay_jobs_oldest_age_seconds{state="queued"}': 60,
    reelay_ledger_uncovered_age_seconds: 5,
  });
  expect(clock.reads).toBe(1);
  clock.now += 1;
  await metrics.text();
  expect(clock.reads).toBe(2);
});

test('without a database the figures of the rows are absent, not 0, and the rest is told', async () => {
  let isAway = false;
  const { clock, metrics } = withFigures(() =>
    isAway ? Promise.reject(new Error('away')) : Promise.resolve(NONE_WAITS),
  );
  expect(await valueOf(metrics, 'reelay_jobs_unstarted')).toBe(0);
  isAway = true;
  clock.now += 10_000;
  const samples = samplesOf(await metrics.text());
  const kept = Object.keys(samples).filter((name) =>
    /^reelay_(jobs\b|jobs_(oldest|uns|in)|deliveries_p|copies_(p|g)|ledger)/.test(name),
  );
  expect(kept).toEqual([]);
  expect(samples['reelay_figures_failures_total']).toBe(1);
  expect(samples['process_resident_memory_bytes']).toBeGreaterThan(0);
});

test('every event leaves a sample, and none of them is a word of a caller', async () => {
  const metrics = createProcessMetrics(KNOWN);
  everything(metrics.counting);
  const labels = Object.keys(samplesOf(await metrics.text()))
    .filter((name) => name.startsWith('reelay_'))
    .flatMap((name) => [...name.matchAll(/="([^"]*)"/g)].map(([, value = '']) => value));
  expect(labels.length).toBeGreaterThan(50);
  expect(
    labels.filter((value) => !/^(\+Inf|\/v1\/videos\/:id|GET|[a-z0-9_.-]+)$/.test(value)),
  ).toEqual([]);
});

test('what alerts ask for is there at 0 before it has happened, so that the first of it is an increase', async () => {
  const metrics = createProcessMetrics(KNOWN);
  metrics.showFigures({
    figures: { read: () => Promise.resolve(NONE_WAITS) },
    known: KNOWN_CHANNELS,
    maxAgeMs: 0,
    now: () => 1,
  });
  expect(samplesOf(await metrics.text())).toMatchObject({
    'reelay_starts_total{result="exhausted"}': 0,
    'reelay_delivery_tries_total{result="2xx"}': 0,
    'reelay_delivery_tries_total{result="5xx"}': 0,
    'reelay_delivery_tries_total{result="timeout"}': 0,
    'reelay_deliveries_ended_total{end="gave_up"}': 0,
    reelay_figures_failures_total: 0,
  });
});

test('the page answers GET /metrics and nothing else', async () => {
  const metrics = createProcessMetrics(KNOWN);
  const server = createServer(createMetricsPage(metrics));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const page = await fetch(`${origin}/metrics`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(await page.text()).toContain('nodejs_eventloop_lag_p99_seconds');
  for (const [method, path] of [
    ['POST', '/metrics'],
    ['GET', '/'],
    ['GET', '/v1/videos'],
  ] as const) {
    expect((await fetch(`${origin}${path}`, { method })).status).toBe(404);
  }
  await new Promise((resolve) => server.close(resolve));
});

test('slots, queues and breakers are shown for every channel and group, and names of no config are one', async () => {
  const known = { channels: ['ark', 'kling'], groups: ['default', 'vip'], caps: { ark: 5 } };
  const metrics = createProcessMetrics(KNOWN);
  const line = { channel: 'ark', group: 'default' };
  metrics.showFigures({
    figures: {
      read: () =>
        Promise.resolve({
          ...NONE_WAITS,
          slots: [{ ...line, count: 5 }],
          waiting: [
            { ...line, count: 2, oldestAt: 940_000 },
            { channel: 'ark', group: 'left', count: 1, oldestAt: 990_000 },
            { channel: 'ark', group: 'gone', count: 3, oldestAt: 980_000 },
          ],
          breakers: [{ channel: 'kling', state: 'half_open' as const }],
        }),
    },
    known,
    maxAgeMs: 0,
    now: () => 1_000_000,
  });
  expect(samplesOf(await metrics.text())).toMatchObject({
    'reelay_slots_cap{channel="ark"}': 5,
    'reelay_slots_used{channel="ark",group="default"}': 5,
    'reelay_slots_used{channel="ark",group="vip"}': 0,
    'reelay_slots_waiting{channel="ark",group="default"}': 2,
    'reelay_slots_waiting{channel="ark",group="other"}': 4,
    'reelay_slots_waiting_oldest_age_seconds{channel="ark",group="default"}': 60,
    'reelay_slots_waiting_oldest_age_seconds{channel="ark",group="other"}': 20,
    'reelay_slots_waiting_oldest_age_seconds{channel="ark",group="vip"}': 0,
    'reelay_breaker{channel="ark",state="closed"}': 1,
    'reelay_breaker{channel="kling",state="half_open"}': 1,
    'reelay_breaker{channel="kling",state="closed"}': 0,
  });
});

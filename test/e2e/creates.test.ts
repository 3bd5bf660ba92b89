import { startApi } from '../../src/run/api';
import type { HttpServer } from '../../src/http/listen';
import { REQUEST, startTestGateway, until } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { startTcpProxy } from '../support/tcp-proxy';
import type { TcpProxy } from '../support/tcp-proxy';

/** What a caller may rely on when it posts: equal requests are one job, and an accepted job is never lost. */

let gateway: TestGateway;
let wire: TcpProxy;
let secondApi: HttpServer;

beforeAll(async () => {
  wire = await startTcpProxy(process.env['REELAY_TEST_ENGINE'] ?? '');
  gateway = await startTestGateway(
    { waits: { sweepEveryMs: 2_000, sweepAgeMs: 500 } },
    { env: { TEMPORAL_ADDRESS: wire.address } },
  );
  secondApi = await startApi(gateway.base, { host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  wire?.mend();
  await secondApi?.close();
  await gateway?.close();
  await wire?.close();
});

async function jobsWith(prompt: string): Promise<{ id: string; state: string }[]> {
  return gateway.sql(`SELECT id, state FROM jobs WHERE request->>'prompt' = $1`, [prompt]);
}

test('thirty equal creates at once through two APIs are one job, one hold and thirty equal answers', async () => {
  const prompt = 'thirty at once [[sim seconds=1 video=shared]]';
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      gateway.call('POST', `${index % 2 ? secondApi.origin : gateway.api}/v1/videos`, {
        body: { ...REQUEST, prompt },
        headers: { 'idempotency-key': 'thirty' },
      }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(
    answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true'),
  ).toHaveLength(29);
  const jobs = await jobsWith(prompt);
  expect(jobs).toHaveLength(1);
  const holds = await gateway.sql(`SELECT * FROM ledger WHERE job_id = $1 AND kind = 'hold'`, [
    jobs[0]?.id,
  ]);
  expect(holds).toHaveLength(1);
  await gateway.ended(answers[0]?.json.id);
});

test('another body under a used key is a 422 and makes nothing', async () => {
  const headers = { 'idempotency-key': 'one-body' };
  const first = await gateway.call('POST', '/v1/videos', { body: REQUEST, headers });
  expect(first.status).toBe(200);
  const prompt = 'another body';
  const other = await gateway.call('POST', '/v1/videos', { body: { ...REQUEST, prompt }, headers });
  expect(other.status).toBe(422);
  expect(other.json.error).toMatchObject({
    code: 'idempotency_mismatch',
    param: 'Idempotency-Key',
  });
  expect(await jobsWith(prompt)).toEqual([]);
  await gateway.ended(first.json.id);
});

test('a refused request leaves its key free', async () => {
  const headers = { 'idempotency-key': 'free-again' };
  const bad = await gateway.call('POST', '/v1/videos', {
    body: { ...REQUEST, duration: 99 },
    headers,
  });
  expect(bad.status).toBe(400);
  const good = await gateway.call('POST', '/v1/videos', { body: REQUEST, headers });
  expect(good.status).toBe(200);
  await gateway.ended(good.json.id);
});

test('while the engine is down a create is accepted all the same, also without a key, and the sweep starts it once', async () => {
  const prompt = 'engine down [[sim seconds=1 video=shared]]';
  wire.cut();
  // It comes while the wire is cut, so it waits for no engine.
  const answer = await gateway.call('POST', '/v1/videos', { body: { ...REQUEST, prompt } });
  expect(answer.status).toBe(200);
  expect(await gateway.call('GET', '/readyz', { key: null })).toMatchObject({
    status: 200,
    json: { status: 'degraded', checks: { database: 'ok', engine: 'unreachable' } },
  });
  const read = await gateway.call('GET', `/v1/videos/${answer.json.id}`);
  expect(read.json).toMatchObject({ status: 'queued' });
  wire.mend();
  expect(await gateway.ended(answer.json.id)).toMatchObject({ status: 'completed' });
  expect(await jobsWith(prompt)).toMatchObject([{ state: 'succeeded' }]);
  const counted = await gateway.call('GET', `${gateway.simulator?.origin}/_sim/counters`);
  expect(counted.json.by_prompt[prompt]).toEqual({ seen: 1, accepted: 1 });
});

test('a job is canceled even when the engine was down at the moment of the DELETE', async () => {
  const prompt = 'cancel me [[sim queued=200 fault=callback-missing video=shared]]';
  const answer = await gateway.call('POST', '/v1/videos', { body: { ...REQUEST, prompt } });
  await until('the provider to have it', async () => {
    const [row] = await gateway.sql(
      `SELECT a.state FROM attempts a JOIN jobs j ON j.id = a.job_id WHERE j.request->>'prompt' = $1`,
      [prompt],
    );
    return row?.['state'] === 'accepted' ? row : undefined;
  });
  wire.cut();
  const deleted = await gateway.call('DELETE', `/v1/videos/${answer.json.id}`);
  expect(deleted).toMatchObject({ status: 200, json: { deleted: false } });
  wire.mend();
  // A sweep that was cut in the middle is given up after a heartbeat; the next one tells the engine.
  const ended = await until(
    'the cancel to be told',
    async () => {
      const { json } = await gateway.call('GET', `/v1/videos/${answer.json.id}`);
      return json.status === 'failed' ? json : undefined;
    },
    120_000,
  );
  expect(ended).toMatchObject({ error: { code: 'canceled' } });
});

import { randomBytes } from 'node:crypto';
import { newId } from '../../src/core/job/ids';
import { startApi } from '../../src/run/api';
import { newKey } from '../../src/store/keys/new-key';
import { useTestGateway, until } from '../support/gateway';

/** Requests that wait for their video: OneInfer's contract, on the whole gateway. */

const HELD_MS = 120_000;
const gateway = useTestGateway({ waits: { heldMs: HELD_MS } });

const GENERATE = '/v1/ula/generate-video';
/** The seed's own sample. */
const SAMPLE = {
  model: 'seedance-v1.5-pro-t2v',
  prompt: 'a cat drinking milk in a cozy kitchen',
  resolution: '720P',
  aspect_ratio: '16:9',
  duration: 5,
  generate_audio: true,
  camera_fixed: false,
  service_tier: 'default',
  fps: 24,
  seed: -1,
};
const QUICK = 'quick [[sim seconds=1 video=shared]]';
const SLOW = 'slow [[sim queued=200 fault=callback-missing video=shared]]';

const generate = (change: object = {}, headers: Record<string, string> = {}) =>
  gateway.call('POST', GENERATE, { body: { ...SAMPLE, ...change }, headers });

const settled = async (jobId: string) => ({
  ledger: (await gateway.sql('SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id', [jobId])).map(
    ({ kind }) => kind,
  ),
  usage: (await gateway.sql('SELECT charged FROM usage WHERE job_id = $1', [jobId])).map(
    ({ charged }) => charged,
  ),
});

const jobsWith = (prompt: string) =>
  gateway.sql<{ id: string; state: string }>(
    `SELECT id, state FROM jobs WHERE request->>'prompt' = $1`,
    [prompt],
  );

test('the documented sample gets the documented answer, with a playable video', async () => {
  const { status, json } = await generate();
  expect(status).toBe(200);
  expect(json).toEqual({
    api_details: {
      api_status: 'success',
      api_message: 'API has return response successfully.',
    },
    data: {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      created: expect.any(Number),
      text: `Generated video for prompt: ${SAMPLE.prompt}`,
      finish_reason: 'stop',
      provider: 'ark',
      model: SAMPLE.model,
      usage: { prompt_tokens: 0, completion_tokens: 108900, total_tokens: 108900 },
      latency_ms: expect.any(Number),
      images: [],
      videos: [{ url: expect.stringMatching(/^http/), type: 'mp4' }],
      resolution: '1280*720',
      audios: null,
    },
    error: {},
  });
  expect(json.data.latency_ms).toBeGreaterThan(1_000);
  const file = await fetch(json.data.videos[0].url);
  expect(
    Buffer.from(await file.arrayBuffer())
      .subarray(4, 8)
      .toString(),
  ).toBe('ftyp');
  expect(await settled(json.data.id)).toEqual({
    ledger: ['hold', 'settle'],
    usage: ['15000000'],
  });
});

test('a key is exchanged for a token that opens what the key opens, until the key is revoked', async () => {
  const { key, id } = await aKey();
  const exchange = `/v1/ula/oauth-authentication?api_key=${key}`;
  const { status, json } = await gateway.call('POST', exchange, { key: null });
  expect(status).toBe(200);
  expect(json).toMatchObject({ token_type: 'Bearer', access_token: expect.stringMatching(/^ey/) });
  const asToken = { key: json.access_token as string };
  expect((await gateway.call('GET', '/v1/ula/models', asToken)).json.data).toContainEqual(
    expect.objectContaining({ model: SAMPLE.model, type: 'video' }),
  );
  const body = { ...SAMPLE, prompt: QUICK };
  expect((await gateway.call('POST', GENERATE, { ...asToken, body })).status).toBe(200);
  // A token buys no other token.
  const again = await gateway.call('POST', '/v1/ula/oauth-authentication', asToken);
  expect(again.status).toBe(403);
  await gateway.sql('UPDATE keys SET revoked_at = now() WHERE id = $1', [id]);
  expect((await gateway.call('GET', '/v1/ula/models', asToken)).status).toBe(401);
  expect((await gateway.call('POST', exchange, { key: null })).status).toBe(403);
  expect(gateway.logged.join('\n')).not.toContain(key);
});

/** Makes a key that can be revoked, in the workspace of the development key. */
async function aKey(): Promise<{ key: string; id: string }> {
  const { key, hash, prefix } = newKey(randomBytes);
  const id = newId();
  await gateway.sql(
    `INSERT INTO keys (id, workspace_id, name, scopes, created_at)
     VALUES ($1, $2, 'held', '{generate,read}', now())`,
    [id, gateway.workspaceId],
  );
  await gateway.sql(
    `INSERT INTO key_secrets (hash, key_id, prefix, created_at) VALUES ($1, $2, $3, now())`,
    [hash, id, prefix],
  );
  return { key, id };
}

test('a picture in a form is the first frame, with every field a text', async () => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...SAMPLE, prompt: QUICK, resolution: '720p' })) {
    form.append(name, String(value));
  }
  form.append('files', new File([PNG], 'cat.png', { type: 'image/png' }));
  const { status, json } = await gateway.call('POST', GENERATE, { body: form });
  expect(status).toBe(200);
  const [job] = await gateway.sql('SELECT applied FROM jobs WHERE id = $1', [json.data.id]);
  expect(job?.['applied']).toMatchObject({
    mode: 'first_frame',
    inputs: [{ role: 'first_frame', media: { mime: 'image/png' } }],
  });
});

/** 8 x 8 pixels, white. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4TwAwDCkFBADDkwFvOBgvFgAAAABJRU5ErkJggg==',
  'base64',
);

test('sixty held at once are all answered with their own video, and one who leaves is billed once all the same', async () => {
  const leaving = new AbortController();
  const left = 'left [[sim seconds=2 video=shared]]';
  const gone = fetch(`${gateway.api}${GENERATE}`, {
    method: 'POST',
    signal: leaving.signal,
    headers: {
      authorization: `Bearer ${gateway.keys.key}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ ...SAMPLE, prompt: left }),
  });
  const answers = Array.from({ length: 60 }, (_, index) =>
    generate({ prompt: `number ${index} ${QUICK}` }),
  );
  await until('the job of the one who leaves', async () => (await jobsWith(left))[0]);
  leaving.abort();
  await expect(gone).rejects.toThrow('aborted');

  const all = await Promise.all(answers);
  expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
  expect(all.map(({ json }) => json.data.text)).toEqual(
    all.map((_, index) => `Generated video for prompt: number ${index} ${QUICK}`),
  );
  expect(new Set(all.map(({ json }) => json.data.id)).size).toBe(60);

  const job = await until('its end', async () =>
    (await jobsWith(left)).find(({ state }) => state === 'succeeded'),
  );
  expect(await settled(job.id)).toEqual({ ledger: ['hold', 'settle'], usage: ['15000000'] });
  const read = await gateway.call('GET', `/v1/ula/videos/${job.id}`);
  expect(read).toMatchObject({
    status: 200,
    json: { data: { id: job.id, finish_reason: 'stop' } },
  });
});

test('repeats under one key wait for the one job and get its one answer, before and after its end', async () => {
  const prompt = `once ${QUICK}`;
  const headers = { 'idempotency-key': 'ula-once' };
  const answers = await Promise.all(Array.from({ length: 5 }, () => generate({ prompt }, headers)));
  const late = await generate({ prompt }, headers);
  expect(new Set([...answers, late].map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(late.status).toBe(200);
  expect(late.headers.get('idempotent-replayed')).toBe('true');
  expect(await jobsWith(prompt)).toHaveLength(1);
  const other = await generate({ prompt: 'another' }, headers);
  expect(other).toMatchObject({
    status: 422,
    json: { data: {}, error: { code: 'idempotency_mismatch', param: 'Idempotency-Key' } },
  });
});

test('a repeat after its first caller has left, and after a 202, finds the same job', async () => {
  const prompt = 'interrupted [[sim seconds=3 video=shared]]';
  const headers = { 'idempotency-key': 'ula-interrupted' };
  const early = await generate({ prompt }, { ...headers, prefer: 'wait=0' });
  expect(early.status).toBe(202);
  expect(early.json.data).toMatchObject({
    finish_reason: null,
    videos: [],
    status_url: `/v1/ula/videos/${early.json.data.id}`,
  });
  const again = await generate({ prompt }, headers);
  expect(again).toMatchObject({ status: 200, json: { data: { id: early.json.data.id } } });
  expect(await jobsWith(prompt)).toHaveLength(1);
});

test.each<[fault: string, status: number, code: string]>([
  ['policy', 400, 'content_rejected'],
  ['fail', 500, 'provider_error'],
  ['expired', 500, 'expired'],
])('a job that ends by %s is answered %d %s and costs nothing', async (fault, status, code) => {
  const prompt = `bad [[sim seconds=1 fault=${fault}]]`;
  const { status: said, json } = await generate({ prompt });
  expect({ said, json }).toMatchObject({
    said: status,
    json: { api_details: { api_status: 'error' }, data: {}, error: { code } },
  });
  const [job] = await jobsWith(prompt);
  expect(await settled(job?.id ?? '')).toEqual({ ledger: ['hold', 'release'], usage: ['0'] });
  expect(await gateway.call('GET', `/v1/ula/videos/${job?.id}`)).toMatchObject({ status, json });
});

test('a server that closes answers everybody whom it holds at once, and the jobs go on', async () => {
  const second = await startApi(gateway.base, { host: '127.0.0.1', port: 0 });
  // It ends when the test says so, and not before the server closes.
  const prompt = 'closing [[sim queued=0 seconds=900 fault=callback-missing video=shared]]';
  const answers = Array.from({ length: 20 }, () =>
    gateway.call('POST', `${second.origin}${GENERATE}`, { body: { ...SAMPLE, prompt: SLOW } }),
  );
  await until('all of them', async () => ((await jobsWith(SLOW)).length === 20 ? true : undefined));
  const quick = gateway.call('POST', `${second.origin}${GENERATE}`, {
    body: { ...SAMPLE, prompt },
    headers: { 'idempotency-key': 'closing' },
  });
  const job = await until('the quick one', async () => (await jobsWith(prompt))[0]);
  const taskId = await until('the provider to have it', async () => {
    const attempt = await gateway.base.store.attempts.latest(job.id);
    return attempt?.operation && String(attempt.operation['taskId']);
  });
  const startedAt = Date.now();
  await second.close();
  // None of them ends by itself, so an answer before this is one that did not wait.
  expect(Date.now() - startedAt).toBeLessThan(HELD_MS / 2);
  for (const { status, headers } of await Promise.all(answers)) {
    expect([status, headers.get('connection')]).toEqual([202, 'close']);
  }
  expect((await quick).status).toBe(202);
  const provided = `${gateway.simulator?.origin}/_sim/jobs/${taskId}`;
  expect((await gateway.call('POST', provided, { body: { to: 'end' } })).status).toBe(200);
  const elsewhere = await generate({ prompt }, { 'idempotency-key': 'closing' });
  expect(elsewhere.status).toBe(200);
  for (const { id } of await jobsWith(SLOW)) await gateway.call('DELETE', `/v1/videos/${id}`);
});

test('past the configured wait a slow job is 202', async () => {
  const api = await startApi(
    {
      ...gateway.base,
      config: { ...gateway.base.config, waits: { ...gateway.base.config.waits, heldMs: 300 } },
    },
    { host: '127.0.0.1', port: 0 },
  );
  const answer = await gateway.call('POST', `${api.origin}${GENERATE}`, {
    body: { ...SAMPLE, prompt: SLOW },
    headers: { prefer: 'wait=20' },
  });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('preference-applied')).toBeNull();
  await gateway.call('DELETE', `/v1/videos/${answer.json.data.id}`);
  await api.close();
});

test('an unsupported model is 400, a field at fault is 422 and named, and a caller without the points is 403', async () => {
  const unknown = await generate({ model: 'seedance-v9' });
  expect(unknown).toMatchObject({ status: 400, json: { error: { code: 'model_not_found' } } });
  const wrong = await generate({ duration: 99 });
  expect(wrong).toMatchObject({ status: 422, json: { error: { param: 'duration' } } });
  const { available, held } = await gateway.base.store.ledger.balance(gateway.workspaceId);
  await gateway.sql(
    `INSERT INTO ledger (workspace_id, kind, available, held, spent, idempotency_key, at)
     VALUES ($1, 'adjust', $2, 0, 0, 'poor', now())`,
    // What an earlier job still holds comes back when it ends.
    [gateway.workspaceId, -available - held],
  );
  const poor = await generate();
  expect(poor).toMatchObject({ status: 403, json: { error: { code: 'insufficient_balance' } } });
});

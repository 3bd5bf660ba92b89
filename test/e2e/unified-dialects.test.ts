import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { readConfig } from '../../src/config';
import { newSecret } from '../../src/callbacks/secrets';
import { readId } from '../../src/core/job/ids';
import { newKey } from '../../src/store/keys/new-key';
import { ensureWorkspace } from '../../src/store/operator/workspaces';
import { startTestGateway, until } from '../support/gateway';
import type { CallAnswer, TestGateway } from '../support/gateway';

/** Two public APIs over one gateway: their own words from the first request to the playable video, the bill and the log. */

const SEEDANCE = 'doubao-seedance-1-5-pro-251215';
/** How Ark refuses a prompt. */
const REFUSAL = JSON.stringify({
  error: { code: 'InputTextSensitiveContentDetected', message: 'sensitive', type: 'BadRequest' },
});
const SIM = '[[sim seconds=1 video=shared]]';

let gateway: TestGateway;
let receiver: Server;
let callbackUrl: string;
const received: { headers: IncomingHttpHeaders; body: string }[] = [];
const keys: Record<'vip' | 'reader' | 'revoked' | 'other', string> = {
  vip: '',
  reader: '',
  revoked: '',
  other: '',
};

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url?.startsWith('/hook') !== true) {
        response.writeHead(400, { 'content-type': 'application/json' }).end(REFUSAL);
        return;
      }
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  callbackUrl = `${origin}/hook`;
  const vipOnly = {
    channels: [{ channel: 'ark-simulated', model: SEEDANCE }],
    price: { perJob: '7.25' },
    groups: ['vip'],
  };
  // Beside a channel that reaches a provider, simulated ones are offered where they are named.
  const usual = readConfig({ REELAY_CONFIG: '' });
  gateway = await startTestGateway({
    channels: {
      ...usual.channels,
      refusing: { provider: 'ark', baseUrl: `${origin}/ark`, credentials: { apiKey: 'k' } },
    },
    models: {
      ...usual.models,
      'vip-clip': vipOnly,
      'refused-clip': {
        channels: [{ channel: 'refusing', model: SEEDANCE }],
        price: { perJob: '3' },
        groups: ['default'],
      },
    },
    // A busy machine has room to refuse within it; the provider that is busy for longer is so for twenty seconds.
    waits: { providerReplyMs: 10_000 },
  });
  keys.reader = (await addKey(['read'])).secret;
  const revoked = await addKey(['generate', 'read']);
  await admin('DELETE', `keys/${revoked.id}`);
  keys.revoked = revoked.secret;
  keys.other = await addWorkspace('other', 'default');
  keys.vip = await addWorkspace('vip', 'vip');
});

afterAll(async () => {
  await gateway?.close();
  receiver?.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

const admin = (method: string, path: string, body?: unknown) =>
  gateway.call(method, `/v1/admin/${path}`, { key: gateway.keys.admin_key, body });

async function addKey(scopes: string[]): Promise<{ id: string; secret: string }> {
  const answer = await admin('POST', `workspaces/${gateway.workspaceId}/keys`, {
    name: scopes.join(' '),
    scopes,
  });
  expect(answer.status).toBe(201);
  return answer.json;
}

async function addWorkspace(name: string, group: string): Promise<string> {
  const { key, prefix, hash } = newKey(randomBytes);
  const { id } = await ensureWorkspace(gateway.base.db, gateway.base.sealer, {
    name,
    keys: [{ name: 'test', prefix, hash, scopes: ['generate', 'read'] }],
    callbackSecret: newSecret(randomBytes(32)),
    points: 1_000_000_000n,
    now: Date.now(),
  });
  await gateway.sql('UPDATE workspaces SET group_name = $2 WHERE id = $1', [id, group]);
  return key;
}

const post = (path: string, body: unknown, key?: string): Promise<CallAnswer> =>
  gateway.call('POST', path, { body, ...(key === undefined ? {} : { key }) });
const get = (path: string, key?: string): Promise<CallAnswer> =>
  gateway.call('GET', path, key === undefined ? {} : { key });

/** Asks as that API's clients do, until it says so. */
const polled = (
  path: string,
  isDone: (json: CallAnswer['json']) => boolean,
): Promise<CallAnswer['json']> =>
  until(`${path} to end`, async () => {
    const { json } = await get(path);
    return isDone(json) ? json : undefined;
  });

async function expectPlayable(url: string): Promise<void> {
  const file = await fetch(url);
  expect([file.status, file.headers.get('content-type')]).toEqual([200, 'video/mp4']);
  const bytes = Buffer.from(await file.arrayBuffer());
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
}

const ledgerOf = (id: string) =>
  gateway.sql<{ kind: string; held: string; spent: string }>(
    'SELECT kind, held, spent FROM ledger WHERE job_id = $1 ORDER BY id',
    [readId(id)],
  );

const attemptOf = (id: string) => gateway.base.store.attempts.latest(readId(id) ?? '');

describe('/v1/video/generations', () => {
  test.each<[model: string, points: number, words: object, echo: object]>([
    [
      'kling-v1',
      10,
      { negative_prompt: 'rain', mode: 'std', cfg_scale: 0.5 },
      { negative_prompt: 'rain', resolution: '720p', passthrough: { cfg_scale: 0.5 } },
    ],
    ['kling-3.0', 15, { multi_shot: true }, { passthrough: { multi_shot: true } }],
    ['sora-2', 40, { style: 'cinematic' }, { passthrough: { style: 'cinematic' } }],
    ['veo-3', 50, { aspectRatio: '16:9', quality: '720p' }, { aspect_ratio: '16:9' }],
  ])(
    'takes the documented request for %s and ends with a playable video at its own poll',
    async (model, points, words, echo) => {
      const answer = await post('/v1/video/generations', {
        model,
        prompt: `A cat walks over a sunny windowsill ${SIM}`,
        duration: 5,
        size: '1280x720',
        metadata: { ...words, callback_url: callbackUrl },
      });
      expect(answer.json).toMatchObject({
        id: expect.stringMatching(/^task_[0-9a-f]{32}$/),
        object: 'video',
        model,
        status: 'queued',
        progress: 0,
        parameters: { duration: 5, size: '1280x720', ...echo },
      });
      expect([answer.status, answer.json.task_id]).toEqual([200, answer.json.id]);
      const path = `/v1/video/generations/${answer.json.id}`;
      const poll = await polled(path, ({ status }) => status === 'completed');
      const { data, code } = poll;
      expect([code, data.status]).toEqual(['success', 'SUCCESS']);
      expect([poll.task_id, poll.error]).toEqual([answer.json.id, null]);
      await expectPlayable(poll.url);
      expect(data).toMatchObject({ progress: '100%', format: 'mp4', error: null, quota: points });
      await expectPlayable(data.url);
      const video = await get(`/v1/videos/${answer.json.task_id}`);
      const { id } = answer.json;
      expect(video.json).toMatchObject({ id, task_id: id, status: 'completed' });
      await expectPlayable(video.json.metadata.url);
      const content = await get(`/v1/videos/${answer.json.task_id}/content`);
      expect(content.headers.get('content-type')).toBe('video/mp4');
      const message = await until('the callback', async () =>
        received.find(({ body }) => body.includes(answer.json.id)),
      );
      new Webhook(gateway.keys.callback_secret).verify(
        message.body,
        message.headers as Record<string, string>,
      );
      expect(JSON.parse(message.body)).toMatchObject({
        code: 'success',
        status: 'completed',
        data: { status: 'SUCCESS' },
      });
    },
  );

  test('what metadata says is what is sent and priced, and the vendor gets its own words', async () => {
    const { json } = await post('/v1/video/generations', {
      model: 'seedance-1.5-pro',
      prompt: `a cat ${SIM}`,
      duration: 4,
      size: '16:9',
      metadata: JSON.stringify({ duration: 6, aspectRatio: '9:16', seed: 7, style: 'ink' }),
    });
    const job = await gateway.base.store.jobs.load(readId(json.id) ?? '');
    expect(job?.applied).toMatchObject({
      seconds: 6,
      aspectRatio: '9:16',
      seed: 7,
      passthrough: { style: 'ink' },
    });
    await gateway.ended(json.id);
  });

  test('a form with a file is a video from that picture', async () => {
    const form = new FormData();
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    form.append('model', 'seedance-2.0');
    form.append('prompt', `a cat ${SIM}`);
    form.append('seconds', '5');
    form.append('image', new File([Buffer.from(png, 'base64')], 'a.png', { type: 'image/png' }));
    const { status, json } = await post('/v1/video/generations', form);
    expect([status, json.parameters?.mode]).toEqual([200, 'first_frame']);
    const plain = await post('/v1/video/generations', {
      model: 'seedance-2.0',
      prompt: `a cat ${SIM}`,
      image: png,
    });
    expect(plain.json.parameters.mode).toBe('first_frame');
    const inputs = await gateway.sql(
      `SELECT request->'inputs'->0->'media'->>'blob' AS blob FROM jobs WHERE id = ANY($1)`,
      [[readId(json.id), readId(plain.json.id)]],
    );
    expect(new Set(inputs.map(({ blob }) => blob)).size).toBe(1);
    await gateway.ended(json.id);
    await gateway.ended(plain.json.id);
  });

  test('create and query have words of their own for the same job', async () => {
    const created = await post('/v1/video/create', {
      model: 'veo-3',
      prompt: `a cat ${SIM}`,
      aspect_ratio: '16:9',
    });
    expect(created.json).toMatchObject({ status: 'pending', video_url: null });
    const path = `/v1/video/query?id=veo-3:${created.json.id}`;
    const done = await polled(path, ({ status }) => status === 'completed');
    await expectPlayable(done.video_url);
  });

  test('a failed job says why in every form of the answer', async () => {
    const { json } = await post('/v1/video/generations', {
      model: 'sora-2',
      prompt: 'forbidden [[sim seconds=1 fault=policy]]',
    });
    const path = `/v1/video/generations/${json.id}`;
    const { data } = await polled(path, ({ data: { status } }) => status === 'FAILURE');
    expect(data).toMatchObject({
      url: '',
      quota: 0,
      fail_reason:
        'The provider rejected the content. It said: OutputVideoSensitiveContentDetected: ' +
        'The request failed because the output video may contain sensitive information.',
      error: { code: 'content_rejected' },
    });
  });
});

describe('/unified-video', () => {
  const SAMPLE = {
    model: 'seedance-1.5-pro',
    prompt: 'A cinematic beach at sunset with gentle waves',
    duration: 8,
    resolution: '720p',
  };

  test('quotes, creates and settles one price; the seed’s own request ends as a playable video', async () => {
    const models = await get('/unified-video/models');
    expect(models.json.modelParams[SAMPLE.model].duration.enum).toContain(8);
    const quote = await post('/unified-video/quote', SAMPLE);
    expect(quote.json).toMatchObject({ success: true, model: SAMPLE.model, pointsCharged: 24 });
    const body = { ...SAMPLE, callbackUrl, projectId: 'p-1', quoteId: quote.json.quoteId };
    const { status, json } = await post('/unified-video/generate', body);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      success: true,
      taskId: expect.stringMatching(/^task_[0-9a-f]{32}$/),
      providerTaskId: expect.stringMatching(/^cgt-/),
      model: SAMPLE.model,
      providerModel: SEEDANCE,
      pointsCharged: 24,
      status: 'submitted',
      estimatedTime: 90,
      estimatedTimeSec: 90,
      estimatedTimeSource: 'model',
      projectId: 'p-1',
      parameters: { duration: 8, resolution: '720p' },
    });
    const simulator = `${gateway.simulator?.origin}/_sim/jobs/${json.providerTaskId}`;
    expect((await gateway.call('GET', simulator)).json).toMatchObject({ submits_accepted: 1 });

    const path = `/unified-video/${json.taskId}/status`;
    const done = await polled(path, (status) => status.status === 'completed');
    expect(done).toMatchObject({
      success: true,
      providerTaskId: json.providerTaskId,
      pointsCharged: 24,
      progress: 100,
      projectId: 'p-1',
    });
    await expectPlayable(done.videoUrl);
    expect(await ledgerOf(json.taskId)).toEqual([
      { kind: 'hold', held: '24000000', spent: '0' },
      { kind: 'settle', held: '-24000000', spent: '24000000' },
    ]);
    const message = await until('the callback', async () =>
      received.find((one) => one.body.includes(json.taskId)),
    );
    const verified = new Webhook(gateway.keys.callback_secret).verify(
      message.body,
      message.headers as Record<string, string>,
    );
    expect(verified).toEqual({
      ...done,
      videoUrl: expect.any(String),
      videoUrls: [expect.any(String)],
    });
  });

  test('a repeat is the same task, with the provider’s id, and one bill', async () => {
    const body = { ...SAMPLE, prompt: `again ${SIM}` };
    const headers = { 'idempotency-key': 'again' };
    const [one, two] = await Promise.all(
      [1, 2].map(() => gateway.call('POST', '/unified-video/generate', { body, headers })),
    );
    expect(two?.json).toEqual(one?.json);
    expect(one?.json.providerTaskId).toMatch(/^cgt-/);
    await gateway.ended(one?.json.taskId);
    const later = await gateway.call('POST', '/unified-video/generate', { body, headers });
    expect([later.status, later.json]).toEqual([one?.status, one?.json]);
    expect(later.headers.get('idempotent-replayed')).toBe('true');
    expect(await ledgerOf(one?.json.taskId)).toHaveLength(2);
  });

  test('a quote holds for its own request and workspace only', async () => {
    const sample = { ...SAMPLE, prompt: `quoted ${SIM}` };
    const quote = await post('/unified-video/quote', sample);
    const { quoteId } = quote.json;
    const other = await post('/unified-video/generate', { ...sample, duration: 12, quoteId });
    expect([other.status, other.json]).toEqual([
      409,
      expect.objectContaining({ success: false, param: 'quoteId', code: 'conflict' }),
    ]);
    const foreign = await post('/unified-video/generate', { ...sample, quoteId }, keys.other);
    expect([foreign.status, foreign.json.param]).toEqual([400, 'quoteId']);
    const spelled = { ...sample, aspectRatio: 'adaptive', prompt: sample.prompt, quoteId };
    const same = await post('/unified-video/generate', spelled);
    expect([same.status, same.json.pointsCharged]).toEqual([200, 24]);
    await gateway.ended(same.json.taskId);
  });

  test('a create whose provider does not answer in time succeeds without its id', async () => {
    const { json } = await post('/unified-video/generate', {
      ...SAMPLE,
      prompt: 'busy [[sim fault=429 count=80 seconds=1 video=shared]]',
    });
    expect(json).toMatchObject({ success: true, status: 'submitted', providerTaskId: null });
    const path = `/unified-video/${json.taskId}/status`;
    const done = await polled(path, ({ status }) => status === 'completed' || status === 'failed');
    expect(done).toMatchObject({
      status: 'completed',
      providerTaskId: (await attemptOf(json.taskId))?.operation?.['taskId'],
    });
  });

  test('a caller who leaves while a create waits loses nothing: a repeat finds the task', async () => {
    const leaving = new AbortController();
    const init = {
      method: 'POST',
      headers: {
        authorization: `Bearer ${gateway.keys.key}`,
        'content-type': 'application/json',
        'idempotency-key': 'left',
      },
      body: JSON.stringify({
        ...SAMPLE,
        prompt: 'left [[sim fault=429 count=6 seconds=1 video=shared]]',
      }),
    };
    const url = `${gateway.api}/unified-video/generate`;
    const left = fetch(url, { ...init, signal: leaving.signal }).catch(
      (error: Error) => error.name,
    );
    await until('the job', async () => {
      const rows = await gateway.sql(`SELECT 1 FROM jobs WHERE request->>'prompt' LIKE 'left %'`);
      return rows[0];
    });
    leaving.abort();
    expect(await left).toBe('AbortError');
    const again = await fetch(url, init);
    const created = (await again.json()) as { taskId: string; pointsCharged: number };
    expect([again.headers.get('idempotent-replayed'), created.pointsCharged]).toEqual(['true', 24]);
    expect(await gateway.ended(created.taskId)).toMatchObject({ status: 'completed' });
    expect(await ledgerOf(created.taskId)).toHaveLength(2);
  });

  test('a create that the provider refuses at once has its id, says why, and costs nothing', async () => {
    const body = { model: 'refused-clip', prompt: 'no', callbackUrl };
    const headers = { 'idempotency-key': 'refused' };
    const create = () => gateway.call('POST', '/unified-video/generate', { body, headers });
    const { status, json } = await create();
    expect((await create()).json).toEqual(json);
    const said = { status: 'failed', code: 'content_rejected', pointsCharged: 0 };
    expect([status, json]).toEqual([200, expect.objectContaining({ ...said, success: true })]);
    const later = await get(`/unified-video/${json.taskId}/status`);
    expect(later.json).toMatchObject({ ...said, success: false, providerTaskId: null });
    const message = await until('the callback', async () =>
      received.find(({ body }) => body.includes(json.taskId)),
    );
    expect(JSON.parse(message.body)).toMatchObject(said);
    expect(await ledgerOf(json.taskId)).toEqual([
      { kind: 'hold', held: '3000000', spent: '0' },
      { kind: 'release', held: '-3000000', spent: '0' },
    ]);
  });
});

describe('both', () => {
  test('the group of the key decides which models there are', async () => {
    const mine = await get('/unified-video/models');
    const theirs = await get('/unified-video/models', keys.vip);
    const names = ({ json }: CallAnswer) => json.models.map(({ id }: { id: string }) => id);
    expect(names(mine)).not.toContain('vip-clip');
    expect(names(theirs)).toEqual(['vip-clip']);
    const body = { model: 'vip-clip', prompt: `a cat ${SIM}` };
    expect((await post('/unified-video/quote', body)).status).toBe(404);
    expect((await post('/unified-video/quote', body, keys.vip)).json.pointsCharged).toBe(7.25);
    const refused = await post('/v1/video/generations', body);
    expect([refused.status, refused.json]).toEqual([
      503,
      { error: expect.objectContaining({ type: 'new_api_error', code: 'model_not_found' }) },
    ]);
    expect(refused.text).not.toContain(SEEDANCE);
    const taken = await post('/v1/video/generations', body, keys.vip);
    expect(taken.status).toBe(200);
    await until('the vip job to end', async () => {
      const { json } = await get(`/v1/video/generations/${taken.json.id}`, keys.vip);
      return json.data.status === 'SUCCESS' ? true : undefined;
    });
  });

  test('another workspace’s job, a revoked key and a key without the scope get nowhere', async () => {
    const { json } = await post('/v1/video/generations', {
      model: 'sora-2',
      prompt: `mine ${SIM}`,
    });
    const id = json.id as string;
    const reads = [
      `/v1/video/generations/${id}`,
      `/v1/video/query?id=${id}`,
      `/unified-video/${id}/status`,
    ];
    for (const path of reads) {
      expect([path, (await get(path, keys.reader)).status]).toEqual([path, 200]);
      expect([path, (await get(path, keys.other)).status]).toEqual([path, 404]);
    }
    const all = [...reads, '/unified-video/models', '/v1/usage/logs', '/v1/usage/summary'];
    for (const path of all) {
      expect([path, (await get(path, keys.revoked)).status]).toEqual([path, 401]);
    }
    const body = { model: 'sora-2', prompt: 'no' };
    for (const path of [
      '/v1/video/generations',
      '/v1/video/create',
      '/unified-video/quote',
      '/unified-video/generate',
    ]) {
      expect([path, (await post(path, body, keys.reader)).status]).toEqual([path, 403]);
      expect([path, (await post(path, body, keys.revoked)).status]).toEqual([path, 401]);
    }
    const said = await post('/unified-video/generate', body, keys.reader);
    expect(said.json.error).toContain('"api.generate"');
    const usage = await get('/v1/usage/logs', keys.other);
    expect(usage.json).toMatchObject({ logs: [], total: 0 });
    await gateway.ended(id);
  });

  test('the usage log and its summary are the ledger', async () => {
    const logs = await get('/v1/usage/logs?limit=100');
    const summary = await get('/v1/usage/summary?groupBy=model');
    const { spent } = await gateway.base.store.ledger.balance(gateway.workspaceId);
    const rows = logs.json.logs as { taskId: string; pointsCharged: number; model: string }[];
    expect(rows.length).toBeGreaterThan(5);
    const total = rows.reduce((sum, row) => sum + row.pointsCharged, 0);
    expect(BigInt(Math.round(total * 1e6))).toBe(spent);
    expect(summary.json).toMatchObject({
      totalPointsCharged: total,
      totalRequests: rows.length,
      totalInputTokens: 0,
    });
    expect(summary.json.totalOutputTokens).toBeGreaterThan(100_000);
    expect(summary.json.groups.map(({ group }: { group: string }) => group).sort()).toEqual(
      [...new Set(rows.map(({ model }) => model))].sort(),
    );
    const csv = await get('/v1/usage/logs?format=csv');
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.text.trim().split('\r\n')).toHaveLength(rows.length + 1);
  });

  test('once five jobs of a model have ended, the estimate is their median', async () => {
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        const { json } = await post('/unified-video/generate', {
          model: 'seedance-2.0',
          prompt: `estimate ${SIM}`,
        });
        await gateway.ended(json.taskId);
      }),
    );
    const { json } = await post('/unified-video/generate', {
      model: 'seedance-2.0',
      prompt: `estimate ${SIM}`,
    });
    expect(json.estimatedTimeSource).toBe('finished_jobs');
    expect(json.estimatedTimeSec).toBeLessThan(60);
    await gateway.ended(json.taskId);
  });
});

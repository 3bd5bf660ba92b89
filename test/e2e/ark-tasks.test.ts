import { createByteDance } from '@ai-sdk/bytedance';
import { randomBytes } from 'node:crypto';
import { createServer, request as requestHttp } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { newKey as mintKey } from '../../src/store/keys/new-key';
import { ensureWorkspace } from '../../src/store/operator/workspaces';
import { startTestGateway, until } from '../support/gateway';
import type { CallAnswer, TestGateway } from '../support/gateway';

/**
 * The pass-through, from a caller's bytes to the provider's and back. A recorder stands between gateway and simulated
 * provider and keeps both sides of every exchange.
 */

interface Exchange {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  reply: { status: number; body: string };
}

let gateway: TestGateway;
let recorder: Server;
let receiver: Server;
let hook: string;
const exchanges: Exchange[] = [];
const messages: { headers: IncomingHttpHeaders; body: string }[] = [];
/** Whatever is sent with a method for the task whose creating body holds a text waits until the test says so. */
interface Wait {
  method: 'POST' | 'GET';
  text: string;
  go: Promise<void>;
}
const waits: Wait[] = [];
let simulator = '';

const TASKS = '/v1/contents/generations/tasks';
const MODEL = 'seedance-2-0';
const UPSTREAM = 'doubao-seedance-2-0-260128';

beforeAll(async () => {
  recorder = createServer((request, response) => {
    void record(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  receiver = createServer((request, response) => {
    void textOf(request).then((body) => {
      messages.push({ headers: request.headers, body });
      response.writeHead(204).end();
    });
  });
  const origin = await listening(recorder);
  hook = `${await listening(receiver)}/hook`;
  const channel = { provider: 'ark', baseUrl: `${origin}/ark`, resultOrigins: [origin] };
  const model = (name: string) => ({
    channels: [{ channel: name, model: UPSTREAM }],
    price: { perJob: '25' },
  });
  gateway = await startTestGateway(
    {
      channels: {
        'ark-simulated': { provider: 'ark', simulated: true },
        first: { ...channel, credentials: { apiKey: 'first' } },
        foreign: { ...channel, credentials: { apiKey: 'foreign' }, foreignIds: true },
      },
      models: { [MODEL]: model('first'), open: model('foreign') },
      waits: { nativeReplyMs: 12_000, busyMs: 300 },
    },
    { env: { REELAY_PUBLIC_URL: 'http://127.0.0.1:9' } },
  );
  simulator = gateway.simulator?.origin ?? '';
});

afterAll(async () => {
  await gateway?.close();
  for (const server of [recorder, receiver]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The simulator's reply with spaces that no JSON writer makes, so that equal bytes are no accident. */
async function record(request: IncomingMessage): Promise<Exchange['reply']> {
  const body = await textOf(request);
  const { method = '', url = '', headers } = request;
  const creating = method === 'POST' ? body : (createOf(url)?.body ?? '');
  await waits.find((wait) => wait.method === method && creating.includes(wait.text))?.go;
  const answer = await fetch(`${simulator}${url}`, {
    method,
    headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
    ...(body === '' ? {} : { body }),
  });
  const reply = { status: answer.status, body: `${await answer.text()} \n` };
  exchanges.push({ method, url, headers, body, reply });
  return reply;
}

/** The POST that made the task of a path. */
const createOf = (path: string): Exchange | undefined => {
  const id = path.split('/').at(-1) ?? '';
  return exchanges.find(({ method, reply }) => method === 'POST' && reply.body.includes(`"${id}"`));
};

/** Holds up what is sent for a task; the function that it returns lets it go. */
function hold(method: Wait['method'], text: string): () => void {
  let letGo = (): void => undefined;
  waits.push({ method, text, go: new Promise((resolve) => (letGo = resolve)) });
  return letGo;
}

const bodyOf = (prompt: string, more: object = {}): Record<string, unknown> => ({
  model: MODEL,
  content: [{ type: 'text', text: prompt }],
  ratio: '16:9',
  duration: 5,
  resolution: '720p',
  ...more,
});

const post = (prompt: string, more: object = {}, headers: Record<string, string> = {}) =>
  gateway.call('POST', TASKS, { body: bodyOf(prompt, more), headers });
const get = (id: string, key?: string) =>
  gateway.call('GET', `${TASKS}/${id}`, key === undefined ? {} : { key });
const submitsOf = (prompt: string): Exchange[] =>
  exchanges.filter(({ method, body }) => method === 'POST' && body.includes(prompt));
const looksAt = (id: string): Exchange[] =>
  exchanges.filter(({ method, url }) => method === 'GET' && url.endsWith(`/${id}`));

function ended(id: string): Promise<CallAnswer> {
  return until(`${id} to end`, async () => {
    const answer = await get(id);
    return ['queued', 'running'].includes(answer.json.status) ? undefined : answer;
  });
}

/** Moves a simulated task ahead, so that no test races its clock. */
async function moveTo(id: string, to: string): Promise<void> {
  const url = `${simulator}/_sim/jobs/${id}`;
  expect((await gateway.call('POST', url, { body: { to } })).status).toBe(200);
}

async function jobOf(prompt: string): Promise<{ id: string; workspace_id: string }> {
  const [job] = await gateway.sql<{ id: string; workspace_id: string }>(
    `SELECT id, workspace_id FROM jobs WHERE request->>'prompt' = $1`,
    [prompt],
  );
  if (!job) throw new Error(`no job for ${prompt}`);
  return job;
}

/** A path as it is written; `fetch` would walk it first. */
function statusOf(path: string, key: string): Promise<number | undefined> {
  const { hostname, port } = new URL(gateway.api);
  return new Promise((resolve, reject) => {
    const options = { hostname, port, path, headers: { authorization: `Bearer ${key}` } };
    requestHttp(options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

/** A key of the first workspace or of another one. */
async function newKey(scopes: ('generate' | 'read' | 'foreign')[], name: string): Promise<string> {
  const { key, hash, prefix } = mintKey(randomBytes);
  await ensureWorkspace(gateway.base.db, gateway.base.sealer, {
    name,
    keys: [{ name: prefix, prefix, hash, scopes }],
    callbackSecret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    points: 1_000_000_000n,
    now: Date.now(),
  });
  return key;
}

test.concurrent(
  'only model, credentials and callback are rewritten on the way up; status, type and bytes come back as they were',
  async () => {
    const body =
      `{ "seed" : -1, "model":"${MODEL}", "unknown":{"z":1.50,"a":[1e2,"\\u00e9\\ud83d"]},\n` +
      `  "content":[{"type":"text","text":"bytes [[sim seconds=1 video=shared]]"}],\t"unknown":2 , "callback_url":"${hook}" }`;
    const answer = await gateway.call('POST', `${TASKS}?trace=a%20b&x=1`, {
      body,
      headers: {
        'accept-language': 'de',
        'x-client-request-id': 'r-1',
        cookie: 'a=b',
        'x-forwarded-for': '10.0.0.1',
      },
    });
    const [submit] = submitsOf('bytes [[sim');
    expect(submitsOf('bytes [[sim')).toHaveLength(1);
    const token = /callbacks\/ark\/([0-9a-f]{32})/.exec(submit?.body ?? '')?.[1];
    expect(submit?.body).toBe(
      body
        .replace(`"${MODEL}"`, `"${UPSTREAM}"`)
        .replace(`"${hook}"`, `"http://127.0.0.1:9/callbacks/ark/${String(token)}"`),
    );
    expect(submit?.url).toBe('/ark/contents/generations/tasks?trace=a%20b&x=1');
    expect(submit?.headers).toMatchObject({
      authorization: 'Bearer first',
      'accept-language': 'de',
      'x-client-request-id': 'r-1',
      'content-type': 'application/json',
    });
    expect(submit?.headers).not.toHaveProperty('cookie');
    expect(submit?.headers).not.toHaveProperty('x-forwarded-for');
    expect([answer.status, answer.text]).toEqual([200, submit?.reply.body]);
    expect(answer.headers.get('content-type')).toBe('application/json');

    const end = await ended(answer.json.id);
    expect(end.json).toMatchObject({ id: answer.json.id, status: 'succeeded', model: UPSTREAM });
    expect(end.text).toBe(looksAt(answer.json.id).at(-1)?.reply.body);
  },
);

test.concurrent.each([0, 1, 1_000])(
  'the sample of the seed records 108900 tokens once when its client polls %i times; readers cause no call upstream',
  async (polls) => {
    const prompt = `polled ${String(polls)} times [[sim seconds=1 video=shared]]`;
    const { json } = await post(prompt, { generate_audio: false, watermark: false, seed: -1 });
    const { id: jobId } = await jobOf(prompt);
    await until('the usage', async () => {
      const rows = await gateway.sql('SELECT 1 FROM usage WHERE job_id = $1', [jobId]);
      return rows[0];
    });
    const looks = looksAt(json.id).length;
    for (let round = 0; round < polls; round += 50) {
      const some = await Promise.all(
        Array.from({ length: Math.min(50, polls) }, () => get(json.id)),
      );
      for (const { status, json: task } of some) {
        expect([status, task.status, task.usage.completion_tokens]).toEqual([
          200,
          'succeeded',
          108900,
        ]);
      }
    }
    expect(looksAt(json.id)).toHaveLength(looks);
    const usage = await gateway.sql('SELECT tokens, charged FROM usage WHERE job_id = $1', [jobId]);
    expect(usage).toEqual([{ tokens: '108900', charged: '25000000' }]);
    const ends = await gateway.sql(`SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id`, [
      jobId,
    ]);
    expect(ends).toEqual([{ kind: 'hold' }, { kind: 'settle' }]);
    expect(await gateway.run(jobId)).toEqual({ events: 23, status: 'COMPLETED' });
  },
);

test.concurrent(
  'a task that nobody has looked at yet reads as queued under the id of its provider',
  async () => {
    const look = hold('GET', 'not seen [[');
    const { json } = await post('not seen [[sim seconds=1 video=shared]]');
    const task = await get(json.id);
    look();
    expect(task.json).toMatchObject({ id: json.id, status: 'queued', model: MODEL, error: null });
    expect((await ended(json.id)).json).toMatchObject({ status: 'succeeded', model: UPSTREAM });
  },
);

test.concurrent(
  'a provider that takes too long is answered for with 202 and our id, which works on every route and later',
  async () => {
    const go = hold('POST', 'late answer');
    const prompt = 'late answer [[sim seconds=1 video=shared]]';
    const answer = await post(prompt, {}, { 'idempotency-key': 'late' });
    expect([answer.status, Object.keys(answer.json)]).toEqual([202, ['id']]);
    const { id } = answer.json as { id: string };
    expect(id).toMatch(/^task_[0-9a-f]{32}$/);
    expect((await get(id)).json).toMatchObject({ id, status: 'queued' });
    go();
    const end = await ended(id);
    const reply = submitsOf('late answer')[0]?.reply.body ?? '';
    const { id: providerId } = JSON.parse(reply) as { id: string };
    expect(providerId).toMatch(/^cgt-/);
    // Everything but the id is the provider's, byte for byte.
    const said = looksAt(providerId).at(-1)?.reply.body;
    expect(end.text).toBe(said?.replace(providerId, id));
    for (const form of [id, providerId]) {
      expect((await get(form)).text).toBe(end.text);
      const listed = await gateway.call('GET', `${TASKS}?filter.task_ids=${form}`);
      expect(listed.text).toBe(`{"items":[${end.text}],"total":1}`);
    }
    const again = await post(prompt, {}, { 'idempotency-key': 'late' });
    expect([again.status, again.text]).toEqual([200, reply.replace(providerId, id)]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await gateway.call('DELETE', `${TASKS}/${id}`)).json).toEqual({});
    expect((await get(providerId)).status).toBe(404);
  },
);

test.concurrent(
  'equal creates under one key are one submit and get the same bytes; another body is a 409',
  async () => {
    const prompt = 'ten at once [[sim seconds=1 video=shared]]';
    const headers = { 'idempotency-key': 'ten' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(prompt, {}, headers)));
    expect(submitsOf(prompt)).toHaveLength(1);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set([`200 ${String(submitsOf(prompt)[0]?.reply.body)}`]),
    );
    const other = await post('another body', {}, headers);
    expect([other.status, other.json.error.code]).toEqual([409, 'IdempotencyKeyMismatch']);
    expect(other.headers.get('x-should-retry')).toBe('false');
    const query = await gateway.call('POST', `${TASKS}?a=1?b=2`, { body: bodyOf(prompt), headers });
    expect(query.status).toBe(409);
    await ended(answers[0]?.json.id);
    await gateway.call('DELETE', `${TASKS}/${String(answers[0]?.json.id)}`);
    const afterwards = await post(prompt, {}, headers);
    expect(afterwards.text).toBe(answers[0]?.text);
  },
);

test.concurrent(
  'what the provider refuses comes back as it said it, costs nothing and is in no list',
  async () => {
    const refused = await post('refused', { duration: 99, ratio: null });
    const [submit] = submitsOf('"refused"');
    expect([refused.status, refused.text]).toEqual([400, submit?.reply.body]);
    expect(refused.json.error.code).toBe('InvalidParameter');
    expect(refused.headers.get('x-should-retry')).toBe('false');
    const { id } = await jobOf('refused');
    const costs = await gateway.sql(
      `SELECT sum(available)::text AS available, sum(held)::text AS held, sum(spent)::text AS spent
     FROM ledger WHERE job_id = $1`,
      [id],
    );
    expect(costs).toEqual([{ available: '0', held: '0', spent: '0' }]);
    expect((await gateway.call('GET', `${TASKS}?filter.task_ids=${id}`)).json.total).toBe(0);
    expect((await get(id)).json).toMatchObject({
      status: 'failed',
      error: { code: 'InvalidParameter' },
    });
  },
);

test.concurrent(
  'a busy provider may be posted to again, a submit whose answer was lost may not',
  async () => {
    const busy = await post('busy [[sim fault=429 count=9]]');
    expect([busy.status, busy.text]).toEqual([429, submitsOf('busy [[').at(-1)?.reply.body]);
    expect(busy.headers.get('x-should-retry')).toBeNull();
    const prompt = 'in doubt [[sim fault=5xx]]';
    const doubt = await post(prompt);
    expect(doubt.status).toBe(202);
    expect(submitsOf(prompt)).toHaveLength(1);
  },
);

test.concurrent('explicit nulls, as the Python SDK writes them, are absent values', async () => {
  const nulls = Object.fromEntries(
    ['callback_url', 'service_tier', 'seed', 'frames', 'tools', 'draft', 'priority'].map((name) => [
      name,
      null,
    ]),
  );
  const answer = await post('nulls [[sim seconds=1 video=shared]]', nulls);
  expect(answer.status).toBe(200);
  expect(submitsOf('nulls [[')[0]?.body).toContain('"service_tier":null');
});

test.concurrent(
  'DELETE cancels a queued task, refuses a running and a cancelled one, and hides an ended one',
  async () => {
    const queued = await post('to be canceled [[sim queued=60 video=shared]]');
    expect((await gateway.call('DELETE', `${TASKS}/${queued.json.id}`)).json).toEqual({});
    const cancelled = await ended(queued.json.id);
    expect(cancelled.json).toMatchObject({ status: 'cancelled' });
    const again = await gateway.call('DELETE', `${TASKS}/${queued.json.id}`);
    expect([again.status, again.json.error.code]).toEqual([
      409,
      'InvalidAction.CancelledTaskDeletion',
    ]);

    const running = await post('running on [[sim queued=900 seconds=900 video=shared]]');
    await moveTo(running.json.id, 'running');
    await until('running', async () =>
      (await get(running.json.id)).json.status === 'running' ? true : undefined,
    );
    const refused = await gateway.call('DELETE', `${TASKS}/${running.json.id}`);
    expect([refused.status, refused.json.error.code]).toEqual([
      409,
      'InvalidAction.RunningTaskDeletion',
    ]);
    expect(refused.headers.get('x-should-retry')).toBe('false');
  },
);

test.concurrent(
  'DELETE of a task that runs is refused also before anybody has looked at it, and again',
  async () => {
    const look = hold('GET', 'runs unseen [[');
    const { json } = await post('runs unseen [[sim queued=900 seconds=900 video=shared]]');
    await moveTo(json.id, 'running');
    const deleting = gateway.call('DELETE', `${TASKS}/${json.id}`);
    await until('the wish', async () => {
      const rows = await gateway.sql(
        `SELECT 1 FROM jobs WHERE cancel_requested_at IS NOT NULL AND request->>'prompt' LIKE 'runs unseen%'`,
      );
      return rows[0];
    });
    look();
    for (const answer of [await deleting, await gateway.call('DELETE', `${TASKS}/${json.id}`)]) {
      expect([answer.status, answer.json.error?.code]).toEqual([
        409,
        'InvalidAction.RunningTaskDeletion',
      ]);
    }
  },
);

test.concurrent(
  "lists this workspace's tasks of seven days by page, status and model, as the provider showed them",
  async () => {
    const made: string[] = [];
    for (const number of [1, 2, 3]) {
      const { json } = await post(`listed ${String(number)} [[sim seconds=1 video=shared]]`);
      made.unshift(json.id);
    }
    const ends = await Promise.all(made.map(ended));
    const ids = made.map((id) => `filter.task_ids=${id}`).join('&');
    const list = async (query: string): Promise<string> =>
      (await gateway.call('GET', `${TASKS}?${query}`)).text;
    expect(await list(ids)).toBe(`{"items":[${ends.map(({ text }) => text).join(',')}],"total":3}`);
    expect(await list(`filter.task_ids=${made.join(',')}&page_num=2&page_size=2`)).toBe(
      `{"items":[${String(ends[2]?.text)}],"total":3}`,
    );
    const total = async (query: string): Promise<number> =>
      (JSON.parse(await list(`${ids}&${query}`)) as { total: number }).total;
    expect(await total('filter.status=succeeded')).toBe(3);
    expect(await total('filter.status=cancelled')).toBe(0);
    const queued = await post('listed and canceled [[sim queued=60 video=shared]]');
    await gateway.call('DELETE', `${TASKS}/${queued.json.id}`);
    await ended(queued.json.id);
    const canceled = await list(`filter.task_ids=${queued.json.id}&filter.status=cancelled`);
    expect(JSON.parse(canceled)).toMatchObject({ total: 1, items: [{ status: 'cancelled' }] });
    expect([await total(`filter.model=${MODEL}`), await total(`filter.model=${UPSTREAM}`)]).toEqual(
      [3, 3],
    );
    expect([await total('filter.model=x'), await total('filter.service_tier=flex')]).toEqual([
      0, 0,
    ]);
    expect(JSON.parse(await list('filter.task_ids=cgt-nobodys%00'))).toEqual({
      items: [],
      total: 0,
    });
    await gateway.sql(
      `UPDATE jobs SET created_at = created_at - interval '8 days' WHERE request->>'prompt' LIKE 'listed 1%'`,
    );
    expect(await total('')).toBe(2);
  },
);

test.concurrent(
  'a job of another API is a 404 here under any of its ids, also where a body of the provider made it',
  async () => {
    const prompt = 'from videos [[sim seconds=1 video=shared]]';
    const id = await gateway.post({ model: MODEL, prompt });
    const written = await gateway.call('POST', '/v1/videos', {
      body: bodyOf('written at videos [[sim seconds=1 video=shared]]'),
      headers: { 'token360-native-params': 'true' },
    });
    await gateway.ended(id);
    await gateway.ended(written.json.id as string);
    const { id: providerId } = JSON.parse(submitsOf(prompt)[0]?.reply.body ?? '') as { id: string };
    for (const form of [id, providerId, written.json.id as string]) {
      for (const method of ['GET', 'DELETE']) {
        const answer = await gateway.call(method, `${TASKS}/${form}`);
        expect([answer.status, answer.json.error?.code]).toEqual([404, 'ResourceNotFound']);
      }
      const listed = await gateway.call('GET', `${TASKS}?filter.task_ids=${form}`);
      expect(listed.json).toEqual({ items: [], total: 0 });
    }
    const back = await gateway.call('GET', `/v1/videos/${providerId}`);
    expect(back.json).toMatchObject({ id, status: 'completed' });
  },
);

test.concurrent(
  "one signed message tells each state that the provider shows, in the provider's own bytes",
  async () => {
    const told = (id: string) =>
      messages
        .filter(({ body }) => body.includes(`"${id}"`))
        .map(({ body }) => JSON.parse(body).status as string);
    // Moved by hand: of a state that passes between two looks nobody is told.
    const { json } = await post('told [[sim queued=900 seconds=900 video=shared]]', {
      callback_url: hook,
    });
    const states = ['queued', 'running', 'succeeded'];
    for (const [index, to] of [undefined, 'running', 'end'].entries()) {
      if (to) await moveTo(json.id, to);
      await until(`message ${String(index + 1)}`, async () => told(json.id)[index]);
    }
    await ended(json.id);
    expect(told(json.id)).toEqual(states);
    const canceled = await post('told too [[sim queued=60 video=shared]]', { callback_url: hook });
    await until('the first', async () => told(canceled.json.id)[0]);
    await gateway.call('DELETE', `${TASKS}/${canceled.json.id}`);
    await until('the second', async () => told(canceled.json.id)[1]);
    expect(told(canceled.json.id)).toEqual(['queued', 'cancelled']);
    const bodies = new Set(exchanges.map(({ reply }) => reply.body));
    const ids = [json.id, canceled.json.id] as string[];
    const mine = messages.filter(({ body }) => ids.some((id) => body.includes(`"${id}"`)));
    expect(mine).toHaveLength(5);
    for (const { headers, body } of mine) {
      new Webhook(gateway.keys.callback_secret).verify(body, headers as Record<string, string>);
      expect(bodies.has(body)).toBe(true);
    }
  },
);

test.concurrent(
  "a draft is named by our id or the provider's and goes to its own account; another workspace's is a 404",
  async () => {
    const stranger = await newKey(['generate', 'read'], 'draft stranger');
    const { json } = await post('a draft [[sim seconds=1 video=shared]]');
    await ended(json.id);
    const { id: jobId } = await jobOf('a draft [[sim seconds=1 video=shared]]');
    for (const id of [json.id as string, `task_${jobId.replaceAll('-', '')}`]) {
      const body = { model: MODEL, content: [{ type: 'draft_task', draft_task: { id } }] };
      const mine = await gateway.call('POST', TASKS, { body });
      const submit = submitsOf('draft_task').at(-1);
      expect(submit?.body).toContain(`"draft_task":{"id":"${json.id}"}`);
      // The simulated account says that this was no draft; its word comes back.
      expect([mine.status, mine.text]).toEqual([400, submit?.reply.body]);
      const sent = submitsOf('draft_task').length;
      const theirs = await gateway.call('POST', TASKS, { body, key: stranger });
      expect([theirs.status, theirs.json.error.param]).toEqual([404, 'content[0].draft_task.id']);
      expect(submitsOf('draft_task')).toHaveLength(sent);
      // Its account is not one that serves this model.
      const elsewhere = await gateway.call('POST', TASKS, { body: { ...body, model: 'open' } });
      expect(elsewhere.status).toBe(404);
    }
  },
);

test.concurrent("another workspace's id is a 404 on every route, with ?model= too", async () => {
  const stranger = await newKey(['generate', 'read', 'foreign'], 'stranger');
  const { json } = await post('mine alone [[sim seconds=1 video=shared]]', { model: 'open' });
  await ended(json.id);
  const { id } = await jobOf('mine alone [[sim seconds=1 video=shared]]');
  const about = () => exchanges.filter(({ url }) => url.includes(json.id as string)).length;
  const sent = about();
  for (const form of [json.id as string, id, `task_${id.replaceAll('-', '')}`]) {
    for (const base of [TASKS, '/api/v3/contents/generations/tasks']) {
      for (const query of ['', '?model=open']) {
        for (const method of ['GET', 'DELETE']) {
          const answer = await gateway.call(method, `${base}/${form}${query}`, { key: stranger });
          expect([answer.status, answer.json.error.code]).toEqual([404, 'ResourceNotFound']);
        }
      }
      const list = await gateway.call('GET', `${base}?filter.task_ids=${form}`, { key: stranger });
      expect(list.json).toEqual({ items: [], total: 0 });
    }
  }
  expect(about()).toBe(sent);
  expect((await get(json.id)).status).toBe(200);
});

test.concurrent(
  'a foreign id needs ?model=, a channel that is open for it and a key with that scope',
  async () => {
    const holder = await newKey(['generate', 'read', 'foreign'], 'foreign holder');
    const created = await fetch(`${simulator}/ark/contents/generations/tasks`, {
      method: 'POST',
      headers: { authorization: 'Bearer foreign', 'content-type': 'application/json' },
      body: JSON.stringify({
        ...bodyOf('made elsewhere [[sim queued=60 video=shared]]'),
        model: UPSTREAM,
      }),
    });
    const { id } = (await created.json()) as { id: string };
    expect((await get(id, holder)).status).toBe(404);
    expect((await get(`${id}?model=${MODEL}`, holder)).status).toBe(404);
    const sent = exchanges.length;
    // As a path these would lead to the account's whole list, and above it.
    for (const step of ['%2E', '%2E%2E', '%2E%2E%2F', `${id}%2F..`, `${id}%00`, `${id}%3Fx`]) {
      expect(await statusOf(`${TASKS}/${step}?model=open`, holder)).toBe(404);
    }
    // That account's own jobs are looked at meanwhile, each by its id.
    const isAstray = ({ method, url, headers }: Exchange): boolean =>
      headers.authorization === 'Bearer foreign' &&
      method === 'GET' &&
      (url.includes(id) || !/\/cgt-[0-9a-z-]+$/.test(url));
    expect(exchanges.slice(sent).filter(isAstray)).toEqual([]);
    const unscoped = await get(`${id}?model=open`);
    expect([unscoped.status, unscoped.json.error.code]).toEqual([403, 'AccessDenied']);
    const seen = await get(`${id}?model=open`, holder);
    expect([seen.status, seen.text]).toEqual([200, looksAt(id).at(-1)?.reply.body]);
    const removed = await gateway.call('DELETE', `${TASKS}/${id}?model=open`, { key: holder });
    expect([removed.status, removed.json]).toEqual([200, {}]);
    expect((await get(`${id}?model=open`, holder)).json.status).toBe('cancelled');
    expect((await get('cgt-nobodys?model=open', holder)).json.error.code).toBe('ResourceNotFound');
  },
);

test.concurrent('without the scope a key neither creates, reads nor deletes', async () => {
  const reader = await newKey(['read'], 'reader');
  const writer = await newKey(['generate'], 'writer');
  expect((await gateway.call('POST', TASKS, { body: bodyOf('x'), key: reader })).status).toBe(403);
  expect((await gateway.call('DELETE', `${TASKS}/x`, { key: reader })).status).toBe(403);
  expect((await gateway.call('GET', `${TASKS}/x`, { key: writer })).status).toBe(403);
  expect((await gateway.call('GET', TASKS, { key: writer })).status).toBe(403);
});

/** What the core of the AI SDK hands over for everything that was not asked for. */
const REST = {
  aspectRatio: undefined,
  resolution: undefined,
  fps: undefined,
  seed: undefined,
  image: undefined,
  frameImages: undefined,
  inputReferences: undefined,
  generateAudio: undefined,
};

test.concurrent(
  'the client of the Vercel AI SDK makes a video of its own accord, and its repeat under one key pays once',
  async () => {
    const model = createByteDance({ apiKey: gateway.keys.key, baseURL: `${gateway.api}/v1` }).video(
      MODEL,
    );
    const generate = () =>
      model.doGenerate({
        ...REST,
        prompt: 'from the AI SDK [[sim seconds=1 video=shared]]',
        n: 1,
        aspectRatio: '16:9',
        resolution: '1280x720',
        duration: 5,
        // What `experimental_generateVideo` of the newer core adds by itself.
        headers: { 'idempotency-key': 'aisdk_vid_1' },
        providerOptions: { bytedance: { pollIntervalMs: 100, generateAudio: false } },
      });
    const [first, second] = [await generate(), await generate()];
    expect(submitsOf('from the AI SDK')).toHaveLength(1);
    expect(second.videos).toEqual(first.videos);
    const [video] = first.videos;
    if (video?.type !== 'url') throw new Error('a link was expected');
    expect((await fetch(video.url)).status).toBe(200);
  },
);

test.concurrent("the client of the Vercel AI SDK tells the provider's own reason", async () => {
  const model = createByteDance({ apiKey: gateway.keys.key, baseURL: `${gateway.api}/v1` }).video(
    MODEL,
  );
  const refused = model.doGenerate({
    prompt: 'too long',
    n: 1,
    ...REST,
    duration: 99,
    providerOptions: {},
  });
  await expect(refused).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining(
      'the parameter duration specified in the request is not valid',
    ),
  });
});

describe('a body in the words of the provider at /v1/videos', () => {
  const native = { 'token360-native-params': 'true' };
  const send = (prompt: string, more: object = {}, headers: Record<string, string> = native) =>
    gateway.call('POST', '/v1/videos', { body: bodyOf(prompt, more), headers });

  test.concurrent(
    'reaches it as it was written; answer, reads and the one callback are those of /v1/videos',
    async () => {
      const prompt = 'native [[sim seconds=1 polls=3 video=shared]]';
      const more = { tools: [{ type: 'web_search' }], callback_url: `${hook}/native` };
      const answer = await send(prompt, more, { ...native, 'x-client-request-id': 'r-2' });
      expect(answer.json).toMatchObject({
        object: 'video',
        status: 'queued',
        model: MODEL,
        prompt,
        parameters: { duration: 5, passthrough: { tools: [{ type: 'web_search' }] } },
      });
      const { id } = answer.json as { id: string };
      const end = await gateway.ended(id);
      expect(end).toMatchObject({ id, status: 'completed', usage: { total_tokens: 108900 } });
      const [submit] = submitsOf('"native [[');
      expect(submitsOf('"native [[')).toHaveLength(1);
      expect(JSON.parse(submit?.body ?? '')).toEqual({
        ...bodyOf(prompt, more),
        model: UPSTREAM,
        callback_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:9\/callbacks\/ark\//),
      });
      // Not what this API's caller wrote in a header of Ark's: the id of the request, by which our log knows it too.
      expect(submit?.headers['x-client-request-id']).toBe(answer.headers.get('x-request-id'));
      const told = await until('the callback', async () => {
        const { id: jobId } = await jobOf(prompt);
        const rows = await gateway.sql(
          `SELECT state FROM deliveries WHERE job_id = $1 AND state <> 'pending'`,
          [jobId],
        );
        return rows[0] && gateway.sql('SELECT state FROM deliveries WHERE job_id = $1', [jobId]);
      });
      expect(told).toEqual([{ state: 'delivered' }]);
      const bodies = messages.map(({ body }) => JSON.parse(body) as { data?: { id?: string } });
      expect(bodies.filter(({ data }) => data?.id === id)).toMatchObject([
        { type: 'video.completed', data: { status: 'completed' } },
      ]);
      expect(await gateway.run(id)).toEqual({ events: 23, status: 'COMPLETED' });
    },
  );

  test.concurrent('is another request than the same bytes without the header', async () => {
    const headers = { ...native, 'idempotency-key': 'native' };
    const prompt = 'native once [[sim seconds=1 video=shared]]';
    const answers = [await send(prompt, {}, headers), await send(prompt, {}, headers)];
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await send(prompt, {}, { 'idempotency-key': 'native' })).status).toBe(400);
    const body = { model: MODEL, prompt };
    const other = { body, headers: { 'idempotency-key': 'native' } };
    expect((await gateway.call('POST', '/v1/videos', other)).status).toBe(422);
    await gateway.ended(answers[0]?.json.id as string);
    expect(submitsOf('native once')).toHaveLength(1);
  });

  test.concurrent(
    'fails with what the provider says of it, since it is the one who reads it',
    async () => {
      const { json } = await send('native refused', { duration: 99 });
      const end = await gateway.ended(json.id as string);
      expect(end).toMatchObject({
        status: 'failed',
        error: {
          code: 'invalid_input',
          message: expect.stringContaining('It said: InvalidParameter'),
        },
      });
    },
  );
});

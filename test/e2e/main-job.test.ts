import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { startTestGateway, until, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/** The thread that everything hangs on: one request, one submit, one usage row, one bill, one verified callback. */

let gateway: TestGateway;
let receiver: Server;
let origin: string;

/** A place of the receiver for one test. */
interface Hook {
  url: string;
  received: { headers: IncomingHttpHeaders; body: string }[];
  /** Statuses that it answers first; afterwards 204. */
  answers: number[];
}
const hooks = new Map<string, Hook>();

function openHook(answers: number[] = []): Hook {
  const path = `/hook/${String(hooks.size)}`;
  const hook = { url: `${origin}${path}`, received: [], answers };
  hooks.set(path, hook);
  return hook;
}

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const hook = hooks.get(request.url ?? '');
      const body = Buffer.concat(chunks).toString('utf8');
      hook?.received.push({ headers: request.headers, body });
      response.writeHead(hook?.answers.shift() ?? 204).end('thanks');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  gateway = await startTestGateway();
});

afterAll(async () => {
  await gateway?.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

async function seenBySimulator(id: string): Promise<{ gets: number; submits_accepted: number }> {
  const attempt = await gateway.base.store.attempts.latest(uuid(id));
  const taskId = String(attempt?.operation?.['taskId']);
  const { json } = await gateway.call('GET', `${gateway.simulator?.origin}/_sim/jobs/${taskId}`);
  return json;
}

// Alone, since it compares the whole balance.
test('a request becomes a playable video, one submit, one usage row, one bill and one verified callback', async () => {
  const { url: callbackUrl, received } = openHook();
  const before = await gateway.base.store.ledger.balance(gateway.workspaceId);
  const id = await gateway.post({ callback_url: callbackUrl, metadata: { order: '7' } });
  const video = await gateway.ended(id);
  expect(video).toMatchObject({
    id,
    object: 'video',
    status: 'completed',
    progress: 100,
    model: 'seedance-2.0',
    seconds: '5',
    size: '1280x720',
    metadata: { order: '7' },
    error: null,
    usage: { completion_tokens: 108900, total_tokens: 108900 },
  });

  const file = await fetch(String(video['video_url']));
  expect(file.status).toBe(200);
  const bytes = Buffer.from(await file.arrayBuffer());
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');

  await until('the callback', async () => received[0]);
  expect(received).toHaveLength(1);
  const [message] = received;
  const verified = new Webhook(gateway.keys.callback_secret).verify(
    message?.body ?? '',
    message?.headers as Record<string, string>,
  );
  expect(verified).toMatchObject({ type: 'video.completed', data: { id, status: 'completed' } });

  expect(await gateway.run(id)).toEqual({ events: 23, status: 'COMPLETED' });
  expect(await seenBySimulator(id)).toMatchObject({ submits_accepted: 1 });
  const usage = await gateway.sql('SELECT * FROM usage WHERE job_id = $1', [uuid(id)]);
  expect(usage).toMatchObject([{ tokens: '108900', seconds: 5, charged: '25000000' }]);
  const ledger = await gateway.sql(
    'SELECT kind, available, held, spent FROM ledger WHERE job_id = $1 ORDER BY id',
    [uuid(id)],
  );
  expect(ledger).toEqual([
    { kind: 'hold', available: '-25000000', held: '25000000', spent: '0' },
    { kind: 'settle', available: '0', held: '-25000000', spent: '25000000' },
  ]);
  const after = await gateway.base.store.ledger.balance(gateway.workspaceId);
  expect(after).toEqual({
    available: before.available - 25_000_000n,
    held: 0n,
    spent: before.spent + 25_000_000n,
  });
});

test.concurrent('forty looks at the provider leave the same 23 events as three', async () => {
  const id = await gateway.post({ prompt: 'slow [[sim polls=40 video=shared]]' });
  expect((await gateway.ended(id))['status']).toBe('completed');
  expect((await seenBySimulator(id)).gets).toBeGreaterThanOrEqual(40);
  expect(await gateway.run(id)).toEqual({ events: 23, status: 'COMPLETED' });
});

test.concurrent(
  'while a job waits, the pending activity tells operators what the provider last said',
  async () => {
    const id = await gateway.post({ prompt: 'slow [[sim polls=30 video=shared]]' });
    const said = await until('progress on the pending activity', async () => {
      const { raw } = await gateway.base.client.workflow.getHandle(id).describe();
      const pending = raw.pendingActivities?.find((activity) => activity.activityId === 'await');
      const message = pending?.lastFailure?.message ?? '';
      return /^running \d+ %/.test(message) ? message : undefined;
    });
    expect(said).toMatch(/^running \d+ % by the usual time$/);
    await gateway.ended(id);
  },
);

test.concurrent('a failed video costs nothing, says why, and is told by a callback', async () => {
  const { url: callbackUrl, received } = openHook();
  const id = await gateway.post({
    prompt: 'forbidden [[sim seconds=1 fault=policy]]',
    callback_url: callbackUrl,
  });
  const video = await gateway.ended(id);
  expect(video).toMatchObject({ status: 'failed', error: { code: 'content_rejected' } });
  await until('the callback', async () => received[0]);
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ type: 'video.failed' });
  const usage = await gateway.sql('SELECT tokens, charged FROM usage WHERE job_id = $1', [
    uuid(id),
  ]);
  expect(usage).toEqual([{ tokens: '0', charged: '0' }]);
  expect(await gateway.run(id)).toEqual({ events: 23, status: 'FAILED' });
});

test.concurrent(
  'a receiver that fails is tried again under the same id with a fresh signature, and every try is on record',
  async () => {
    const { url: callbackUrl, received } = openHook([500, 503]);
    const id = await gateway.post({ callback_url: callbackUrl });
    await gateway.ended(id);
    await until('three tries', async () => (received.length === 3 ? true : undefined));
    const ids = new Set(received.map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(1);
    for (const { headers, body } of received) {
      new Webhook(gateway.keys.callback_secret).verify(body, headers as Record<string, string>);
    }
    const tries = await until('the last try on record', async () => {
      const rows = await gateway.sql(
        `SELECT t.number, t.status, d.state FROM delivery_tries t JOIN deliveries d ON d.id = t.delivery_id
       WHERE d.job_id = $1 ORDER BY t.number`,
        [uuid(id)],
      );
      return rows[2]?.['state'] === 'delivered' ? rows : undefined;
    });
    expect(tries.map(({ status }) => status)).toEqual([500, 503, 204]);
  },
);

test.concurrent('the result is copied and stays after the provider has forgotten it', async () => {
  const id = await gateway.post();
  await gateway.ended(id);
  await until('the copy', async () => {
    const rows = await gateway.sql('SELECT * FROM files WHERE job_id = $1', [uuid(id)]);
    return rows[0];
  });
  const whole = await fetch(`${gateway.api}/v1/videos/${id}/content`, {
    headers: { authorization: `Bearer ${gateway.keys.key}` },
  });
  const bytes = Buffer.from(await whole.arrayBuffer());
  const part = await fetch(`${gateway.api}/v1/videos/${id}/content`, {
    headers: { authorization: `Bearer ${gateway.keys.key}`, range: 'bytes=4-7' },
  });
  expect(part.status).toBe(206);
  expect(part.headers.get('content-range')).toBe(`bytes 4-7/${bytes.length}`);
  expect(Buffer.from(await part.arrayBuffer()).toString()).toBe('ftyp');
  const head = await fetch(`${gateway.api}/v1/videos/${id}/content`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${gateway.keys.key}` },
  });
  expect(head.headers.get('content-length')).toBe(String(bytes.length));
});

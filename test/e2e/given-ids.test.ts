import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startBetween, type Between } from '../support/between';
import { startTestGateway, until } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/**
 * The id that a create gave out is the id of every later answer and callback, so a gateway can stand behind another
 * one. Between the inner one and its simulated provider a POST may take longer than the inner one's patience.
 */

const TASKS = '/v1/contents/generations/tasks';
const MODEL = 'doubao-seedance-2-0-260128';
const SLOW = 'slow submit';

let inner: TestGateway;
let outer: TestGateway;
let slow: Between;
let receiver: Server;
let hook: string;
let simulator = '';
const messages: { id: string; status: string }[] = [];
let answerNow = (): void => undefined;
const whenTold = new Promise<void>((resolve) => (answerNow = resolve));

beforeAll(async () => {
  slow = await startBetween({
    async pass({ body }) {
      if (body.includes(SLOW)) await whenTold;
      return { origin: simulator };
    },
  });
  receiver = createServer((request, response) => {
    void textOf(request).then((body) => {
      messages.push(JSON.parse(body) as (typeof messages)[number]);
      response.writeHead(204).end();
    });
  });
  hook = `${await listening(receiver)}/hook`;
  inner = await behind({ baseUrl: `${slow.url}/ark`, apiKey: 'any' }, 500);
  simulator = inner.simulator?.origin ?? '';
  outer = await behind({ baseUrl: `${inner.api}/api/v3`, apiKey: inner.keys.key }, 20_000);
});

afterAll(async () => {
  answerNow();
  await outer?.close();
  await inner?.close();
  slow?.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

/** A gateway with a channel that speaks Ark to that address; the model has there the name that it has here. */
function behind(
  { baseUrl, apiKey }: { baseUrl: string; apiKey: string },
  nativeReplyMs: number,
): Promise<TestGateway> {
  const up = { provider: 'ark', baseUrl, credentials: { apiKey } };
  return startTestGateway({
    channels: { 'ark-simulated': { provider: 'ark', simulated: true }, up },
    models: { [MODEL]: { channels: [{ channel: 'up', model: MODEL }], price: { perJob: '25' } } },
    waits: { nativeReplyMs },
  });
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const bodyOf = (prompt: string) => ({
  model: MODEL,
  content: [{ type: 'text', text: `${prompt} [[sim seconds=1 video=shared]]` }],
  callback_url: hook,
});

/** Fails with what the inner gateway knows of its job, beside what the outer one knows of its own. */
async function alsoOfInner(cause: unknown): Promise<never> {
  const [job] = await inner.sql<{ id: string }>('SELECT id FROM jobs');
  return inner.waitFor<never>(job?.id ?? '', 'end of the inner task', () => Promise.reject(cause));
}

test('a gateway behind a gateway makes the video when the inner one answered late, under the id that it gave out', async () => {
  const headers = { 'idempotency-key': 'slow' };
  const created = await outer.call('POST', TASKS, { body: bodyOf(SLOW), headers });
  expect(created.status).toBe(202);
  const { id } = created.json as { id: string };
  expect(id).toMatch(/^task_[0-9a-f]{32}$/);
  answerNow();
  const get = () => outer.call('GET', `${TASKS}/${id}`);
  const end = await outer
    .waitFor(id, 'end of the outer task', async () => {
      const answer = await get();
      return ['queued', 'running'].includes(answer.json.status) ? undefined : answer;
    })
    .catch(alsoOfInner);
  expect(end.json).toMatchObject({ id, status: 'succeeded' });
  const listed = await outer.call('GET', `${TASKS}?filter.task_ids=${id}`);
  expect(listed.json).toMatchObject({ total: 1, items: [{ id, status: 'succeeded' }] });
  const told = await until('the last message', async () => {
    const mine = messages.filter((message) => message.id === id);
    return mine.some(({ status }) => status === 'succeeded') ? mine : undefined;
  });
  expect(told.every((message) => message.id === id)).toBe(true);
  expect(messages).toEqual(told);
  const again = await outer.call('POST', TASKS, { body: bodyOf(SLOW), headers });
  expect(again.json).toEqual({ id });
  expect((await outer.call('DELETE', `${TASKS}/${id}`)).json).toEqual({});
  expect((await get()).status).toBe(404);
});

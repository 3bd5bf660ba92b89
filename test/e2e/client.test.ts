import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient, ReelayError, type VideoEvent } from '../../src/client';
import { verifyCallback } from '../../src/client/verify';
import { sign } from '../../src/callbacks/sign';
import { comparePlaces } from '../../src/core/job/place';
import { until, useTestGateway } from '../support/gateway';
import { startTcpProxy } from '../support/tcp-proxy';

/** Our own client: every call of it against a real gateway, and streams that are cut against a server that cuts them. */

const gateway = useTestGateway({ waits: { eventRetryMs: 50 } });
const request = { model: 'seedance-2.0', prompt: 'a paper boat [[sim seconds=1]]', duration: 5 };
const client = () => createClient({ baseUrl: gateway.api, key: gateway.keys.key });

test('quotes, creates at that price, waits and fetches the video', async () => {
  const reelay = client();
  const quote = await reelay.quote(request);
  expect(quote).toMatchObject({ object: 'quote', model: request.model });
  const { id, status } = await reelay.create(request, { quoteId: quote.quote_id });
  expect(status).toBe('queued');
  expect(await reelay.wait(id)).toMatchObject({ id, status: 'completed' });
  expect(await reelay.get(id)).toMatchObject({ id, status: 'completed' });
  const part = await reelay.content(id, { range: 'bytes=4-7' });
  expect([part.status, await part.text()]).toEqual([206, 'ftyp']);
});

test('makes one video of a create whose answer was lost on the way', async () => {
  let lost = 0;
  const losing: typeof fetch = async (...call) => {
    const answer = await fetch(...call);
    lost += 1;
    if (lost > 1) return answer;
    await answer.body?.cancel();
    throw new TypeError('the connection was cut');
  };
  const reelay = createClient({ baseUrl: gateway.api, key: gateway.keys.key, fetch: losing });
  const prompt = 'a boat whose answer is lost [[sim seconds=1]]';
  const { id } = await reelay.create({ ...request, prompt });
  const { json } = await gateway.call('GET', '/v1/videos?limit=100');
  const made = (json.data as { prompt: string }[]).filter((video) => video.prompt === prompt);
  expect([lost, made.length]).toEqual([2, 1]);
  await reelay.wait(id);
});

test('waits on when the connection is cut in the middle, and ends with the video', async () => {
  const proxy = await startTcpProxy(new URL(gateway.api).host);
  const reelay = createClient({ baseUrl: `http://${proxy.address}`, key: gateway.keys.key });
  const { id } = await reelay.create({ ...request, prompt: 'a cut wait [[sim seconds=4]]' });
  const waiting = reelay.wait(id);
  await gateway.waitFor(id, 'the job to run', async () =>
    (await client().get(id)).status === 'in_progress' ? true : undefined,
  );
  proxy.cut();
  await gateway.ended(id);
  proxy.mend();
  expect(await waiting).toMatchObject({ id, status: 'completed' });
  await proxy.close();
});

test('the events of all videos go on behind the last one when the connection is cut, and end with their signal', async () => {
  const proxy = await startTcpProxy(new URL(gateway.api).host);
  const reelay = createClient({ baseUrl: `http://${proxy.address}`, key: gateway.keys.key });
  const leaving = new AbortController();
  const { signal } = leaving;
  const types = ['video.queued'];
  const made: string[] = [];
  const told: VideoEvent[] = [];
  const videosTold = () => [...new Set(told.map(({ data }) => data.id))];
  const create = async () => {
    const { id } = await client().create({ ...request, prompt: `all ${String(made.length)}` });
    made.push(id);
  };
  const { json } = await gateway.call('GET', '/v1/events');
  await create();
  const events = reelay.workspaceEvents({ lastEventId: json.next_cursor as string, types, signal });
  await expect(
    (async () => {
      for await (const event of events) {
        told.push(event);
        if (videosTold().length === 4) leaving.abort(new Error('enough'));
        proxy.cut();
        if (made.length === videosTold().length) await create();
        proxy.mend();
      }
    })(),
  ).rejects.toThrow('enough');
  // A video may be told as queued more than once, by a row each.
  expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  expect(videosTold()).toEqual(made.slice(0, 4));
  await proxy.close();
});

test('the events of all videos begin where they were asked for, also when the first connection tells none', async () => {
  const { json } = await gateway.call('GET', '/v1/events');
  const heard: (string | null)[] = [];
  const cutting: typeof fetch = async (url, init) => {
    const headers = new Headers(init?.headers);
    if (headers.get('accept') !== 'text/event-stream') return fetch(url, init);
    heard.push(headers.get('last-event-id'));
    if (heard.length === 1) {
      await client().create({ ...request, prompt: 'made meanwhile' });
      return new Response('retry: 10\n\n', { headers: { 'content-type': 'text/event-stream' } });
    }
    return fetch(url, init);
  };
  const reelay = createClient({ baseUrl: gateway.api, key: gateway.keys.key, fetch: cutting });
  for await (const { data } of reelay.workspaceEvents({ types: ['video.queued'] })) {
    if (data.prompt === 'made meanwhile') break;
  }
  expect(heard).toEqual([heard[0], heard[0]]);
  expect(comparePlaces(heard[0] ?? '', json.next_cursor as string)).toBeGreaterThanOrEqual(0);
});

test('an error has the code, the field, the status and the id of the request', async () => {
  const error = await client()
    .create({ ...request, duration: 999 })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ReelayError);
  expect(error).toMatchObject({ status: 400, param: 'duration' });
  const { requestId = 'none' } = error as ReelayError;
  const isLogged = async () => gateway.logged.some((line) => line.includes(requestId)) || undefined;
  await until('the log to name the request', isLogged);
});

test.each(['wait', 'events', 'get'] as const)(
  '%s of a video that there is not is an error, and is not asked again',
  async (call) => {
    let asked = 0;
    const counting: typeof fetch = async (...args) => {
      asked += 1;
      return fetch(...args);
    };
    const reelay = createClient({ baseUrl: gateway.api, key: gateway.keys.key, fetch: counting });
    const id = 'video_00000000000000000000000000000000';
    const run = async () => (call === 'events' ? collect(reelay.events(id)) : reelay[call](id));
    await expect(run()).rejects.toMatchObject({ status: 404 });
    expect(asked).toBe(1);
  },
);

test('ends a wait at once when its signal is aborted, with the reason', async () => {
  const reelay = client();
  const { id } = await reelay.create({ ...request, prompt: 'left alone [[sim seconds=3]]' });
  const reason = new Error('enough');
  const abort = new AbortController();
  const waiting = reelay.wait(id, { signal: abort.signal });
  abort.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(await reelay.wait(id)).toMatchObject({ status: 'completed' });
});

test('accepts a callback of ours and refuses another body under its signature', () => {
  const secret = gateway.keys.callback_secret;
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const body = '{"type":"video.completed"}';
  const headers = sign({ id: 'evt_1', timestamp: nowSeconds, body, secrets: [secret] });
  const received = { headers, body, secrets: secret, nowSeconds };
  expect(verifyCallback(received)).toEqual({ ok: true, id: 'evt_1' });
  expect(verifyCallback({ ...received, body: '{}' })).toEqual({ ok: false, reason: 'no_match' });
});

async function collect(events: AsyncIterable<VideoEvent>): Promise<string[]> {
  const names: string[] = [];
  for await (const { id, event } of events) names.push(`${id ?? ''} ${event}`);
  return names;
}

const eventText = (place: number, status: string): string =>
  `: heartbeat\n\nid: ${String(place)}\nevent: video.${status}\ndata: {"status":"${status}"}\n\n`;
const EVENTS = ['queued', 'in_progress', 'in_progress', 'completed'].map((status, at) =>
  eventText(at + 1, status),
);

/** Serves the four events; each connection is cut in the middle of the second event that it sends. */
async function startCuttingServer() {
  const heard: (string | undefined)[] = [];
  const server = createServer((asked: IncomingMessage, answer: ServerResponse) => {
    const after = asked.headers['last-event-id'] as string | undefined;
    heard.push(after);
    const [first = '', second] = EVENTS.slice(Number(after ?? 0));
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    answer.write(`retry: 10\n\n${first}`);
    if (second === undefined) answer.end();
    else answer.write(second.slice(0, -4), () => setImmediate(() => answer.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise((resolve) => server.close(resolve));
  return { heard, origin: `http://127.0.0.1:${String(port)}`, close };
}

test('a stream that is cut goes on behind its last event: none is missed, none comes twice', async () => {
  const server = await startCuttingServer();
  const reelay = createClient({ baseUrl: server.origin, key: 'any' });
  expect(await collect(reelay.events('video_1'))).toEqual([
    '1 video.queued',
    '2 video.in_progress',
    '3 video.in_progress',
    '4 video.completed',
  ]);
  expect(server.heard).toEqual([undefined, '1', '2', '3']);
  await server.close();
});

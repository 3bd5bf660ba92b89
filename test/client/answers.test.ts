import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient, ReelayError, type ReelayClient, type VideoEvent } from '../../src/client';

/** What our own client makes of servers that are none of Reelay's, or that break off: an error of its own, never another. */

const VIDEO = { id: 'video_1', object: 'video', status: 'completed' };
const json = (body: unknown, status = 200): Answer => ({ status, body: JSON.stringify(body) });

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Whether the connection is cut behind the body. */
  isCut?: boolean;
  /** How much of the answer comes, and then nothing any more. */
  isSilentAfter?: 'nothing' | 'headers';
}

/** Serves these answers one after another, the last one for ever. */
async function serving(answers: readonly Answer[], run: (server: Served) => Promise<void>) {
  const asked: string[] = [];
  const answering: RequestListener = (request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? {};
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const { status = 200, headers = {}, body = '', isCut, isSilentAfter } = answer;
    if (isSilentAfter === 'nothing') return;
    response.writeHead(status, headers);
    if (isSilentAfter === 'headers') {
      response.flushHeaders();
      return;
    }
    if (isCut) response.write(body, () => setImmediate(() => response.destroy()));
    else response.end(body);
  };
  const server = createServer(answering);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  try {
    await run({ asked, origin });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

interface Served {
  asked: string[];
  origin: string;
}

async function collect(events: AsyncIterable<VideoEvent>): Promise<string[]> {
  const statuses: string[] = [];
  for await (const { data } of events) statuses.push(data.status);
  return statuses;
}

const REQUEST = { model: 'm', prompt: 'p', seconds: '4' };
const CALLS: Record<string, (reelay: ReelayClient, id?: string) => Promise<unknown>> = {
  create: (reelay) => reelay.create(REQUEST),
  quote: (reelay) => reelay.quote(REQUEST),
  get: (reelay, id = 'video_1') => reelay.get(id),
  wait: (reelay, id = 'video_1') => reelay.wait(id),
  content: (reelay, id = 'video_1') => reelay.content(id),
  events: async (reelay, id = 'video_1') => collect(reelay.events(id)),
  workspaceEvents: async (reelay) => collect(reelay.workspaceEvents({ lastEventId: '0-0' })),
};
const NO_FILE = Object.keys(CALLS).filter((name) => name !== 'content');
const OF_ONE = ['get', 'wait', 'content', 'events'];

const thrownBy = async (call: () => Promise<unknown>): Promise<unknown> => {
  try {
    return { answered: await call() };
  } catch (error) {
    return error;
  }
};
const call = (name: string, origin: string, id?: string): Promise<unknown> =>
  thrownBy(async () => CALLS[name]?.(createClient({ baseUrl: origin, key: 'k', triesMax: 1 }), id));

const PAGE: Answer = { headers: { 'content-type': 'text/html' }, body: '<h1>Sign in</h1>' };

test.each(NO_FILE)("%s says of a page that it is no answer of Reelay's", async (name) => {
  await serving([PAGE], async ({ origin, asked }) => {
    const error = await call(name, origin);
    expect(error).toBeInstanceOf(ReelayError);
    expect(error).toMatchObject({ code: 'unexpected_answer', status: 200 });
    expect(asked).toHaveLength(1);
  });
});

test.each(['create', 'quote', 'get', 'wait'])('%s says the same of other JSON', async (name) => {
  await serving([json({ object: 'list', data: [] })], async ({ origin }) => {
    expect(await call(name, origin)).toMatchObject({ code: 'unexpected_answer', status: 200 });
  });
});

test.each(Object.keys(CALLS).flatMap((name) => [301, 302, 307].map((status) => [name, status])))(
  '%s follows no redirect (%i), which would lose its method or its key, and names the address',
  async (name, status) => {
    const headers = { location: 'https://elsewhere.example/v1/videos' };
    await serving([{ status: Number(status), headers }], async ({ origin, asked }) => {
      const error = await call(String(name), origin);
      expect(error).toBeInstanceOf(ReelayError);
      expect(error).toMatchObject({ code: 'unexpected_answer', status });
      expect(String(error)).toContain(headers.location);
      expect(asked).toHaveLength(1);
    });
  },
);

test.each(OF_ONE.flatMap((name) => ['', '.', '..'].map((id) => [name, id])))(
  '%s of the id "%s", which would be another path, asks for nothing',
  async (name, id) => {
    await serving([json(VIDEO)], async ({ origin, asked }) => {
      const error = await call(String(name), origin, id);
      expect(error).toMatchObject({ code: 'invalid_request', param: 'id' });
      expect(asked).toEqual([]);
    });
  },
);

test.each([
  ['', 'k', 'baseUrl'],
  ['videos.example.com', 'k', 'baseUrl'],
  ['ftp://videos.example.com', 'k', 'baseUrl'],
  ['https://me:word@videos.example.com', 'k', 'baseUrl'],
  ['https://videos.example.com?a=1', 'k', 'baseUrl'],
  ['https://videos.example.com#a', 'k', 'baseUrl'],
  ['https://videos.example.com', '', 'key'],
])('a client of base URL "%s" and key "%s" is refused by its %s', async (baseUrl, key, param) => {
  const error = await thrownBy(async () => createClient({ baseUrl, key }));
  expect(error).toBeInstanceOf(ReelayError);
  expect(error).toMatchObject({ code: 'invalid_request', param });
});

test.each(['', '/', '///', '/videos', '/videos/'])('a base URL may end in "%s"', async (end) => {
  await serving([json(VIDEO)], async ({ origin, asked }) => {
    expect(await call('get', origin + end)).toMatchObject({ answered: VIDEO });
    expect(asked).toEqual([`GET ${end.replace(/\/+$/, '')}/v1/videos/video_1`]);
  });
});

test.each<[what: string, run: (reelay: ReelayClient) => Promise<unknown>, param: string]>([
  [
    'a body that is no JSON',
    (reelay) => reelay.create({ ...REQUEST, metadata: { n: 1n } }),
    'body',
  ],
  [
    'an idempotency key of two lines',
    (reelay) => reelay.create(REQUEST, { idempotencyKey: 'a\nb' }),
    'idempotency-key',
  ],
  [
    'an idempotency key of other letters',
    (reelay) => reelay.create(REQUEST, { idempotencyKey: 'ключ' }),
    'idempotency-key',
  ],
  [
    'a place of two lines',
    async (reelay) => collect(reelay.events('video_1', { lastEventId: '1\n2' })),
    'last-event-id',
  ],
])('%s is refused at once, and nothing is sent', async (_what, run, param) => {
  await serving([json(VIDEO)], async ({ origin, asked }) => {
    const reelay = createClient({ baseUrl: origin, key: 'k' });
    expect(await thrownBy(() => run(reelay))).toMatchObject({ code: 'invalid_request', param });
    expect(asked).toEqual([]);
  });
});

test('an answer that breaks off is asked for again, by a create under the same key', async () => {
  const keys: unknown[] = [];
  const noting: typeof fetch = async (url, init) => {
    keys.push(new Headers(init?.headers).get('idempotency-key'));
    return fetch(url, init);
  };
  await serving([{ body: '{"id":"vid', isCut: true }, json(VIDEO)], async ({ origin }) => {
    const reelay = createClient({ baseUrl: origin, key: 'k', fetch: noting });
    expect(await reelay.create(REQUEST)).toEqual(VIDEO);
    expect(keys).toEqual([expect.any(String), keys[0]]);
  });
});

test("an error's body is read to an end, however long it is", async () => {
  const body = 'x'.repeat(5_000_000);
  await serving([{ status: 400, body }], async ({ origin }) => {
    const error = await call('get', origin);
    expect(error).toMatchObject({ code: 'unexpected_answer', status: 400 });
    expect(String(error).length).toBeLessThan(200);
  });
});

test('answers of a fetch that is not the global one are answers too', async () => {
  const other: typeof fetch = async (url, init) => {
    const answer = await fetch(url, init);
    const { ok, status, headers, body, type } = answer;
    // Another library's answer is no instance of the global class.
    return { ok, status, headers, body, type, text: () => answer.text() } as Response;
  };
  await serving([json({}, 503), json(VIDEO)], async ({ origin, asked }) => {
    const reelay = createClient({ baseUrl: origin, key: 'k', fetch: other });
    expect(await reelay.get('video_1')).toEqual(VIDEO);
    expect(asked).toHaveLength(2);
  });
});

test.each([
  ['triesMax', 0],
  ['triesMax', 1.5],
  ['timeoutMs', Number.NaN],
  ['timeoutMs', 2 ** 31],
])('a client whose %s is %d is refused by its name', async (param, count) => {
  const error = await thrownBy(async () =>
    createClient({ baseUrl: 'https://videos.example.com', key: 'k', [param]: count }),
  );
  expect(error).toMatchObject({ code: 'invalid_request', param });
});

test.each(
  Object.keys(CALLS).flatMap((name) =>
    // A stream or a file may say nothing for long behind its headers.
    (['create', 'quote', 'get', 'wait'].includes(name)
      ? (['nothing', 'headers'] as const)
      : (['nothing'] as const)
    ).map((isSilentAfter) => [name, isSilentAfter] as const),
  ),
)('%s is tried again where %s came in time, and then says so', async (name, isSilentAfter) => {
  await serving([{ isSilentAfter }], async ({ origin, asked }) => {
    const reelay = createClient({ baseUrl: origin, key: 'k', triesMax: 2, timeoutMs: 50 });
    const error = await thrownBy(async () => {
      if (name === 'wait') return reelay.wait('video_1', { patienceMs: 0 });
      return CALLS[name]?.(reelay);
    });
    const message = 'No answer came from Reelay within 50 ms.';
    expect(error).toMatchObject({ code: 'no_answer', message });
    expect(asked).toHaveLength(2);
  });
});

test('a file and a stream may take longer than an answer, once they have begun', async () => {
  const parts = [event('queued', '1'), event('completed', '2')];
  const server = createServer((_request, response) => {
    response.writeHead(200, EVENT_STREAM);
    response.write(parts[0]);
    // Longer than the time for an answer.
    setTimeout(() => response.end(parts[1]), 300);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const reelay = createClient({ baseUrl, key: 'k', triesMax: 1, timeoutMs: 100 });
  expect(await collect(reelay.events('video_1'))).toEqual(['queued', 'completed']);
  expect(await (await reelay.content('video_1')).text()).toBe(parts.join(''));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const EVENT_STREAM = { 'content-type': 'text/event-stream' };
const event = (status: string, id: string): string =>
  `retry: 10\n\nid: ${id}\nevent: video.${status}\ndata: {"status":"${status}"}\n\n`;

test('a stream waits out an outage that is longer than the tries of one call', async () => {
  const outage = Array.from({ length: 6 }, () => json({}, 503));
  const answers: Answer[] = [
    { headers: EVENT_STREAM, body: event('queued', '1'), isCut: true },
    ...outage,
    { headers: EVENT_STREAM, body: event('completed', '2') },
  ];
  await serving(answers, async ({ origin, asked }) => {
    const reelay = createClient({ baseUrl: origin, key: 'k', triesMax: 1 });
    expect(await collect(reelay.events('video_1'))).toEqual(['queued', 'completed']);
    expect(asked).toHaveLength(answers.length);
  });
});

test('a stream fails once its outage is longer than its patience', async () => {
  const cut = { headers: EVENT_STREAM, body: event('queued', '1'), isCut: true };
  await serving([cut, json({}, 503)], async ({ origin }) => {
    const reelay = createClient({ baseUrl: origin, key: 'k', triesMax: 1 });
    const run = () => collect(reelay.events('video_1', { patienceMs: 0 }));
    expect(await thrownBy(run)).toMatchObject({ status: 503 });
  });
});

test.each(['events', 'workspaceEvents'])(
  '%s says of an event that it cannot be read',
  async (name) => {
    const body = 'event: video.queued\ndata: <h1>\n\n';
    await serving([{ headers: EVENT_STREAM, body }], async ({ origin }) => {
      const error = await call(name, origin);
      expect(error).toBeInstanceOf(ReelayError);
      expect(error).toMatchObject({ code: 'unexpected_answer' });
    });
  },
);

test('an error says when the gateway wants to be asked again, and a wait asks no sooner', async () => {
  const headers = { 'retry-after': '3600' };
  await serving([{ ...json({}, 429), headers }], async ({ origin, asked }) => {
    expect(await call('wait', origin)).toMatchObject({ status: 429, retryAfterMs: 3_600_000 });
    expect(asked).toHaveLength(1);
  });
});

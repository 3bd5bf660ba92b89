import { REQUEST, until, useTestGateway } from '../support/gateway';

/** Each limit of streams refuses the one too many in its own words, and its place is free again once a stream ends. */

const LIMITS = { eventStreams: 4, eventStreamsPerWorkspace: 3, eventStreamsPerKey: 2 };
const gateway = useTestGateway({ limits: LIMITS });

/** What every stream of the test asks with, and what ends it. */
interface Reader {
  status: number;
  retryAfter: string | null;
  message: string;
  leave(): Promise<void>;
}

async function open(url: string, key?: string): Promise<Reader> {
  const leaving = new AbortController();
  const response = await fetch(url, {
    headers: {
      accept: 'text/event-stream',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    signal: leaving.signal,
  });
  const refusal = response.ok ? undefined : await response.text();
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    message: refusal === undefined ? '' : (JSON.parse(refusal) as Refusal).error.message,
    leave: async () => {
      leaving.abort();
      await response.body?.cancel().catch(() => undefined);
    },
  };
}

interface Refusal {
  error: { message: string };
}

const admin = async (path: string, body: object) => {
  const answer = await gateway.call('POST', `/v1/admin/${path}`, {
    key: gateway.keys.admin_key,
    body,
  });
  expect([path, answer.status]).toEqual([path, 201]);
  return answer.json as { id: string; secret: string };
};

/** Makes a workspace with so many keys. */
async function workspaceWith(name: string, keys: number): Promise<string[]> {
  const { id } = await admin('workspaces', { name });
  const secrets: string[] = [];
  for (let index = 0; index < keys; index += 1) {
    const key = await admin(`workspaces/${id}/keys`, { name: `${name} ${String(index)}` });
    secrets.push(key.secret);
  }
  return secrets;
}

/** Opens a stream, again and again while the place of one that has just left is still taken. */
const openSoon = (url: string, key?: string): Promise<Reader> =>
  until('a free place', async () => {
    const reader = await open(url, key);
    return reader.status === 200 ? reader : undefined;
  });

test('a key, a workspace and a process have as many streams as they may, and one that ends makes room for another', async () => {
  const feed = `${gateway.api}/v1/events`;
  const [first = '', second = ''] = await workspaceWith('one', 2);
  const [stranger = ''] = await workspaceWith('two', 1);
  const mine = [await open(feed, first), await open(feed, first)];
  expect(mine.map(({ status }) => status)).toEqual([200, 200]);
  const refusals: [string, number, RegExp][] = [
    [first, 429, /^This key may have 2 streams/],
    [second, 429, /^This workspace may have 3 streams/],
    [stranger, 503, /^This process may have 4 streams/],
  ];
  const others: Reader[] = [];
  for (const [key, status, message] of refusals) {
    if (key !== first) others.push(await openSoon(feed, key));
    const refused = await open(feed, key);
    expect([refused.status, refused.retryAfter]).toEqual([status, '5']);
    expect(refused.message).toMatch(message);
  }
  // A page that waits takes a place like a stream, and a page that does not takes none.
  const page = (query: string) => gateway.call('GET', `/v1/events${query}`, { key: stranger });
  expect((await page('?wait=60')).status).toBe(503);
  expect((await page('')).status).toBe(200);

  await mine[0]?.leave();
  const again = await openSoon(feed, first);
  for (const reader of [mine[1], again, ...others]) await reader?.leave();
});

test('a stream of a video gives its place back when the video ends', async () => {
  const id = await gateway.create({
    prompt: 'places [[sim seconds=120 fault=callback-missing video=shared]]',
  });
  const events = `${gateway.api}/v1/videos/${id}/events`;
  const { key } = gateway.keys;
  const streams = [await openSoon(events, key), await openSoon(events, key)];
  expect((await open(events, key)).status).toBe(429);
  const jobs = `${gateway.simulator?.origin ?? ''}/_sim/jobs`;
  const job = await until('the job at the provider', async () => {
    const { json } = await gateway.call('GET', `${jobs}?contains=places`);
    return (json.jobs as { id: string }[])[0];
  });
  await gateway.call('POST', `${jobs}/${job.id}`, { body: { to: 'end' } });
  await gateway.ended(id);
  const feed = `${gateway.api}/v1/events`;
  const others = [await openSoon(feed, key), await openSoon(feed, key)];
  expect(streams.map(({ status }) => status)).toEqual([200, 200]);
  for (const reader of others) await reader.leave();
});

test('links to the events of a workspace have as many streams as a key, and are told that it is they', async () => {
  const [secret = ''] = await workspaceWith('links', 1);
  const { id } = (
    await gateway.call('GET', '/v1/admin/workspaces?limit=1', {
      key: gateway.keys.admin_key,
    })
  ).json.data[0] as { id: string };
  await gateway.call('POST', `/v1/admin/workspaces/${id}/top-ups`, {
    key: gateway.keys.admin_key,
    body: { points: '1000' },
    headers: { 'idempotency-key': 'links' },
  });
  const made = await gateway.call('POST', '/v1/videos', {
    key: secret,
    body: { ...REQUEST, prompt: 'linked [[sim seconds=60]]' },
  });
  const link = /<(.*)>/.exec(made.headers.get('link') ?? '')?.[1] ?? '';
  const streams = [await openSoon(link), await openSoon(link)];
  const refused = await open(link);
  expect([refused.status, refused.retryAfter]).toEqual([429, '5']);
  expect(refused.message).toMatch(/^Links to the events of this workspace may have 2 streams/);
  for (const reader of streams) await reader.leave();
});

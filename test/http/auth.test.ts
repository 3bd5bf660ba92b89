import { z } from 'zod';
import { route } from '../../src/core/api/route';
import { type Api } from '../../src/core/api/dialect';
import { newId } from '../../src/core/job/ids';
import { renderOpenaiError } from '../../src/dialects/kit/openai-error';
import { apis } from '../../src/dialects';
import { GatewayError } from '../../src/core/errors';
import { hashKey } from '../../src/http/auth';
import { createEventLinks } from '../../src/http/event-links';
import { createTokens } from '../../src/http/tokens';
import { KEY, startTestApp, until, type TestApp } from './test-app';

/** Who may come in, at which endpoint, and what the log hears of it. */

const NOW = Date.parse('2026-11-21T12:00:00Z');
const SECRET = 'rl_live_00000000_theSecretPartOfTheKey';
const keyId = newId();
const tokens = createTokens({ secret: Buffer.alloc(32, 3), lifetimeMs: 60_000 });
const bearer = { keyId, secretId: 'current' };
const principal = {
  workspaceId: 'ws_1',
  ...bearer,
  group: 'default',
  models: null,
  scopes: ['read'],
} as const;

/** What reached `handle`. */
const seen: unknown[] = [];
const exchange: Api = {
  name: 'exchange',
  summary: 'An API of a test.',
  errorReply: z.unknown(),
  prefixes: ['/v1/exchange'],
  renderError(error) {
    const answer = renderOpenaiError(error);
    return error.code === 'idempotency_mismatch' ? { ...answer, status: 409 } : answer;
  },
  routes: [
    route({
      method: 'POST',
      path: '/v1/exchange',
      summary: 'A route of a test',
      body: 'none',
      scope: 'read',
      keyIn: 'query',
      request: z.undefined(),
      query: z.strictObject({}),
      async handle(gateway, input) {
        seen.push(input);
        return { status: 200, body: { access_token: gateway.issueToken(input.principal).token } };
      },
    }),
    route({
      method: 'PATCH',
      path: '/v1/exchange/again',
      summary: 'A route of a test',
      body: 'small-json',
      scope: 'read',
      request: z.strictObject({ note: z.string().optional() }),
      query: z.strictObject({}),
      async handle(_gateway, { body, idempotencyKey }) {
        if (idempotencyKey) throw new GatewayError('idempotency_mismatch');
        return { status: 200, body };
      },
    }),
  ],
};

let app: TestApp;
let now = NOW;
let lives = true;
const used: [string, number][] = [];
let usedFails = false;
beforeEach(async () => {
  now = NOW;
  lives = true;
  usedFails = false;
  used.length = 0;
  seen.length = 0;
  app = await startTestApp({
    apis: { ...apis, exchange },
    now: () => now,
    tokens,
    keys: {
      find: async (hash) => (lives && hash === hashKey(SECRET) ? principal : undefined),
      existing: async () => new Set(),
      findById: async (id, secretId) =>
        lives && id === keyId && secretId === bearer.secretId ? principal : undefined,
      async markUsed(id, at) {
        used.push([id, at]);
        if (usedFails) throw new Error('the database is away');
      },
    },
    limits: { smallJsonBytesMax: 100 },
  });
});
afterEach(() => app.close());

const get = (authorization: string) =>
  fetch(`${app.origin}/v1/models`, { headers: { authorization } });
const logged = (): string => JSON.stringify(app.log);

describe('an access token', () => {
  test('stands in for its key, as long as the key lives and the token is not over', async () => {
    const { token, expiresAt } = tokens.issue(bearer, NOW);
    expect((await get(`Bearer ${token}`)).status).toBe(200);
    expect(
      (await fetch(`${app.origin}/v1/models`, { headers: { 'x-api-key': token } })).status,
    ).toBe(200);
    lives = false;
    expect((await get(`Bearer ${token}`)).status).toBe(401);
    lives = true;
    now = expiresAt;
    expect((await get(`Bearer ${token}`)).status).toBe(401);
  });

  test('of another key, or of a secret that the key no longer has, is 401', async () => {
    for (const other of [{ keyId: newId() }, { secretId: 'replaced' }]) {
      const { token } = tokens.issue({ ...bearer, ...other }, NOW);
      expect((await get(`Bearer ${token}`)).status).toBe(401);
    }
  });

  test('says when it ends to whatever answers for long, and its key does not', async () => {
    const { token, expiresAt } = tokens.issue(bearer, NOW);
    const ends: unknown[] = [];
    app.gateway.followAll = async ({ endsAt }) => {
      ends.push(endsAt);
      throw new GatewayError('unavailable');
    };
    for (const credential of [token, SECRET]) {
      const headers = { authorization: `Bearer ${credential}`, accept: 'text/event-stream' };
      expect((await fetch(`${app.origin}/v1/events`, { headers })).status).toBe(503);
    }
    expect(ends).toEqual([expiresAt, undefined]);
  });

  test('has no more scopes than its key', async () => {
    const answer = await fetch(`${app.origin}/v1/admin/workspaces`, {
      headers: { authorization: `Bearer ${tokens.issue(bearer, NOW).token}` },
    });
    expect(answer.status).toBe(403);
  });
});

test('a signed link to events says when it ends, and that no key is behind it', async () => {
  const links = createEventLinks({
    ...{ secret: 'link-secret', lifetimeMs: 1_000, publicUrl: () => app.origin, now: () => now },
  });
  const seenBy: unknown[] = [];
  app.gateway.follow = async ({ keyId: key, endsAt }) => {
    seenBy.push({ key, endsAt });
    throw new GatewayError('unavailable');
  };
  const url = links.sign({ id: newId(), workspaceId: 'ws_1' });
  expect((await fetch(url)).status).toBe(503);
  expect(seenBy).toEqual([{ key: null, endsAt: NOW + 1_000 }]);
});

describe('the route that takes a key in the query', () => {
  const post = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${app.origin}/v1/exchange${query}`, { method: 'POST', headers });

  test('takes it, and neither its handler nor the log sees it', async () => {
    const answer = await post(`?api_key=${SECRET}`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ access_token: `token of ${keyId}` });
    await until('logged', () => app.log.some(({ path }) => path === '/v1/exchange'));
    const plain = JSON.stringify(seen, (name, value: unknown) =>
      name === 'signal' ? null : value,
    );
    expect(plain).toContain('"search":""');
    expect(plain + logged()).not.toContain(SECRET);
  });

  test('takes one in a header too', async () => {
    expect((await post('', { 'x-api-key': SECRET })).status).toBe(200);
  });

  test.each([
    [
      'an access token in the query',
      403,
      () => post(`?api_key=${tokens.issue(bearer, NOW).token}`),
    ],
    [
      'an access token in the header',
      403,
      () => post('', { authorization: `Bearer ${tokens.issue(bearer, NOW).token}` }),
    ],
    [
      'a wrong key, also beside a right one in the header',
      403,
      () => post('?api_key=rl_live_wrong', { 'x-api-key': SECRET }),
    ],
    ['two keys', 401, () => post(`?api_key=${SECRET}&api_key=${SECRET}`)],
    ['an empty key', 403, () => post('?api_key=')],
    ['another name', 401, () => post(`?key=${SECRET}`)],
    ['none', 401, () => post('')],
  ])('refuses %s with %i, and the log does not see it', async (_, refused, ask) => {
    expect((await ask()).status).toBe(refused);
    expect(seen).toEqual([]);
    await until('logged', () => app.log.some(({ status }) => status === refused));
    expect(logged()).not.toContain(SECRET);
  });

  test('does not pass a fault’s query on to the log', async () => {
    Object.assign(app.gateway, {
      issueToken() {
        throw new Error('broken');
      },
    });
    expect((await post(`?api_key=${SECRET}`)).status).toBe(500);
    expect(logged()).toContain('request failed');
    expect(logged()).not.toContain(SECRET);
  });

  test('is the only one: elsewhere a right key in the URL is 401 and says where it belongs', async () => {
    const answer = await fetch(`${app.origin}/v1/models?api_key=${SECRET}`);
    expect([answer.status, await answer.text()]).toEqual([
      401,
      expect.stringContaining('Authorization: Bearer'),
    ]);
    await until('logged', () => app.log.some(({ status }) => status === 401));
    expect(logged()).not.toContain(SECRET);
  });
});

describe('the last use of a key', () => {
  test('is noted once a minute, however often it is used', async () => {
    for (const later of [0, 1, 59_999]) {
      now = NOW + later;
      expect((await get(`Bearer ${SECRET}`)).status).toBe(200);
    }
    expect(used).toEqual([[keyId, NOW]]);
    now = NOW + 60_000;
    await get(`Bearer ${SECRET}`);
    expect(used).toEqual([
      [keyId, NOW],
      [keyId, NOW + 60_000],
    ]);
  });

  test('that cannot be noted costs the request nothing, is logged and tried again', async () => {
    usedFails = true;
    expect((await get(`Bearer ${SECRET}`)).status).toBe(200);
    expect((await get(`Bearer ${SECRET}`)).status).toBe(200);
    expect(used).toHaveLength(2);
    expect(logged()).toContain('the last use of a key was not noted');
  });

  test('is not that of a key that is refused', async () => {
    await get('Bearer rl_live_wrong');
    expect(used).toEqual([]);
  });
});

describe('an API', () => {
  const patch = (init: RequestInit) =>
    fetch(`${app.origin}/v1/exchange/again`, {
      method: 'PATCH',
      ...init,
      headers: { authorization: `Bearer ${SECRET}`, ...init.headers },
    });

  test('may give another status to an error than our table does', async () => {
    const answer = await patch({ headers: { 'idempotency-key': 'again' } });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ error: { code: 'idempotency_mismatch' } });
  });

  test('may take a page of JSON at most, or nothing, which is an empty object', async () => {
    const json = { 'content-type': 'application/json' };
    expect(await (await patch({})).json()).toEqual({});
    expect(await (await patch({ headers: json, body: '{"note":"a"}' })).json()).toEqual({
      note: 'a',
    });
    const long = await patch({ headers: json, body: JSON.stringify({ note: 'x'.repeat(100) }) });
    expect([long.status, await long.text()]).toEqual([413, expect.stringContaining('100 bytes')]);
    expect((await patch({ body: '{}' })).status).toBe(415);
    expect((await patch({ headers: json, body: 'x' })).status).toBe(400);
  });

  test('has its method PATCH named where another one is tried', async () => {
    const answer = await fetch(`${app.origin}/v1/exchange/again`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'PATCH']);
  });
});

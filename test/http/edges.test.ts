import { startTestApp, type TestApp } from './test-app';
import { MODEL } from './memory-gateway';

describe('every answer', () => {
  let app: TestApp;
  const hints: unknown[] = [];
  let ready = true;
  beforeAll(async () => {
    app = await startTestApp({
      limits: { callbackBytesMax: 1000 },
      readiness: async () => {
        if (!ready) throw new Error('no database at 10.0.0.7');
        return { ready: true, checks: { database: 'ok' } };
      },
      hint: async ({ provider, token, headers, body }) => {
        if (provider !== 'ark' || token !== 'good-token-0123456789') return false;
        hints.push({
          provider,
          token,
          type: headers['content-type'],
          body: Buffer.from(await body()).toString(),
        });
        return { answer: { challenge: 'abc' } };
      },
    });
  });
  afterAll(() => app.close());

  test.each(['/livez', '/v1/videos', '/nowhere', '/v1/videos/x/content'])(
    'of %s carries the security headers and says nothing of its server',
    async (path) => {
      const response = await app.send(path);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'x-request-id': expect.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      });
      expect(response.headers.get('x-powered-by')).toBeNull();
    },
  );

  test.each<[given: string, isKept: boolean]>([
    ['abc-DEF_123', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['a b', false],
    ['a"b', false],
    ['', false],
  ])('echoes the request id %p only where it is harmless', async (given, isKept) => {
    const response = await app.send('/livez', { headers: { 'x-request-id': given } });
    expect(response.headers.get('x-request-id') === given).toBe(isKept);
  });

  test('answers the probes without a key', async () => {
    const statuses = async () =>
      Promise.all(
        ['/livez', '/readyz', '/healthz', '/version'].map(
          async (path) => (await fetch(`${app.origin}${path}`)).status,
        ),
      );
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    ready = false;
    expect(await statuses()).toEqual([200, 503, 503, 200]);
    const text = await (await fetch(`${app.origin}/readyz`)).text();
    expect(text).not.toContain('10.0.0.7');
    ready = true;
  });

  describe('to a provider’s callback', () => {
    const post = (path: string, body = '{"id":"x"}') =>
      fetch(`${app.origin}/callbacks/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'text/weird' },
        body,
      });

    test('is what the provider wants to hear for a known token, and the bytes go on as they came', async () => {
      const response = await post('ark/good-token-0123456789', ' {"id": "x"}\n');
      expect([response.status, await response.text()]).toEqual([200, '{"challenge":"abc"}']);
      expect(hints.at(-1)).toEqual({
        provider: 'ark',
        token: 'good-token-0123456789',
        type: 'text/weird',
        body: ' {"id": "x"}\n',
      });
    });

    test('is one and the same for everything unknown', async () => {
      const answers = await Promise.all(
        ['ark/other-token-0123456789', 'kling/good-token-0123456789', 'ark/short', 'A%2F/x'].map(
          async (path) => {
            const response = await post(path);
            const id = response.headers.get('x-request-id') ?? '';
            // The id of the request, and nothing else, is each one's own.
            return [response.status, (await response.text()).replace(id, '')];
          },
        ),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(answers[0]?.[0]).toBe(404);
    });

    test('is 413 for a document', async () => {
      expect((await post('ark/good-token-0123456789', 'x'.repeat(1001))).status).toBe(413);
    });

    test('never shows a token in the log', () => {
      expect(JSON.stringify(app.log)).not.toContain('good-token');
    });
  });

  describe('to a create with an Idempotency-Key', () => {
    const create = async (key: string, prompt = 'a', path = '/v1/videos') => {
      const body = { model: MODEL, prompt };
      const response = await app.postJson(path, body, { 'idempotency-key': key });
      return { status: response.status, idempotency: app.gateway.creations.at(-1)?.idempotency };
    };

    test.each<[header: string, key: string]>([
      ['plain-key', 'plain-key'],
      ['"quoted-key"', 'quoted-key'],
      ['"a\\"b\\\\c"', 'a"b\\c'],
      ['~'.repeat(255), '~'.repeat(255)],
    ])('reads %s', async (header, key) => {
      expect(await create(header)).toMatchObject({
        status: 200,
        idempotency: { key, route: 'POST /v1/videos' },
      });
    });

    test.each(['', '""', 'two words', '"two words"', 'x'.repeat(256), 'tab\there'])(
      'refuses %p',
      async (header) => expect((await create(header)).status).toBe(400),
    );

    test('has the same fingerprint for the same bytes and another one for others', async () => {
      const first = await create('k', 'a');
      const again = await create('k', 'a');
      const other = await create('k', 'b');
      expect(first.idempotency?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
      expect(again.idempotency?.fingerprint).toBe(first.idempotency?.fingerprint);
      expect(other.idempotency?.fingerprint).not.toBe(first.idempotency?.fingerprint);
    });

    test('is the same with a slash behind its path', async () => {
      const first = await create('k');
      expect((await create('k', 'a', '/v1/videos/')).idempotency).toMatchObject({
        ...{ route: first.idempotency?.route, fingerprint: first.idempotency?.fingerprint },
      });
    });
  });

  test('is 503 while too many large bodies are in memory, and works again after them', async () => {
    const small = await startTestApp({
      limits: { bodyMemoryBytesMax: 20_000, bodyMemoryFactor: 4, smallBodyBytesMax: 1_000 },
    });
    let release: (value: void) => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const create = small.gateway.create;
    let entered = 0;
    small.gateway.create = async (...args) => {
      entered += 1;
      if (entered === 1) await held;
      return create(...args);
    };
    const body = { model: MODEL, prompt: 'x'.repeat(3000) };
    const first = small.postJson('/v1/videos', body);
    while (entered === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = await small.postJson('/v1/videos', body);
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1']);
    release();
    expect((await first).status).toBe(200);
    expect((await small.postJson('/v1/videos', body)).status).toBe(200);
    await small.close();
  });
});

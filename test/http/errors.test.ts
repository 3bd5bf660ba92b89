import { ERRORS, GatewayError, type ErrorCode } from '../../src/core/errors';
import { apis } from '../../src/dialects';
import { ADMIN_KEY, KEY, startTestApp, OTHER_KEY, READ_KEY, type TestApp } from './test-app';
import { MODEL } from './memory-gateway';

interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string };
}

describe('an error answer', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ limits: { jsonBytesMax: 4096, ignoredBodyBytesMax: 100 } });
  });
  afterEach(() => {
    app.gateway.fault = undefined;
  });
  afterAll(() => app.close());

  const good = { model: MODEL, prompt: 'a cat' };

  test.each<[problem: string, body: unknown, param: string, said: string]>([
    ['no model', { prompt: 'a' }, 'model', 'is required'],
    ['no prompt', { model: MODEL }, 'prompt', 'is required'],
    ['a model of another type', { ...good, model: 5 }, 'model', 'must be a string'],
    ['an unknown field', { ...good, durration: 5 }, 'durration', 'is not a known field'],
    [
      '__proto__',
      JSON.parse('{"model":"clip-1","prompt":"a","__proto__":{}}'),
      '__proto__',
      'is not a name that a field can have',
    ],
    ['two durations', { ...good, duration: 5, seconds: '4' }, 'seconds', 'contradicts duration'],
    ['a length out of range', { ...good, duration: 99 }, 'duration', 'Allowed: 4, 5, 6, 7, 8.'],
    ['a length as seconds', { ...good, seconds: '99' }, 'seconds', 'Allowed: 4, 5, 6, 7, 8.'],
    ['half a second', { ...good, duration: 4.5 }, 'duration', 'must be an integer'],
    ['words for a number', { ...good, seed: 'five' }, 'seed', 'must be an integer'],
    ['words for a boolean', { ...good, watermark: 'yes' }, 'watermark', 'must be true or false'],
    ['a size in words', { ...good, size: 'wide' }, 'size', '1280x720'],
    ['a size not offered', { ...good, size: '100x100' }, 'size', 'Allowed: 1280x720, 720x1280.'],
    [
      'a ratio not offered',
      { ...good, aspect_ratio: '21:9' },
      'aspect_ratio',
      'Allowed: 16:9, 9:16',
    ],
    [
      'a size against its ratio',
      { ...good, size: '1280x720', aspect_ratio: '9:16' },
      'aspect_ratio',
      'contradicts size',
    ],
    ['metadata that is no object', { ...good, metadata: [1] }, 'metadata', 'must be an object'],
    [
      'a file id',
      { ...good, input_reference: { file_id: 'file-1' } },
      'input_reference.file_id',
      'send image_url',
    ],
    [
      'an empty reference',
      { ...good, input_reference: {} },
      'input_reference',
      'exactly one of image_url, file_id',
    ],
    [
      'a reference on disk',
      { ...good, input_reference: 'file:///etc/passwd' },
      'input_reference',
      'must be an http(s) URL',
    ],
    [
      'a frame of no kind',
      { ...good, frame_images: [{ image_url: { url: 'https://example.com/a.png' } }] },
      'frame_images.0.frame_type',
      'Allowed: first_frame, last_frame.',
    ],
    [
      'an unknown field in a frame',
      {
        ...good,
        frame_images: [{ frame_type: 'first_frame', image_url: 'https://e.com/a', size: 1 }],
      },
      'frame_images.0.size',
      'is not a known field',
    ],
    [
      'two first frames',
      {
        ...good,
        frame_images: [
          { frame_type: 'first_frame', image_url: 'https://e.com/a' },
          { frame_type: 'first_frame', image_url: 'https://e.com/b' },
        ],
      },
      'frame_images',
      'more than one image for the same frame',
    ],
    [
      'a role against its type',
      {
        ...good,
        input_references: [{ role: 'reference_video', image_url: 'https://e.com/a' }],
      },
      'input_references.0.role',
      'Allowed: reference_image, first_frame, last_frame.',
    ],
    [
      'two URLs in one reference',
      {
        ...good,
        input_references: [{ image_url: 'https://e.com/a', video_url: 'https://e.com/b' }],
      },
      'input_references.0',
      'exactly one of',
    ],
  ])('names the field for %s', async (_problem, body, param, said) => {
    const response = await app.postJson('/v1/videos', body);
    const { error } = (await response.json()) as ErrorBody;
    expect({ status: response.status, ...error }).toMatchObject({
      status: 400,
      param,
      type: 'invalid_request_error',
      code: 'invalid_request',
      message: expect.stringContaining(said),
    });
  });

  test('counts an explicit null as absent', async () => {
    const response = await app.postJson('/v1/videos', {
      ...good,
      duration: null,
      seed: null,
      metadata: null,
      input_reference: null,
      frame_images: null,
      callback_url: null,
    });
    expect(response.status).toBe(200);
    expect(app.gateway.creations.at(-1)).toMatchObject({ metadata: {}, callbackUrl: undefined });
  });

  test('keeps a null that is the caller’s own', async () => {
    const response = await app.postJson('/v1/videos', { ...good, metadata: { a: null } });
    expect(await response.json()).toMatchObject({ metadata: { a: null } });
  });

  test.each<[problem: string, authorization: string | undefined]>([
    ['no key', undefined],
    ['an unknown key', 'Bearer rl_live_nobody'],
    ['another scheme', `Basic ${KEY}`],
    ['a key of megabytes', `Bearer ${'x'.repeat(5000)}`],
  ])('is 401 for %s', async (_problem, authorization) => {
    const response = await fetch(`${app.origin}/v1/videos`, {
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(((await response.json()) as ErrorBody).error).toMatchObject({
      type: 'invalid_api_key',
      code: 'unauthorized',
    });
  });

  test('refuses a key in the URL and says where it belongs', async () => {
    const response = await fetch(`${app.origin}/v1/videos?api_key=${KEY}`);
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('Authorization: Bearer');
  });

  test('takes a key as X-API-Key too', async () => {
    const response = await fetch(`${app.origin}/v1/videos`, { headers: { 'x-api-key': KEY } });
    expect(response.status).toBe(200);
  });

  test('is 403 for a key without the scope, before the body is looked at', async () => {
    const response = await app.send('/v1/videos', {
      method: 'POST',
      headers: { authorization: `Bearer ${READ_KEY}`, 'content-type': 'application/json' },
      body: '{',
    });
    expect(response.status).toBe(403);
    expect(((await response.json()) as ErrorBody).error.message).toContain('"generate"');
  });

  test('looks the same for a foreign id and for an id that never was', async () => {
    const created = await app.postJson('/v1/videos', good);
    const { id } = (await created.json()) as { id: string };
    const headers = { authorization: `Bearer ${OTHER_KEY}` };
    const foreign = await app.send(`/v1/videos/${id}`, { headers });
    const unknown = await app.send('/v1/videos/video_00000000000000000000000000000000', {
      headers,
    });
    expect([foreign.status, unknown.status]).toEqual([404, 404]);
    expect(await foreign.text()).toBe(await unknown.text());
  });

  test.each<[string, string, string]>([
    ['GET', '/v2/anything', 'not_found'],
    ['GET', '/V1/videos', 'not_found'],
    ['GET', '/v1/videos/%E0%A4%A', 'invalid_request'],
  ])('%s %s answers %s in the default shape', async (method, path, code) => {
    const response = await app.send(path, { method });
    expect(response.status).toBe(ERRORS[code as ErrorCode].status);
    expect(((await response.json()) as ErrorBody).error.code).toBe(code);
  });

  test.each<[string, string, string]>([
    ['PUT', '/v1/videos', 'POST, GET, HEAD'],
    ['POST', '/v1/videos/video_1', 'GET, HEAD, DELETE'],
    ['DELETE', '/v1/models', 'GET, HEAD'],
    ['PUT', '/v1/videos/quote', 'POST'],
    ...['/', '/llms.txt', '/livez', '/readyz', '/healthz', '/version', '/openapi.json'].map(
      (path): [string, string, string] => ['POST', path, 'GET, HEAD'],
    ),
    ...['/openapi/videos.json', '/docs', '/docs/videos', '/docs/assets/page.js'].map(
      (path): [string, string, string] => ['PUT', path, 'GET, HEAD'],
    ),
    ['PATCH', '/errors', 'GET, HEAD'],
    ['PATCH', '/errors/not_found', 'GET, HEAD'],
    ['DELETE', '/inputs/input_1', 'GET, HEAD'],
    ['GET', '/callbacks/ark/token-of-more-than-16-letters', 'POST'],
  ])('%s %s is 405 and names the methods', async (method, path, allow) => {
    const response = await app.send(path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(((await response.json()) as ErrorBody).error.code).toBe('method_not_allowed');
  });

  test('is 413 and names the limit for a long body, with and without a stated length', async () => {
    const long = JSON.stringify({ ...good, prompt: 'x'.repeat(5000) });
    const stated = await app.send('/v1/videos', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: long,
    });
    const chunked = await app.send('/v1/videos', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([long]).stream(),
      duplex: 'half',
    } as RequestInit);
    const ignored = await app.send('/v1/videos/video_1', {
      method: 'DELETE',
      body: 'x'.repeat(101),
    });
    expect([stated.status, chunked.status, ignored.status]).toEqual([413, 413, 413]);
    expect(await stated.text()).toContain('4096 bytes');
    expect(await chunked.text()).toContain('4096 bytes');
    expect(await ignored.text()).toContain('100 bytes');
  });

  test.each<[string, Record<string, string>]>([
    ['no JSON type', { 'content-type': 'text/plain' }],
    ['a form in the URL style', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a compressed body', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('is 415 for %s', async (_problem, headers) => {
    const response = await app.send('/v1/videos', { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(415);
    expect(((await response.json()) as ErrorBody).error.code).toBe('unsupported_media_type');
  });

  test.each<[string, string | Uint8Array]>([
    ['half a document', '{"model":'],
    ['nothing', ''],
    ['broken UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['deep nesting', '['.repeat(21) + ']'.repeat(21)],
  ])('is 400 for a body that is %s', async (_problem, body) => {
    const response = await app.send('/v1/videos', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(400);
  });

  const many = `{${'"a":1,'.repeat(10_000)}"b":1}`;
  test.each([
    ['ten thousand values', `{"model":"a","metadata":${many}}`, 'has more than 10000 values'],
    ['as many in a text', JSON.stringify({ ...good, metadata: many }), 'must be an object'],
    [
      'a name of a megabyte',
      `{"model":"${MODEL}","prompt":"a","${'x'.repeat(1_000_000)}":1}`,
      'x: is not a known field',
    ],
  ])('is refused in few words for %s', async (_problem, body, said) => {
    const wide = await startTestApp();
    const response = await wide.send('/v1/videos', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    await wide.close();
    expect([response.status, text]).toEqual([400, expect.stringContaining(said)]);
    expect(text.length).toBeLessThan(700);
  });

  test('is bounded for a hundred thousand brackets and for large metadata', async () => {
    const wide = await startTestApp();
    try {
      const bomb = `{"model":"${MODEL}","prompt":"a","metadata":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
      const response = await wide.send('/v1/videos', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: bomb,
      });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('20 levels');
      const metadata = { note: 'é'.repeat(4096) };
      const large = await wide.postJson('/v1/videos', { ...good, metadata });
      expect(await large.json()).toMatchObject({
        error: { param: 'metadata', message: expect.stringContaining('8192 bytes') },
      });
      // Brackets inside a text are no nesting.
      const text = await wide.postJson('/v1/videos', { ...good, prompt: '["\\[{'.repeat(100) });
      expect(text.status).toBe(200);
    } finally {
      await wide.close();
    }
  });

  test.each(Object.keys(ERRORS) as ErrorCode[])('has status and code of %s', async (code) => {
    app.gateway.fault = new GatewayError(code, {
      retryAfterSeconds: 7,
      cause: new Error('inner'),
    });
    const response = await app.send('/v1/videos');
    expect(response.status).toBe(ERRORS[code].status);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('x-should-retry')).toBe(ERRORS[code].retryable ? null : 'false');
    const { error } = (await response.json()) as ErrorBody;
    expect(error).toMatchObject({ code, message: ERRORS[code].text, param: null });
    expect(error.type).not.toBe('');
    expect(JSON.stringify(error)).not.toContain('inner');
  });

  test('tells an unexpected error as internal with the request id, and logs it once', async () => {
    app.gateway.fault = new Error('password=hunter2 at /srv/app/db.js');
    const response = await app.send('/v1/videos', { headers: { 'x-request-id': 'my-request-1' } });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).toContain('my-request-1');
    expect(text).not.toMatch(/hunter2|srv|at \//);
    const errors = app.log.filter(
      (line) => line['level'] === 50 && line['requestId'] === 'my-request-1',
    );
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ workspaceId: 'ws_1', method: 'GET', path: '/v1/videos' });
  });

  test('is named, so that a wrong base URL is seen: of a long one its first 200 characters', async () => {
    const twice = await app.send('/v1/v1/videos', { method: 'POST' });
    expect(await twice.text()).toContain('There is no such path: POST /v1/v1/videos.');
    const long = await app.send(`/v1/videos/x/${'y'.repeat(2_000)}`, { method: 'GET' });
    expect(await long.text()).toMatch(/There is no such path: GET [^ ]{196}\./);
  });

  test('is answered for every API in its own shape', async () => {
    for (const api of Object.values(apis)) {
      const prefix = api.prefixes[0] ?? '';
      const path = `${prefix}/x/y/z/unknown`;
      const response = await app.send(path, { method: 'POST' });
      const expected = api.renderError(
        new GatewayError('not_found', {
          message: `There is no such path: POST ${path}.`,
          path: `POST ${path}`,
        }),
        response.headers.get('x-request-id') ?? '',
      );
      expect(response.status).toBe(expected.status);
      expect(await response.json()).toEqual(expected.body);
    }
  });
});

describe("an error of Reelay's own APIs", () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const adminPost = (body: unknown) =>
    app.send('/v1/admin/workspaces', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        'content-type': 'application/json',
        'x-request-id': 'cat-7',
      },
      body: JSON.stringify(body),
    });

  test('is a problem that names all wrong fields and the request', async () => {
    const response = await adminPost({ name: 7, 'a/b~c': 1, other: 2 });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const { errors, ...problem } = (await response.json()) as {
      errors: { pointer: string; message: string }[];
    };
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(['#/a~1b~0c', '#/name', '#/other']);
    const unknown = errors.filter(({ pointer }) => pointer !== '#/name');
    expect(unknown.map(({ message }) => message)).toEqual([
      'is not a known field (known: name, group)',
      'is not a known field',
    ]);
    expect(problem).toMatchObject({
      type: '/errors/invalid_request',
      status: 400,
      instance: 'cat-7',
      error: { code: 'invalid_request' },
    });
  });

  test.each([
    [
      '/v1/admin/jobs?limitt=5',
      'limitt: is not a known field; did you mean "limit"? (known: limit, ',
    ],
    ['/v1/admin/config?page=2', 'page: is not a known field; there are none here'],
  ])('says of a word in the query what there is: %s', async (path, said) => {
    const response = await app.send(path, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    const { status, detail } = (await response.json()) as { status: number; detail: string };
    expect([status, detail]).toEqual([400, expect.stringContaining(said)]);
  });

  test('is told so at the paths of no API too', async () => {
    for (const path of ['/openapi/none.json', '/inputs/none', '/errors/none']) {
      const response = await fetch(new URL(path, app.origin));
      expect([path, response.headers.get('content-type')]).toEqual([
        path,
        'application/problem+json',
      ]);
      expect(await response.json()).toMatchObject({ status: response.status });
    }
  });

  test.each(Object.entries(ERRORS))('has a page for %s', async (code, { status, text }) => {
    const response = await fetch(new URL(`/errors/${code}`, app.origin));
    expect(await response.json()).toMatchObject({ code, status, text });
  });
});

import { get } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { KEY, startTestApp, OTHER_KEY, until, type TestApp } from './test-app';
import { MODEL } from './memory-gateway';

const FILE = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));

describe('the content of a video', () => {
  let app: TestApp;
  let id: string;
  let path: string;
  let clock = Date.parse('2026-01-01T00:00:00Z');
  beforeAll(async () => {
    app = await startTestApp({ now: () => clock, limits: { streamIdleMs: 300 } });
    app.gateway.file = FILE;
    const created = await app.postJson('/v1/videos', { model: MODEL, prompt: 'a cat' });
    id = ((await created.json()) as { id: string }).id;
    app.gateway.finish(id);
    path = `/v1/videos/${id}/content`;
  });
  afterAll(() => app.close());
  const linkOf = (kind: 'video' | 'last_frame' = 'video'): string =>
    app.gateway.link(app.gateway.finish(id), kind);

  test('comes whole, typed, attached and shut in', async () => {
    const response = await app.send(path);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(FILE)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': '300000',
      'accept-ranges': 'bytes',
      'content-disposition': `attachment; filename="${id}-video.mp4"`,
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    // What else a provider's server says does not pass.
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  test.each<[range: string, from: number, to: number]>([
    ['bytes=0-99', 0, 99],
    ['bytes=299990-', 299_990, 299_999],
    ['bytes=-10', 299_990, 299_999],
    ['bytes=299999-900000', 299_999, 299_999],
  ])('answers %s with that part', async (range, from, to) => {
    const response = await app.send(path, { headers: { range } });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(
      `bytes ${String(from)}-${String(to)}/300000`,
    );
    expect(Buffer.from(await response.arrayBuffer()).equals(FILE.subarray(from, to + 1))).toBe(
      true,
    );
  });

  test('is 416 for a range outside', async () => {
    const response = await app.send(path, { headers: { range: 'bytes=300000-' } });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe('bytes */300000');
    expect(await response.json()).toMatchObject({ error: { code: 'range_not_satisfiable' } });
  });

  test.each<[what: string, headers: Record<string, string>, status: number, bytes: number]>([
    ['the file that it has', { 'if-range': '"paper-video"' }, 206, 100],
    ['another file', { 'if-range': '"other"' }, 200, 300_000],
    ['several parts', { range: 'bytes=0-99,200-299' }, 200, 300_000],
  ])('asked for %s answers by RFC 9110', async (_what, headers, status, bytes) => {
    const response = await app.send(path, { headers: { range: 'bytes=0-99', ...headers } });
    expect(response.status).toBe(status);
    expect((await response.arrayBuffer()).byteLength).toBe(bytes);
  });

  test('tells a HEAD everything but the bytes, whatever its Range, and closes the source', async () => {
    const closed = watchSource(app);
    const response = await app.send(path, { method: 'HEAD', headers: { range: 'bytes=0-99' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('300000');
    expect(response.headers.get('content-range')).toBeNull();
    expect(await response.text()).toBe('');
    await until('the source is closed', closed);
  });

  test('plays inline when asked', async () => {
    const response = await app.send(`${path}?inline=1`);
    expect(response.headers.get('content-disposition')).toMatch(/^inline;/);
    await response.body?.cancel();
  });

  test.each([
    ['thumbnail', /^variant: no thumbnail is made here: ffmpeg.*Allowed: video, last_frame\.$/],
    ['spritesheet', /apt-get install ffmpeg.*Allowed: video, last_frame\.$/],
    ['poster', /Allowed: video, last_frame, thumbnail, spritesheet\.$/],
  ])('is no %s where none can be made, which says why and what there is', async (variant, said) => {
    const response = await app.send(`${path}?variant=${variant}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param: 'variant', message: expect.stringMatching(said) },
    });
  });

  test('closes its source when the caller leaves', async () => {
    const closed = watchSource(app, endless);
    const request = get(`${app.origin}${path}`, { headers: { authorization: `Bearer ${KEY}` } });
    await new Promise<void>((resolve) => {
      request.once('response', (response) => response.once('data', () => resolve()));
    });
    request.on('error', () => undefined).destroy();
    await until('the source is closed', closed);
  });

  test('closes a source that is silent when the caller leaves', async () => {
    let stream: Readable | undefined;
    const original = app.gateway.content;
    app.gateway.content = async (...args) => {
      const answer = await original(...args);
      // Gives one chunk and nothing more, as a provider that hangs.
      stream = new Readable({ read: () => undefined });
      stream.push(Buffer.alloc(10));
      return { ...answer, stream };
    };
    const request = get(`${app.origin}${path}`, { headers: { authorization: `Bearer ${KEY}` } });
    await new Promise<void>((resolve) => {
      request.once('response', (response) => response.once('data', () => resolve()));
    });
    request.on('error', () => undefined).destroy();
    await until('the source is destroyed', () => stream?.destroyed === true);
    app.gateway.content = original;
  });

  test('reads no more than a slow caller takes, and cuts one that takes nothing', async () => {
    let pulled = 0;
    const closed = watchSource(app, async function* () {
      for (;;) {
        pulled += 65_536;
        yield Buffer.alloc(65_536);
      }
    });
    const socket = connect(app.port, '127.0.0.1');
    socket.pause();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${KEY}\r\n\r\n`);
    await until('the source is closed', closed);
    // Socket buffers of the system take a few megabytes; without back-pressure it would be gigabytes.
    expect(pulled).toBeLessThan(32 * 1024 * 1024);
    socket.destroy();
  });

  test('breaks the connection when the source breaks, so that half a file is no whole one', async () => {
    const original = app.gateway.content;
    app.gateway.content = async (...args) => ({
      ...(await original(...args)),
      stream: (async function* () {
        yield Buffer.alloc(10);
        throw new Error('the provider hung up');
      })(),
    });
    const response = await app.send(path);
    await expect(response.arrayBuffer()).rejects.toThrow();
    app.gateway.content = original;
    await until('it is logged', () => app.log.some((line) => line['msg'] === 'download broke off'));
  });

  describe('by a link', () => {
    test('needs no key', async () => {
      const response = await fetch(linkOf());
      expect(response.status).toBe(200);
      expect(Buffer.from(await response.arrayBuffer()).equals(FILE)).toBe(true);
    });

    test('is the same link for two reads of one job', () => {
      expect(linkOf()).toBe(linkOf());
    });

    test('is refused once it has expired', async () => {
      const link = linkOf();
      clock += 2 * 3600 * 1000;
      const response = await fetch(link);
      clock -= 2 * 3600 * 1000;
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({
        error: { code: 'forbidden', message: expect.stringContaining('expired') },
      });
    });

    test.each<[what: string, change: (url: URL) => void]>([
      ['the file', (url) => url.searchParams.set('variant', 'last_frame')],
      ['the job', (url) => (url.pathname = url.pathname.replace(/.{4}\/content/, '0000/content'))],
      ['the workspace', (url) => url.searchParams.set('workspace', 'ws_2')],
      ['the expiry', (url) => url.searchParams.set('expires', '99999999999')],
      ['the signature', (url) => url.searchParams.set('signature', 'A'.repeat(43))],
      ['the signature’s length', (url) => url.searchParams.set('signature', 'AAAA')],
      ['an empty signature', (url) => url.searchParams.set('signature', '')],
      ['two signatures', (url) => url.searchParams.append('signature', 'AAAA')],
    ])('opens nothing when somebody changes %s', async (_what, change) => {
      const url = new URL(linkOf());
      change(url);
      const response = await fetch(url);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ error: { code: 'forbidden' } });
    });

    test('of another installation opens nothing', async () => {
      const other = await startTestApp({ secret: 'another', now: () => clock });
      const link = new URL(other.links.sign({ workspaceId: 'ws_1', jobId: id, kind: 'video' }));
      await other.close();
      expect((await fetch(`${app.origin}${link.pathname}${link.search}`)).status).toBe(403);
    });

    test('opens nothing but the content', async () => {
      const { search } = new URL(linkOf());
      expect((await fetch(`${app.origin}/v1/videos/${id}${search}`)).status).toBe(401);
    });

    test('that is bad leaves the word to a key beside it', async () => {
      const bad = `${path}?expires=1&workspace=ws_1&signature=x`;
      expect((await app.send(bad, { method: 'HEAD' })).status).toBe(200);
      const foreign = await app.send(bad, { headers: { authorization: `Bearer ${OTHER_KEY}` } });
      expect(foreign.status).toBe(404);
    });

    test('is never in the log', async () => {
      await (await fetch(linkOf())).arrayBuffer();
      const signature = new URL(linkOf()).searchParams.get('signature') ?? '';
      expect(JSON.stringify(app.log)).not.toContain(signature);
      expect(JSON.stringify(app.log)).not.toContain(KEY);
    });
  });
});

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield Buffer.alloc(65_536);
}

/** Tells whether the source of the next download was closed. */
function watchSource(app: TestApp, source?: () => AsyncGenerator<Uint8Array>): () => boolean {
  let isClosed = false;
  const original = app.gateway.content;
  app.gateway.content = async (...args) => {
    app.gateway.content = original;
    const answer = await original(...args);
    return {
      ...answer,
      stream: (async function* () {
        try {
          yield* source ? source() : answer.stream;
        } finally {
          isClosed = true;
        }
      })(),
    };
  };
  return () => isClosed;
}

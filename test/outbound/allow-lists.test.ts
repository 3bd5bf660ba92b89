import type { CallOptions, CallResult, Outbound } from '../../src/core/ports/outbound';
import { closeAll, failureOf, httpServer, outbound, read, soon } from './servers';
import type { LocalServer } from './servers';

/** What an operator writes opens exactly that, for exactly that use. */

let server: LocalServer;
let other: LocalServer;
beforeEach(async () => {
  server = await httpServer((_request, response) => void response.end('inner'));
  other = await httpServer((_request, response) => void response.end('other'));
});
afterEach(closeAll);

const BLOCKED = { kind: 'not_sent', reason: 'blocked' };
const REPLY = { kind: 'reply', reply: { status: 200 } };

const post = (
  client: Outbound,
  url: string,
  options: Partial<CallOptions> = {},
): Promise<CallResult> =>
  client.call({ method: 'POST', target: { url }, headers: {}, body: '{}' }, soon(options));
const get = (
  client: Outbound,
  url: string,
  options: Partial<CallOptions> = {},
): Promise<CallResult> =>
  client.call({ method: 'GET', target: { url }, headers: {} }, soon(options));

describe('a base URL', () => {
  it('lets through its own origin and no other port, host or scheme', async () => {
    const client = outbound({ allowHttp: true });
    const options = { baseUrl: `${server.origin}/v1` };
    expect(await get(client, `${server.origin}/follow`, options)).toMatchObject(REPLY);
    expect(await get(client, `${other.origin}/follow`, options)).toMatchObject(BLOCKED);
    const sameHost = server.origin.replace('127.0.0.1', 'localhost');
    expect(await get(client, sameHost, options)).toMatchObject(BLOCKED);
    const otherScheme = server.origin.replace('http:', 'https:');
    expect(await get(client, otherScheme, options)).toMatchObject(BLOCKED);
    const withUser = server.origin.replace('http://', 'http://me:secret@');
    expect(await get(client, withUser, options)).toMatchObject(BLOCKED);
  });

  it('may be a name, which the system resolves', async () => {
    const baseUrl = server.origin.replace('127.0.0.1', 'localhost');
    const call = { method: 'GET' as const, target: { path: '/' }, headers: {} };
    expect(await outbound().call(call, soon({ baseUrl }))).toMatchObject(REPLY);
  });

  it('opens a download by a path under it, and by none that leaves it', async () => {
    const options = { headers: {}, allowedOrigins: [], timeoutMs: 5_000 };
    const client = outbound();
    const under = { ...options, baseUrl: `${server.origin}/v1` };
    const { status } = await client.open('/videos/a/content', under);
    expect(status).toBe(200);
    expect(await failureOf(client.open('/../secret', under))).toMatchObject(BLOCKED);
    expect(await failureOf(client.open('/videos/a/content', options))).toMatchObject(BLOCKED);
  });

  it('is remembered for one call only, even while its connection stays open', async () => {
    const client = outbound({ allowHttp: true });
    expect(await get(client, server.origin, { baseUrl: server.origin })).toMatchObject(REPLY);
    expect(await get(client, server.origin)).toMatchObject(BLOCKED);
    expect(await get(client, server.origin, { allowedOrigins: [other.origin] })).toMatchObject(
      BLOCKED,
    );
    expect(server.connections()).toBe(1);
  });
});

describe('a result origin', () => {
  it.each([
    ['as a URL', (one: LocalServer) => one.origin],
    ['as a URL with a path', (one: LocalServer) => `${one.origin}/files/`],
    ['as host and port', (one: LocalServer) => `127.0.0.1:${String(one.port)}`],
  ])('written %s opens downloads from there and nowhere else', async (_how, write) => {
    const client = outbound();
    const options = { headers: {}, allowedOrigins: [write(server)], timeoutMs: 5_000 };
    const { status, stream } = await client.open(`${server.origin}/a.mp4`, options);
    expect([status, (await read(stream)).toString()]).toEqual([200, 'inner']);
    expect(await failureOf(client.open(other.origin, options))).toMatchObject(BLOCKED);
    expect(other.connections()).toBe(0);
  });

  it.each([[''], ['127.0.0.1'], ['*'], ['http://'], ['http://127.0.0.1'], ['127.0.0.1:80']])(
    'written as %j opens nothing',
    async (written) => {
      const result = await get(outbound(), server.origin, { allowedOrigins: [written] });
      expect(result).toMatchObject(BLOCKED);
    },
  );
});

describe('a host allowed for callbacks', () => {
  const allowed = { allowedCallbackHosts: ['127.0.0.1', 'localhost', '::1', 'Hooks.Internal'] };

  it.each([
    ['http://127.0.0.1:3000/'],
    ['https://127.0.0.1:3000/'],
    ['http://127.0.0.1/'],
    ['http://127.0.0.1:81/'],
    ['http://localhost:3000/hook?x=1'],
    ['http://[::1]:3000/'],
    ['http://hooks.internal/'],
  ])('may be given as %s', (url) => {
    expect(outbound(allowed).checkCallbackUrl(url)).toEqual({ ok: true });
  });

  it.each([
    ['http://127.0.0.2:3000/'],
    ['http://localhost.:3000/'],
    ['http://app.localhost:3000/'],
    ['http://[::ffff:127.0.0.1]:3000/'],
    ['http://hooks.internal.example.com/'],
    ['http://x.hooks.internal/'],
    ['http://me@localhost:3000/'],
    ['ftp://localhost:3000/'],
  ])('does not open %s', (url) => {
    expect(outbound(allowed).checkCallbackUrl(url)).toMatchObject({ ok: false });
  });

  it('is reached by deliveries, and by nothing else', async () => {
    const client = outbound(allowed);
    expect(await post(client, server.origin, { callback: true })).toMatchObject(REPLY);
    expect(await post(client, server.origin)).toMatchObject(BLOCKED);
    expect(await get(client, server.origin, { baseUrl: other.origin })).toMatchObject(BLOCKED);
    const download = client.open(server.origin, {
      headers: {},
      allowedOrigins: [],
      timeoutMs: 5_000,
    });
    expect(await failureOf(download)).toMatchObject(BLOCKED);
    expect(server.connections()).toBe(1);
  });

  it('is none by default', async () => {
    const client = outbound();
    expect(client.checkCallbackUrl(server.origin)).toMatchObject({ ok: false });
    expect(await post(client, server.origin, { callback: true })).toMatchObject(BLOCKED);
  });

  it.each([
    ['localhost:3000'],
    ['http://localhost'],
    ['localhost/hook'],
    ['me@localhost'],
    [''],
    ['a b'],
  ])('cannot be written as %j: the start ends with a sentence', (text) => {
    expect(() => outbound({ allowedCallbackHosts: [text] })).toThrow(/without scheme or port/);
  });
});

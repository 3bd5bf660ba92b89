import type { LookupAddress } from 'node:dns';
import type { CallResult, Outbound } from '../../src/core/ports/outbound';
import type { Lookup } from '../../src/outbound/connector';
import { closeAll, failureOf, httpServer, outbound, soon } from './servers';
import type { LocalServer } from './servers';

/**
 * Every hostile URL in every place that takes one. Plain http is allowed here, so that the scheme does not do the guard's work, and
 * `{port}` is a real server on loopback, so that a hole is seen as a request and not only as a missing error.
 */

const LITERALS: readonly string[] = [
  'http://127.0.0.1:{port}/',
  'https://127.0.0.1:{port}/',
  'http://127.0.0.2:{port}/',
  'http://127.1:{port}/',
  'http://0x7f.1:{port}/',
  'http://0x7f000001:{port}/',
  'http://2130706433:{port}/',
  'http://017700000001:{port}/',
  'http://0177.0.0.1:{port}/',
  'http://127.0.0.1.:{port}/',
  'http://１２７.０.０.１:{port}/',
  'http://127。0。0。1:{port}/',
  'http://%31%32%37.0.0.1:{port}/',
  'http://0.0.0.0:{port}/',
  'http://0:{port}/',
  'http://[::1]:{port}/',
  'http://[::]:{port}/',
  'http://[0:0:0:0:0:0:0:1]:{port}/',
  'http://[::ffff:127.0.0.1]:{port}/',
  'http://[::ffff:7f00:1]:{port}/',
  'http://[::127.0.0.1]:{port}/',
  'http://[::7f00:1]:{port}/',
  'http://[::ffff:0:127.0.0.1]:{port}/',
  'http://[64:ff9b::127.0.0.1]:{port}/',
  'http://[64:ff9b:1::7f00:1]:{port}/',
  'http://[2002:7f00:1::]:{port}/',
  'http://[2001:0:7f00:1::]:{port}/',
  'http://[fe80::1]:{port}/',
  'http://[fec0::1]:{port}/',
  'http://[fc00::1]:{port}/',
  'http://[fd00:ec2::254]/latest/meta-data/',
  'http://[ff02::1]:{port}/',
  'http://[100::1]:{port}/',
  'http://[2001:db8::1]:{port}/',
  'http://[3fff::1]:{port}/',
  'http://[5f00::1]:{port}/',
  'http://[4000::1]:{port}/',
  'http://10.0.0.1:{port}/',
  'http://172.16.0.1:{port}/',
  'http://172.31.255.254:{port}/',
  'http://192.168.1.1:{port}/',
  'http://100.64.0.1:{port}/',
  'http://100.100.100.200/latest/meta-data/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/latest/meta-data/',
  'http://[::ffff:169.254.169.254]/latest/meta-data/',
  'http://168.63.129.16/machine',
  'http://[::ffff:168.63.129.16]/machine',
  'http://192.0.0.192/opc/v2/',
  'http://192.0.2.1:{port}/',
  'http://198.18.0.1:{port}/',
  'http://198.51.100.1:{port}/',
  'http://203.0.113.1:{port}/',
  'http://224.0.0.1:{port}/',
  'http://240.0.0.1:{port}/',
  'http://255.255.255.255:{port}/',
];

const NAMES: readonly string[] = [
  'http://localhost:{port}/',
  'http://LOCALHOST:{port}/',
  'http://localhost.:{port}/',
  'http://app.localhost:{port}/',
  'http://printer.local:{port}/',
  'http://host.docker.internal:{port}/',
  'http://metadata.google.internal/computeMetadata/v1/',
  'http://nas.home.arpa:{port}/',
  'http://postgres:{port}/',
  'http://postgres.:{port}/',
];

const SHAPES: readonly string[] = [
  'http://user:secret@public.example:{port}/',
  'http://user@public.example:{port}/',
  'http://public.example@127.0.0.1:{port}/',
  'http://public.example:22/',
  'http://public.example:25/',
  'http://public.example:0/',
  'ftp://public.example/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:{port}/_x',
  'data:text/plain,x',
  'javascript:alert(1)',
  'blob:http://public.example/1',
  '//127.0.0.1:{port}/',
  'http://',
  'http:///',
  'not a url',
  '',
];

/** Names that look public and are not; only the connection can tell. */
const RESOLVED: Readonly<Record<string, readonly string[]>> = {
  'to-loopback.example': ['127.0.0.1'],
  'to-loopback6.example': ['::1'],
  'to-mapped.example': ['::ffff:127.0.0.1'],
  'to-private.example': ['10.0.0.1'],
  'to-metadata.example': ['169.254.169.254'],
  'to-azure.example': ['168.63.129.16'],
  'mixed.example': ['93.184.215.14', '127.0.0.1'],
  'mixed-last-public.example': ['127.0.0.1', '93.184.215.14'],
  'to-garbage.example': ['0x7f.1'],
};

const byTable: Lookup = (name, done) => {
  done(null, (RESOLVED[name] ?? []).map(withFamily));
};

function withFamily(address: string): LookupAddress {
  return { address, family: address.includes(':') ? 6 : 4 };
}

let inner: LocalServer;
let redirector: LocalServer;
let requests: string[];
let redirectTo: string;
let client: Outbound;

beforeEach(async () => {
  requests = [];
  inner = await httpServer((request, response) => {
    requests.push(request.url ?? '');
    response.end('secret');
  });
  redirector = await httpServer((_request, response) => {
    response.writeHead(302, { location: redirectTo }).end();
  });
  client = outbound({ allowHttp: true, lookup: byTable });
});
afterEach(closeAll);

const place = (url: string): string => url.replaceAll('{port}', String(inner.port));
const table = (urls: readonly string[]): [string][] => urls.map((url) => [url]);

const get = (url: string): Promise<CallResult> =>
  client.call({ method: 'GET', target: { url }, headers: {} }, soon());
const download = (url: string, allowedOrigins: string[] = []): Promise<unknown> =>
  failureOf(client.open(url, { headers: {}, allowedOrigins, timeoutMs: 10_000 }));

const BLOCKED = { kind: 'not_sent', reason: 'blocked' };

describe('no place lets through', () => {
  it.each(table([...LITERALS, ...NAMES, ...SHAPES]))('%s', async (template) => {
    const url = place(template);
    expect(client.checkCallbackUrl(url)).toEqual({ ok: false, problem: expect.any(String) });
    expect(await get(url)).toMatchObject(BLOCKED);
    expect(await download(url)).toMatchObject(BLOCKED);
    expect(requests).toEqual([]);
    expect(inner.connections()).toBe(0);
  });

  // Header bytes that Node refuses to send cannot be a redirect; a relative one stays at the redirector.
  const sendable = [...LITERALS, ...NAMES, ...SHAPES]
    .filter((url) => /^[\x20-\x7e]+$/.test(url))
    .filter((url) => url !== 'not a url');
  it.each(table(sendable))('a redirect to %s', async (template) => {
    redirectTo = place(template);
    expect(await download(redirector.origin, [redirector.origin])).toMatchObject(BLOCKED);
    expect(redirector.connections()).toBe(1);
    expect(inner.connections()).toBe(0);
  });

  it.each(Object.keys(RESOLVED).map((name) => [name]))('the name %s', async (name) => {
    const url = `http://${name}:${String(inner.port)}/`;
    expect(await get(url)).toMatchObject(BLOCKED);
    expect(await download(url)).toMatchObject(BLOCKED);
    redirectTo = url;
    expect(await download(redirector.origin, [redirector.origin])).toMatchObject(BLOCKED);
    expect(inner.connections()).toBe(0);
  });
});

describe('the answer', () => {
  it('is the same for an inner address, a name that is none and a host that refuses', async () => {
    const lookup: Lookup = (name, done) => {
      if (name === 'none.example')
        return done(Object.assign(new Error(), { code: 'ENOTFOUND' }), []);
      byTable(name, done);
    };
    client = outbound({ lookup });
    const details = ['to-private.example', 'to-metadata.example', 'none.example'].map(
      async (name) => {
        const result = await get(`https://${name}/`);
        return 'detail' in result ? result.detail : result;
      },
    );
    expect(new Set(await Promise.all(details))).toEqual(new Set(['the host could not be reached']));
  });

  it('never repeats the URL', async () => {
    for (const url of ['http://10.11.12.13/?token=canary', 'http://to-private.example/?k=canary']) {
      expect(JSON.stringify(await get(url))).not.toMatch(/canary|10\.|to-private/);
      expect(JSON.stringify(await download(url))).not.toMatch(/canary|10\.|to-private/);
    }
  });
});

describe('a name that changes its address', () => {
  it('is looked up once per connection and judged by the very answer that is used', async () => {
    const answers = ['93.184.215.14', '127.0.0.1'];
    let asked = 0;
    const lookup: Lookup = (_name, done) => {
      const address = answers[asked] ?? '127.0.0.1';
      asked += 1;
      done(null, [{ address, family: 4 }]);
    };
    client = outbound({ allowHttp: true, lookup });
    const url = `http://rebinding.example:${String(inner.port)}/`;
    const call = { method: 'GET' as const, target: { url }, headers: {} };

    const first = await client.call(call, soon({ deadlineAt: Date.now() + 300 }));
    expect(first).not.toMatchObject({ reason: 'blocked' });
    expect(asked).toBe(1);
    const second = await client.call(call, soon());
    expect(second).toMatchObject(BLOCKED);
    expect(asked).toBe(2);
    expect(inner.connections()).toBe(0);
  });
});

describe('a public host', () => {
  it.each([
    ['https://example.com/hook?a=b'],
    ['https://example.com:443/'],
    ['https://example.com:8443/'],
    ['https://example.com:80/'],
    ['https://example.com./'],
    ['https://EXAMPLE.com/'],
    ['https://xn--bcher-kva.example/'],
    ['https://8.8.8.8/'],
    ['https://[2606:4700::1111]/'],
    ['https://[::ffff:8.8.8.8]/'],
    ['https://localhost.example.com/'],
    ['https://internal.example.com/'],
    ['https://127.0.0.1.example.com/'],
  ])('may have the callback %s', (url) => {
    expect(outbound().checkCallbackUrl(url)).toEqual({ ok: true });
  });

  it('may be called by http only where the operator said so', async () => {
    const problem = { ok: false, problem: 'must be an https URL' };
    expect(outbound().checkCallbackUrl('http://example.com/')).toEqual(problem);
    expect(outbound({ allowHttp: true }).checkCallbackUrl('http://example.com/')).toEqual({
      ok: true,
    });
    client = outbound();
    expect(await get('http://example.com/')).toMatchObject(BLOCKED);
    expect(await download('http://example.com/')).toMatchObject(BLOCKED);
  });
});

const allowing = (host: string): string =>
  `; for development, an operator allows this host with --allow-callbacks-to ${host}`;

it.each([
  ['http://example.com/', 'must be an https URL'],
  ['ftp://example.com/', 'must be an https URL'],
  ['nonsense', 'must be an absolute URL'],
  ['https://me:secret@example.com/', 'must not contain a user name or password'],
  ['https://example.com:22/', 'must use port 443, port 80 or a port from 1024 up'],
  ['https://10.0.0.1/', `must name a public host${allowing('10.0.0.1')}`],
  ['https://intranet/', `must name a public host${allowing('intranet')}`],
  ['http://localhost:8090/hook', `must be an https URL${allowing('localhost')}`],
  ['http://127.0.0.1:8090/hook', `must be an https URL${allowing('127.0.0.1')}`],
  ['http://[::1]:8090/hook', `must be an https URL${allowing('[::1]')}`],
  ['ftp://localhost/', 'must be an https URL'],
  [`https://example.com/${'a'.repeat(2_048)}`, 'must not be longer than 2048 characters'],
])('a caller who gives %s as a callback reads why not', (url, problem) => {
  expect(outbound().checkCallbackUrl(url)).toEqual({ ok: false, problem });
});

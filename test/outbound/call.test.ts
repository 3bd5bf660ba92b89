import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { CallResult } from '../../src/core/ports/outbound';
import { closeAll, httpServer, outbound, soon, tcpServer, until } from './servers';
import { unacceptingServer } from './unaccepting-server';

afterEach(closeAll);

const POST = {
  method: 'POST' as const,
  headers: { 'content-type': 'application/json', authorization: 'Bearer sk-canary' },
  body: '{"prompt":"canary"}',
};

describe('a call', () => {
  it('sends method, path, headers and exact bytes, and gives the reply as data', async () => {
    const body = Buffer.from([0, 255, 13, 10, 128]);
    const seen: unknown[] = [];
    const server = await httpServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push(request.method, request.url, Buffer.concat(chunks), request.headers);
        response.writeHead(
          201,
          [
            ['X-Task', 'one'],
            ['x-task', 'two'],
            ['Content-Type', 'application/json'],
          ].flat(),
        );
        response.end('{"id":1}');
      });
    });
    const result = await outbound().call(
      {
        method: 'PUT',
        target: { path: '/tasks/1?wait=no' },
        headers: { 'X-Key': 'k', 'Accept-Encoding': 'gzip', Host: 'elsewhere.example' },
        body,
      },
      soon({ baseUrl: `${server.origin}/api/v3/` }),
    );
    expect(seen).toEqual([
      'PUT',
      '/api/v3/tasks/1?wait=no',
      body,
      {
        host: `127.0.0.1:${String(server.port)}`,
        connection: 'close',
        'x-key': 'k',
        'accept-encoding': 'identity',
        'user-agent': 'reelay-test',
        'content-length': '5',
      },
    ]);
    expect(result).toMatchObject({
      kind: 'reply',
      reply: { status: 201, headers: { 'x-task': 'one, two', 'content-type': 'application/json' } },
    });
    if (result.kind !== 'reply') throw new Error('no reply');
    expect(Buffer.from(result.reply.body).toString()).toBe('{"id":1}');
    expect(result.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('does not follow a redirect: a 3xx is the reply', async () => {
    const server = await httpServer((request, response) => {
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const result = await outbound().call(
      { ...POST, target: { path: '/tasks' } },
      soon({ baseUrl: server.origin }),
    );
    expect(result).toMatchObject({
      kind: 'reply',
      reply: { status: 307, headers: { location: '/elsewhere' } },
    });
    expect(server.connections()).toBe(1);
  });

  it('passes over announcements and gives the final reply', async () => {
    const server = await tcpServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
    });
    const result = await outbound().call(
      { ...POST, target: { path: '/' } },
      soon({ baseUrl: server.origin }),
    );
    expect(result).toMatchObject({ kind: 'reply', reply: { status: 200 } });
  });

  it('opens a new connection for every write, and uses one again for reads', async () => {
    const server = await httpServer((_request, response) => void response.end('ok'));
    const client = outbound();
    const options = { baseUrl: server.origin };
    for (let n = 0; n < 3; n += 1) {
      await client.call({ ...POST, target: { path: '/' } }, soon(options));
    }
    expect(server.connections()).toBe(3);
    const get = { method: 'GET' as const, target: { path: '/' }, headers: {} };
    for (let n = 0; n < 10; n += 1) {
      expect(await client.call(get, soon(options))).toMatchObject({ kind: 'reply' });
    }
    expect(server.connections()).toBeLessThan(13);
  });

  it('waits its turn among hundreds, and each is sent once and answered', async () => {
    // Its wait is bounded by the deadline, and a busy machine needs some of it.
    let open = 0;
    let most = 0;
    const seen: string[] = [];
    const server = await httpServer((request, response) => {
      open += 1;
      most = Math.max(most, open);
      seen.push(request.url ?? '');
      setImmediate(() => {
        open -= 1;
        response.end('ok');
      });
    });
    const client = outbound({ limits: { connectionsPerOrigin: 8 } });
    const paths = Array.from({ length: 300 }, (_, n) => `/${String(n)}`);
    const results = await Promise.all(
      paths.map((path, n) =>
        client.call(
          { method: n % 2 === 0 ? 'POST' : 'GET', target: { path }, headers: {} },
          { ...soon({ baseUrl: server.origin }), deadlineAt: Date.now() + 40_000 },
        ),
      ),
    );
    expect(results.map(({ kind }) => kind)).toEqual(paths.map(() => 'reply'));
    expect(seen.sort()).toEqual([...paths].sort());
    expect(most).toBeLessThanOrEqual(16);
  });

  it.each([
    ['leaves the host', '@elsewhere.example/tasks'],
    ['is no path', 'tasks/1'],
    ['climbs out of the base', '/tasks/../../../admin'],
    ['climbs out of the base, encoded', '/tasks/%2e%2e/%2E%2e/%2e%2e/admin'],
  ])('is not sent when its path %s', async (_what, path) => {
    const server = await httpServer((_request, response) => void response.end());
    const result = await outbound().call(
      { ...POST, target: { path } },
      soon({ baseUrl: `${server.origin}/api/v3` }),
    );
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'blocked' });
    expect(server.connections()).toBe(0);
  });

  it('is not sent when a path comes without a base URL', async () => {
    const result = await outbound().call({ ...POST, target: { path: '/tasks' } }, soon());
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'blocked' });
  });

  it('is not sent when a header cannot be written', async () => {
    const server = await httpServer((_request, response) => void response.end());
    const result = await outbound().call(
      { ...POST, headers: { 'x-bad': 'a\r\nx-injected: b' }, target: { path: '/' } },
      soon({ baseUrl: server.origin }),
    );
    expect(result).toEqual({
      kind: 'not_sent',
      reason: 'unsendable',
      detail: 'a header cannot be sent as it is',
    });
    expect(server.received()).toBe('');
  });
});

type SocketHandler = (socket: Socket) => void;
const HEAD = 'HTTP/1.1 200 OK\r\n';

const afterRequest =
  (then: SocketHandler): SocketHandler =>
  (socket) => {
    socket.once('data', () => then(socket));
  };

/** Each kind of bad server, told by whether the request may have arrived. */
const BAD_SERVERS: [string, SocketHandler, Partial<CallResult>][] = [
  [
    'resets before it answers',
    afterRequest((socket) => socket.resetAndDestroy()),
    { kind: 'no_reply', reason: 'reset' },
  ],
  [
    'closes before it answers',
    afterRequest((socket) => socket.end()),
    { kind: 'no_reply', reason: 'reset' },
  ],
  [
    'resets after the headers',
    afterRequest((socket) => {
      socket.write(`${HEAD}content-length: 10\r\n\r\n`, () => socket.resetAndDestroy());
    }),
    { kind: 'no_reply', reason: 'reset' },
  ],
  [
    'closes in the middle of a counted body',
    afterRequest((socket) => socket.end(`${HEAD}content-length: 10\r\n\r\nhalf`)),
    { kind: 'no_reply', reason: 'reset' },
  ],
  [
    'closes in the middle of a chunked body',
    afterRequest((socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n5\r\nhalf`)),
    { kind: 'no_reply', reason: 'reset' },
  ],
  ['never answers', afterRequest(() => undefined), { kind: 'no_reply', reason: 'timeout' }],
  [
    'stops in the middle of the body',
    afterRequest((socket) => socket.write(`${HEAD}content-length: 10\r\n\r\nhalf`)),
    { kind: 'no_reply', reason: 'timeout' },
  ],
  [
    'announces a reply that is too large',
    afterRequest((socket) => socket.write(`${HEAD}content-length: 2000\r\n\r\n`)),
    { kind: 'no_reply', reason: 'too_large' },
  ],
  [
    'sends a reply that is too large',
    afterRequest((socket) => socket.write(`${HEAD}\r\n${'x'.repeat(2_000)}`)),
    { kind: 'no_reply', reason: 'too_large' },
  ],
  [
    'sends headers that are too large',
    afterRequest((socket) => socket.write(`${HEAD}x-big: ${'x'.repeat(100_000)}\r\n\r\n`)),
    { kind: 'no_reply', reason: 'too_large' },
  ],
  [
    'speaks another protocol',
    afterRequest((socket) => socket.end('+OK ready\r\n')),
    { kind: 'no_reply', reason: 'reset' },
  ],
];

describe('a server that', () => {
  it.each(BAD_SERVERS)('%s', async (_what, serve, expected) => {
    const server = await tcpServer(serve);
    const result = await outbound().call(
      { ...POST, target: { path: '/tasks?token=canary' } },
      soon({ baseUrl: server.origin, deadlineAt: Date.now() + 1_500, replyBytesMax: 1_000 }),
    );
    expect(result).toMatchObject(expected);
    expect(server.connections()).toBe(1);
    expect(server.received().match(/POST /g)).toHaveLength(1);
    expect(JSON.stringify(result)).not.toMatch(/canary|127\.0\.0\.1/);
    await until(() => server.sockets.size === 0);
  });
});

describe('nothing was sent when', () => {
  const send = (baseUrl: string, options = {}): Promise<CallResult> =>
    outbound(options).call(
      { ...POST, target: { path: '/tasks?token=canary' } },
      soon({ baseUrl, deadlineAt: Date.now() + 1_500 }),
    );

  it('the port is closed', async () => {
    const server = await tcpServer(() => undefined);
    await closeAll();
    expect(await send(server.origin)).toEqual({
      kind: 'not_sent',
      reason: 'connect',
      detail: 'the host could not be reached (ECONNREFUSED)',
      code: 'ECONNREFUSED',
    });
  });

  it('the name does not exist', async () => {
    const lookup = (_name: string, done: (error: Error, list: []) => void): void =>
      done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    expect(await send('http://gone.example', { lookup })).toEqual({
      kind: 'not_sent',
      reason: 'connect',
      detail: 'the host could not be reached (ENOTFOUND)',
      code: 'ENOTFOUND',
    });
  });

  it('the name has no address', async () => {
    const lookup = (_name: string, done: (error: null, list: []) => void): void => done(null, []);
    expect(await send('http://empty.example', { lookup })).toMatchObject({
      kind: 'not_sent',
      reason: 'connect',
    });
  });

  it('TLS meets garbage', async () => {
    const server = await tcpServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const result = await send(server.origin.replace('http:', 'https:'));
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'connect' });
    expect(server.received()).not.toContain('POST');
  });

  it('TLS is refused', async () => {
    const server = await tcpServer(afterRequest((socket) => socket.resetAndDestroy()));
    const result = await send(server.origin.replace('http:', 'https:'));
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'connect' });
  });

  it('the TLS handshake outlasts the deadline', async () => {
    const server = await tcpServer(() => undefined);
    const result = await send(server.origin.replace('http:', 'https:'));
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'deadline' });
    expect(server.received()).not.toContain('POST');
  });

  it('the connection takes longer than its own limit', async () => {
    const server = await tcpServer(() => undefined);
    const result = await outbound({ limits: { connectTimeoutMs: 100 } }).call(
      { ...POST, target: { path: '/' } },
      soon({ baseUrl: server.origin.replace('http:', 'https:') }),
    );
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'connect' });
  });

  it('there are more origins at once than allowed', async () => {
    const silent = await tcpServer(() => undefined);
    const other = await tcpServer(() => undefined);
    const client = outbound({ limits: { originsMax: 1 } });
    const first = client.call(
      { ...POST, target: { path: '/' } },
      soon({ baseUrl: silent.origin, deadlineAt: Date.now() + 1_000 }),
    );
    const second = await client.call(
      { ...POST, target: { path: '/' } },
      soon({ baseUrl: other.origin }),
    );
    expect(second).toMatchObject({ kind: 'not_sent', reason: 'connect' });
    expect(await first).toMatchObject({ kind: 'no_reply', reason: 'timeout' });
    expect(other.connections()).toBe(0);
  });

  it('the process closed its connections before', async () => {
    const server = await tcpServer(() => undefined);
    const client = outbound();
    await client.close();
    const call = { ...POST, target: { path: '/' } };
    expect(await client.call(call, soon({ baseUrl: server.origin }))).toMatchObject({
      kind: 'not_sent',
      reason: 'connect',
    });
    expect(server.connections()).toBe(0);
  });
});

describe('the deadline', () => {
  const call = { ...POST, target: { path: '/tasks' } };

  it('that has passed already opens no connection', async () => {
    const server = await tcpServer(() => undefined);
    const result = await outbound().call(
      call,
      soon({ baseUrl: server.origin, deadlineAt: Date.now() - 1 }),
    );
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'deadline' });
    expect(server.connections()).toBe(0);
  });

  it('that passes while connecting writes no byte, even when the connection then stands', async () => {
    const server = await tcpServer(() => undefined);
    let answer: (() => void) | undefined;
    const client = outbound({
      lookup: (_name, done) => {
        answer = () => done(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    const result = await client.call(
      call,
      soon({ baseUrl: `http://slow.example:${String(server.port)}`, deadlineAt: Date.now() + 100 }),
    );
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'deadline' });
    expect(server.connections()).toBe(0);

    if (!answer) throw new Error('the name was not looked up');
    answer();
    await until(() => server.connections() === 1 && server.sockets.size === 0);
    expect(server.received()).toBe('');
  });

  it('that passes while the server does not accept writes no byte when it does at last', async () => {
    const server = await unacceptingServer();
    const client = outbound({ limits: { connectTimeoutMs: 30_000 } });
    const result = await client.call(
      call,
      soon({
        baseUrl: `http://127.0.0.1:${String(server.port)}`,
        deadlineAt: Date.now() + 300,
      }),
    );
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'deadline' });
    expect(await server.acceptAll()).toMatchObject({ bytes: 0 });
    await server.close();
  });

  it('is read again between connecting and writing', async () => {
    const server = await tcpServer(() => undefined);
    let now = 1_000_000;
    const client = outbound({
      now: () => now,
      // The clock jumps while the connection is made, as on a machine that slept; no timer has fired yet.
      lookup: (_name, done) => {
        now += 60_000;
        done(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    const result = await client.call(call, {
      baseUrl: `http://jump.example:${String(server.port)}`,
      deadlineAt: now + 30_000,
      replyBytesMax: 1_000,
    });
    expect(result).toMatchObject({ kind: 'not_sent', reason: 'deadline' });
    await until(() => server.connections() === 1 && server.sockets.size === 0);
    expect(server.received()).toBe('');
  });

  it('also holds for a call that waits for a free connection', async () => {
    const server = await tcpServer(() => undefined);
    const client = outbound({ limits: { connectionsPerOrigin: 1 } });
    const options = { baseUrl: server.origin };
    const first = client.call(call, soon({ ...options, deadlineAt: Date.now() + 1_000 }));
    const second = client.call(call, soon({ ...options, deadlineAt: Date.now() + 200 }));
    expect(await second).toMatchObject({ kind: 'not_sent', reason: 'deadline' });
    expect(await first).toMatchObject({ kind: 'no_reply', reason: 'timeout' });
    expect(server.received().match(/POST /g)).toHaveLength(1);
  });
});

describe('the signal', () => {
  const call = { ...POST, target: { path: '/tasks' } };

  it('that was given before sends nothing', async () => {
    const server = await tcpServer(() => undefined);
    const options = soon({ baseUrl: server.origin, signal: AbortSignal.abort() });
    expect(await outbound().call(call, options)).toMatchObject({ kind: 'not_sent' });
    expect(server.connections()).toBe(0);
  });

  it('that comes after the bytes left is an aborted call, not an unsent one', async () => {
    const server = await tcpServer(() => undefined);
    const abort = new AbortController();
    const options = soon({ baseUrl: server.origin, signal: abort.signal });
    const result = outbound().call(call, options);
    await until(() => server.received().includes('canary"}'));
    abort.abort();
    expect(await result).toMatchObject({ kind: 'no_reply', reason: 'aborted' });
    await until(() => server.sockets.size === 0);
  });
});

it('closing ends calls in flight and leaves no connection', async () => {
  const server = await tcpServer(() => undefined);
  const client = outbound();
  const result = client.call({ ...POST, target: { path: '/' } }, soon({ baseUrl: server.origin }));
  await until(() => server.received() !== '');
  const [socket] = server.sockets;
  if (!socket) throw new Error('no connection');
  const closed = once(socket, 'close');
  await client.close();
  expect(await result).toMatchObject({ kind: 'no_reply', reason: 'aborted' });
  await closed;
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Download } from '../../src/outbound/download';
import type { OutboundOptions } from '../../src/outbound';
import { closeAll, failureOf, httpServer, outbound, read, until } from './servers';
import type { LocalServer } from './servers';

afterEach(closeAll);

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

interface Setup {
  serve: Handler;
  headers?: Record<string, string>;
  timeoutMs?: number;
  signal?: AbortSignal;
  options?: Partial<OutboundOptions>;
}

async function start(given: Setup): Promise<{ server: LocalServer; answer: Promise<Download> }> {
  const server = await httpServer(given.serve);
  const answer = outbound(given.options).open(`${server.origin}/a.mp4?sig=canary`, {
    headers: given.headers ?? {},
    allowedOrigins: [server.origin],
    timeoutMs: given.timeoutMs ?? 60_000,
    ...(given.signal ? { signal: given.signal } : {}),
  });
  return { server, answer };
}

const MEBIBYTE = Buffer.alloc(1_024 * 1_024, 7);

/** Writes for ever, as fast as it is read; `sent` counts what left. */
function endless(): { serve: Handler; sent: () => number } {
  let sent = 0;
  const serve: Handler = (_request, response) => {
    const more = (): void => {
      while (!response.destroyed) {
        sent += MEBIBYTE.length;
        if (!response.write(MEBIBYTE)) return void response.once('drain', more);
      }
    };
    more();
  };
  return { serve, sent: () => sent };
}

describe('a download', () => {
  it('passes on headers of the request and the reply, status and bytes', async () => {
    let seen: unknown;
    const { answer } = await start({
      headers: { Range: 'bytes=2-5', authorization: 'Bearer k' },
      serve: (request, response) => {
        seen = request.headers;
        response.writeHead(206, { 'Content-Range': 'bytes 2-5/10', 'Content-Length': 4 });
        response.end('2345');
      },
    });
    const { status, headers, stream } = await answer;
    expect([status, headers['content-range']]).toEqual([206, 'bytes 2-5/10']);
    expect((await read(stream)).toString()).toBe('2345');
    expect(seen).toMatchObject({
      range: 'bytes=2-5',
      authorization: 'Bearer k',
      'accept-encoding': 'identity',
      'user-agent': 'reelay-test',
    });
  });

  it.each([[404], [416], [500]])(
    'that answers %d has no body and keeps no connection',
    async (code) => {
      const { server, answer } = await start({
        serve: (_request, response) => void response.writeHead(code).write(MEBIBYTE),
      });
      const { status, stream } = await answer;
      expect(status).toBe(code);
      expect(await read(stream)).toHaveLength(0);
      await until(() => server.sockets.size === 0);
    },
  );

  it('is only as fast as its reader', async () => {
    const { serve, sent } = endless();
    const { server, answer } = await start({ serve });
    const chunks = (await answer).stream[Symbol.asyncIterator]();
    await chunks.next();
    const { rss } = process.memoryUsage();
    const settled = await settle(sent);
    expect(settled).toBeLessThan(64 * MEBIBYTE.length);
    expect(process.memoryUsage().rss - rss).toBeLessThan(64 * MEBIBYTE.length);
    let bytes = 0;
    while (bytes < 2 * settled) bytes += (await chunks.next()).value?.length ?? 0;
    await chunks.return?.();
    await until(() => server.sockets.size === 0);
  });

  it('passes over announcements and answers with the final status', async () => {
    const { answer } = await start({
      serve: (_request, response) => {
        response.writeEarlyHints({ link: '</poster.jpg>; rel=preload' });
        response.end('file');
      },
    });
    const { status, stream } = await answer;
    expect([status, (await read(stream)).toString()]).toEqual([200, 'file']);
  });

  it('goes on for a slow reader, as long as it reads', async () => {
    const { answer } = await start({
      serve: endless().serve,
      options: { limits: { readerIdleMs: 1_000 } },
    });
    const chunks = (await answer).stream[Symbol.asyncIterator]();
    const end = Date.now() + 2_500;
    while (Date.now() < end) {
      for (let bytes = 0; bytes < MEBIBYTE.length;)
        bytes += (await chunks.next()).value?.length ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await chunks.next()).done).toBe(false);
    await chunks.return?.();
  });

  it('carries 100 MiB unchanged in length', async () => {
    const { answer } = await start({
      serve: (_request, response) =>
        void Readable.from(Array.from({ length: 100 }, () => MEBIBYTE)).pipe(response),
    });
    let bytes = 0;
    for await (const chunk of (await answer).stream) bytes += chunk.length;
    expect(bytes).toBe(100 * MEBIBYTE.length);
  });
});

/** Waits until a number has stopped growing. */
async function settle(value: () => number): Promise<number> {
  let last = -1;
  let same = 0;
  await until(() => {
    same = value() === last ? same + 1 : 0;
    last = value();
    return same > 20;
  });
  return last;
}

describe('a stream that is left', () => {
  it.each([
    [
      'in the middle of a loop',
      async (stream: AsyncIterable<Uint8Array>) => {
        for await (const chunk of stream) if (chunk.length > 0) break;
      },
    ],
    [
      'before the first read',
      async (stream: AsyncIterable<Uint8Array>) => {
        await stream[Symbol.asyncIterator]().return?.();
      },
    ],
    [
      'by the stream that it was piped into',
      (stream: AsyncIterable<Uint8Array>) => {
        Readable.from(stream).destroy();
        return Promise.resolve();
      },
    ],
  ])('%s closes its connection', async (_when, leave) => {
    const { server, answer } = await start({ serve: endless().serve });
    await leave((await answer).stream);
    await until(() => server.sockets.size === 0);
  });

  it('without a word closes its connection after a while and does not end the process', async () => {
    const { server, answer } = await start({
      serve: endless().serve,
      options: { limits: { readerIdleMs: 100 } },
    });
    const { stream } = await answer;
    await until(() => server.sockets.size === 0);
    expect(await failureOf(read(stream))).toMatchObject({ detail: 'the reader stalled' });
  });
});

describe('a download ends with a failure when', () => {
  const half: Handler = (_request, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('half');
  };
  const timeout = { kind: 'no_reply', reason: 'timeout' };
  const tooLarge = { kind: 'no_reply', reason: 'too_large' };

  it.each<[string, Setup, object]>([
    ['there is no answer in time', { serve: () => undefined, timeoutMs: 300 }, timeout],
    ['it is not complete in time', { serve: half, timeoutMs: 300 }, timeout],
    [
      'the server falls silent',
      { serve: half, options: { limits: { downloadIdleMs: 300 } } },
      timeout,
    ],
    [
      'the server cuts it',
      {
        serve: (request, response) => {
          half(request, response);
          setImmediate(() => response.destroy());
        },
      },
      { kind: 'no_reply', reason: 'reset' },
    ],
    [
      'its announced length is over the limit',
      {
        serve: (_request, response) =>
          void response.writeHead(200, { 'content-length': 101 }).write('x'),
        options: { limits: { downloadBytesMax: 100 } },
      },
      tooLarge,
    ],
    [
      'its bytes pass the limit',
      {
        serve: (_request, response) => void response.end('x'.repeat(101)),
        options: { limits: { downloadBytesMax: 100 } },
      },
      tooLarge,
    ],
    [
      'its endless bytes pass the limit',
      { serve: endless().serve, options: { limits: { downloadBytesMax: 5_000_000 } } },
      tooLarge,
    ],
  ])('%s', async (_when, given, expected) => {
    const { server, answer } = await start(given);
    const failure = await failureOf(answer.then(({ stream }) => read(stream)));
    expect(failure).toMatchObject(expected);
    expect(JSON.stringify(failure)).not.toMatch(/canary|127\.0\.0\.1/);
    await until(() => server.sockets.size === 0);
  });

  it('its signal is given', async () => {
    const abort = new AbortController();
    const { server, answer } = await start({ serve: endless().serve, signal: abort.signal });
    const { stream } = await answer;
    const chunks = stream[Symbol.asyncIterator]();
    await chunks.next();
    abort.abort();
    const rest = (async () => {
      while (!(await chunks.next()).done);
    })();
    expect(await failureOf(rest)).toMatchObject({ kind: 'no_reply', reason: 'aborted' });
    await until(() => server.sockets.size === 0);
  });

  it('its signal was given before', async () => {
    const { server, answer } = await start({ serve: endless().serve, signal: AbortSignal.abort() });
    expect(await failureOf(answer)).toMatchObject({ kind: 'not_sent' });
    expect(server.connections()).toBe(0);
  });
});

describe('a redirect', () => {
  const hops =
    (count: number): Handler =>
    (request, response) => {
      const hop = Number(new URL(request.url ?? '', 'http://a').searchParams.get('hop') ?? 0);
      if (hop < count) response.writeHead(302, { location: `?hop=${String(hop + 1)}` }).end();
      else response.end(`after ${String(hop)}`);
    };

  it.each([[0], [1], [2], [3]])('is followed %d times', async (count) => {
    const { answer } = await start({ serve: hops(count) });
    const { status, stream } = await answer;
    expect([status, (await read(stream)).toString()]).toEqual([200, `after ${String(count)}`]);
  });

  it('is not followed a fourth time', async () => {
    let requests = 0;
    const { answer } = await start({
      serve: (request, response) => {
        requests += 1;
        hops(9)(request, response);
      },
    });
    expect(await failureOf(answer)).toMatchObject({ detail: 'there are too many redirects' });
    expect(requests).toBe(4);
  });

  it('to another origin leaves the credential behind and takes the range along', async () => {
    const headers: IncomingMessage['headers'][] = [];
    const target = await httpServer((request, response) => {
      headers.push(request.headers);
      response.end('file');
    });
    const source = await httpServer((request, response) => {
      headers.push(request.headers);
      response.writeHead(307, { location: `${target.origin}/b.mp4` }).end();
    });
    const { stream } = await outbound().open(source.origin, {
      headers: { authorization: 'Bearer k', 'x-api-key': 'k', cookie: 'k', range: 'bytes=0-' },
      allowedOrigins: [source.origin, target.origin],
      timeoutMs: 5_000,
    });
    expect((await read(stream)).toString()).toBe('file');
    expect(headers[0]).toMatchObject({ authorization: 'Bearer k', 'x-api-key': 'k', cookie: 'k' });
    expect(headers[1]).toEqual({
      host: `127.0.0.1:${String(target.port)}`,
      connection: expect.any(String),
      range: 'bytes=0-',
      'user-agent': 'reelay-test',
      'accept-encoding': 'identity',
    });
  });

  it('without a place to go is an answer like any other', async () => {
    const { answer } = await start({
      serve: (_request, response) => void response.writeHead(302).end(),
    });
    expect((await answer).status).toBe(302);
  });
});

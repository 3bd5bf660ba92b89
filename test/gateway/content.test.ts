import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalBlobs } from '../../src/blobs/local';
import { GatewayError } from '../../src/core/errors';
import type { Job } from '../../src/core/job/job';
import type { ContentAnswer } from '../../src/core/job/files';
import type { RangeWish } from '../../src/core/media/range';
import { openContent, type ContentDeps } from '../../src/gateway/content';
import { closeAll, httpServer, outbound, read } from '../outbound/servers';

/** A real blob folder and a real server in the provider's place; only the rows are played. */

const FILE = Buffer.from('0123456789');
const BLOB = createHash('sha256').update(FILE).digest('hex');
const KEPT = { kind: 'video', blob: BLOB, bytes: FILE.length, mime: 'video/mp4' } as const;

const folder = mkdtempSync(join(tmpdir(), 'reelay-content-'));
const blobs = createLocalBlobs(folder);
beforeAll(() => blobs.put([FILE] as unknown as AsyncIterable<Uint8Array>, 100));
afterEach(closeAll);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How the provider's server answers; `range` and `ifRange` are what it was asked. */
type Handler = (response: ServerResponse, range?: string, ifRange?: string) => void;

const whole = (response: ServerResponse): void => {
  const headers = { 'content-type': 'video/mp4', 'content-length': FILE.length, etag: '"theirs"' };
  response.writeHead(200, headers).end(FILE);
};
const part = (response: ServerResponse, extra: Record<string, string> = {}): void => {
  const headers = { 'content-type': 'video/mp4', 'content-range': 'bytes 2-4/10', ...extra };
  response.writeHead(206, headers).end(FILE.subarray(2, 5));
};
const serving =
  (answer: Handler): Handler =>
  (response, range, ifRange) =>
    range === undefined ? whole(response) : answer(response, range, ifRange);

const SERVERS = {
  'serves parts': serving((response, _range, ifRange) =>
    ifRange === undefined || ifRange === '"theirs"'
      ? part(response, { etag: '"theirs"' })
      : whole(response),
  ),
  'knows no If-Range': serving((response) => part(response, { etag: '"theirs"' })),
  'knows no parts': whole,
  'serves several parts in one body': serving((response) => {
    const type = 'multipart/byteranges; boundary=x';
    response.writeHead(206, { 'content-type': type }).end('--x\r\n\r\n01\r\n--x--');
  }),
  'says 416 with the size': serving((response) => {
    response.writeHead(416, { 'content-range': 'bytes */10' }).end();
  }),
  'says 416': serving((response) => void response.writeHead(416).end()),
  'serves parts unasked': (response) => part(response),
  'has nothing any more': (response) => void response.writeHead(403).end('<Error/>'),
} satisfies Record<string, Handler>;
type Server = keyof typeof SERVERS;

interface Scene {
  kept?: typeof KEPT;
  server?: Server;
}

/** What the provider was asked, and what was logged. */
async function open({ kept, server = 'has nothing any more' }: Scene, wish: RangeWish) {
  const asked: (string | undefined)[] = [];
  const logged: unknown[][] = [];
  const { origin } = await httpServer(({ headers }, response) => {
    const ifRange = headers['if-range']; // Node's types tell of lists that this header never is
    asked.push(headers.range);
    SERVERS[server](response, headers.range, Array.isArray(ifRange) ? ifRange[0] : ifRange);
  });
  const deps: ContentDeps = {
    store: { keeps: { files: async () => (kept ? [kept] : []) } },
    blobs,
    outbound: outbound(),
    // Of the channel only the origins are read.
    catalog: {
      channel: () => ({ channel: { resultOrigins: [origin] } }),
    } as unknown as ContentDeps['catalog'],
    now: Date.now,
    waits: { contentTimeoutMs: 10_000 },
    log: { error: (...args: unknown[]) => void logged.push(args) },
  };
  const answer = await openContent(deps, jobWith(`${origin}/v.mp4`), 'video', wish).catch(
    (error: unknown) => error,
  );
  return { answer, asked, logged };
}

const jobWith = (url: string): Job =>
  ({
    id: 'job-1',
    workspaceId: 'ws_1',
    state: 'succeeded',
    channel: 'paper',
    outputs: [{ kind: 'video', url }],
  }) as unknown as Job; // what is read of a job here

interface Observation {
  status: number;
  range?: string | number | undefined;
  bytes?: string;
}

/** Status, Content-Range (of an error the size behind it) and bytes. */
async function seenOf(answer: unknown): Promise<Observation> {
  if (answer instanceof GatewayError) return { status: answer.status, range: answer.fileBytes };
  const { status, headers, stream } = answer as ContentAnswer; // it throws nothing else
  const bytes = (await read(stream)).toString();
  if (headers['content-length'] !== undefined) {
    expect(bytes).toHaveLength(Number(headers['content-length']));
  }
  return { status, range: headers['content-range'], bytes };
}

const WHOLE: Observation = { status: 200, range: undefined, bytes: '0123456789' };
const PART: Observation = { status: 206, range: 'bytes 2-4/10', bytes: '234' };
const OUTSIDE: Observation = { status: 416, range: 10 };
const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';

describe('a result that is kept', () => {
  test.each<[...row: [string, string?, string?], seen: Observation]>([
    ['GET', undefined, undefined, WHOLE],
    ['GET', 'bytes=2-4', undefined, PART],
    ['GET', ' bytes=2-4 ', undefined, PART],
    ['GET', 'bytes=-2', undefined, { status: 206, range: 'bytes 8-9/10', bytes: '89' }],
    ['GET', 'bytes=8-', undefined, { status: 206, range: 'bytes 8-9/10', bytes: '89' }],
    ['GET', 'bytes=10-', undefined, OUTSIDE],
    ['GET', 'bytes=0-1,5-6', undefined, WHOLE],
    ['GET', 'bytes=4-2', undefined, WHOLE],
    ['GET', 'items=2-4', undefined, WHOLE],
    ['GET', 'bytes=2-4', `"${BLOB}"`, PART],
    ['GET', 'bytes=2-4', `W/"${BLOB}"`, WHOLE],
    ['GET', 'bytes=2-4', BLOB, WHOLE],
    ['GET', 'bytes=2-4', '"theirs"', WHOLE],
    ['GET', 'bytes=2-4', DATE, WHOLE],
    ['GET', 'bytes=10-', '"theirs"', WHOLE],
    ['GET', undefined, '"theirs"', WHOLE],
    ['HEAD', 'bytes=2-4', undefined, WHOLE],
    ['HEAD', 'bytes=10-', undefined, WHOLE],
  ])('answers %s, Range %j, If-Range %j', async (method, range, ifRange, seen) => {
    const { answer, asked } = await open({ kept: KEPT }, { method, range, ifRange });
    expect(await seenOf(answer)).toEqual(seen);
    expect(asked).toEqual([]);
  });

  test('tells its type, its ETag and that it has parts', async () => {
    const { answer } = await open({ kept: KEPT }, { method: 'GET' });
    expect(answer).toMatchObject({
      headers: { 'content-type': 'video/mp4', etag: `"${BLOB}"`, 'accept-ranges': 'bytes' },
    });
  });
});

describe('a result that is not kept yet', () => {
  const RANGE = 'bytes=2-4';
  test.each<
    [server: Server, ...row: [string, string?, string?], seen: Observation, asked: unknown[]]
  >([
    ['serves parts', 'GET', undefined, undefined, WHOLE, [undefined]],
    ['serves parts', 'GET', RANGE, undefined, PART, [RANGE]],
    ['serves parts', 'GET', RANGE, '"theirs"', PART, [RANGE]],
    ['serves parts', 'GET', RANGE, `"${BLOB}"`, WHOLE, [RANGE]],
    ['serves parts', 'GET', RANGE, 'W/"theirs"', WHOLE, [undefined]],
    ['serves parts', 'GET', RANGE, DATE, WHOLE, [undefined]],
    ['serves parts', 'GET', 'bytes=0-1,5-6', undefined, WHOLE, [undefined]],
    ['serves parts', 'GET', 'bytes=4-2', undefined, WHOLE, [undefined]],
    ['serves parts', 'HEAD', RANGE, undefined, WHOLE, [undefined]],
    ['knows no If-Range', 'GET', RANGE, '"theirs"', PART, [RANGE]],
    ['knows no If-Range', 'GET', RANGE, `"${BLOB}"`, WHOLE, [RANGE, undefined]],
    ['knows no parts', 'GET', RANGE, undefined, WHOLE, [RANGE]],
    ['serves several parts in one body', 'GET', RANGE, undefined, WHOLE, [RANGE, undefined]],
    ['says 416 with the size', 'GET', 'bytes=10-', undefined, OUTSIDE, ['bytes=10-']],
    ['says 416 with the size', 'GET', RANGE, `"${BLOB}"`, WHOLE, [RANGE, undefined]],
    ['says 416', 'GET', 'bytes=10-', undefined, { status: 416 }, ['bytes=10-']],
    ['serves parts unasked', 'GET', undefined, undefined, { status: 502 }, [undefined]],
    ['has nothing any more', 'GET', undefined, undefined, { status: 502 }, [undefined]],
    ['has nothing any more', 'GET', RANGE, undefined, { status: 502 }, [RANGE, undefined]],
  ])(
    'of a server that %s answers %s, Range %j, If-Range %j',
    async (server, method, range, ifRange, seen, asks) => {
      const { answer, asked } = await open({ server }, { method, range, ifRange });
      expect(await seenOf(answer)).toEqual(seen);
      expect(asked).toEqual(asks);
    },
  );
});

describe('a caller that holds the file already, as If-None-Match says,', () => {
  test.each<[held: string, status: number]>([
    [`"${BLOB}"`, 304],
    [`W/"${BLOB}"`, 304],
    [`"other", "${BLOB}"`, 304],
    ['*', 304],
    ['"other"', 200],
    [BLOB, 200],
  ])('%s gets %i of a kept file, with its type and tag', async (ifNoneMatch, status) => {
    const { answer } = await open({ kept: KEPT }, { method: 'GET', ifNoneMatch });
    expect(answer).toMatchObject({
      status,
      headers: { etag: `"${BLOB}"`, 'content-type': 'video/mp4' },
    });
    expect((await seenOf(answer)).bytes).toBe(status === 304 ? '' : '0123456789');
  });

  test.each<[held: string, seen: Observation]>([
    ['"theirs"', { status: 304, range: undefined, bytes: '' }],
    ['"other"', WHOLE],
  ])(
    '%s is answered by the tag of the provider while there is no copy',
    async (ifNoneMatch, seen) => {
      const { answer } = await open(
        { server: 'serves parts' },
        { method: 'GET', range: 'bytes=2-4', ifNoneMatch },
      );
      expect(await seenOf(answer)).toEqual(seen);
    },
  );

  test('gets 304 even for a part that is not there: the tag is asked first', async () => {
    const wish = { method: 'GET', range: 'bytes=10-', ifNoneMatch: `"${BLOB}"` };
    expect(await seenOf((await open({ kept: KEPT }, wish)).answer)).toMatchObject({ status: 304 });
  });
});

describe('a result whose copy is gone from the blob folder', () => {
  const kept = { ...KEPT, blob: 'f'.repeat(64) as typeof BLOB };

  test('comes from the provider, and one line of the log names job and blob', async () => {
    const { answer, logged } = await open({ kept, server: 'serves parts' }, { method: 'GET' });
    expect(await seenOf(answer)).toEqual(WHOLE);
    expect(logged).toEqual([[{ jobId: 'job-1', blob: kept.blob }, expect.any(String)]]);
  });

  test('is an error with a reason, and no half of an answer, once the link is gone too', async () => {
    const { answer } = await open({ kept }, { method: 'GET' });
    expect(answer).toMatchObject({
      code: 'upstream',
      message: 'The provider no longer serves the result.',
    });
  });
});

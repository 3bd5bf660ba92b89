import { gzipSync } from 'node:zlib';

/**
 * What somebody sends who wants a process to end, or to serve nobody else. Each is a request as bytes, since no client
 * would write it.
 */
export interface Bomb {
  name: string;
  /** The request line and the headers, without the key's and the host's: `POST /v1/videos HTTP/1.1\r\n`. */
  head: string;
  /** Its pieces, in turn; absent = nothing follows the head. */
  body?: () => Iterable<Buffer>;
  /** The head ends with an empty line; false where it never ends. */
  isHeadWhole?: false;
  /** Milliseconds between two pieces; absent = as fast as they are taken. */
  everyMs?: number;
  /** The status that refuses it. */
  refused: number;
  /** What the refusal says to a person. */
  says: RegExp;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const MILLION = 1_000_000;
const SECOND = 1_000;
const BOUNDARY = 'b0undary';

const post = (...headers: string[]): string =>
  ['POST /v1/videos HTTP/1.1', ...headers].map((line) => `${line}\r\n`).join('');
const JSON_TYPE = 'Content-Type: application/json';
const FORM_TYPE = `Content-Type: multipart/form-data; boundary=${BOUNDARY}`;
const CHUNKED = 'Transfer-Encoding: chunked';
const length = (bytes: number): string => `Content-Length: ${String(bytes)}`;

/** A body of one piece, with its length told. */
const whole = (type: string, text: string | Buffer, ...headers: string[]) => {
  const bytes = Buffer.from(text);
  return { head: post(type, length(bytes.length), ...headers), body: () => [bytes] };
};

function* times(count: number, piece: Buffer): Iterable<Buffer> {
  for (let index = 0; index < count; index += 1) yield piece;
}

const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

const partHead = (name: string, more = ''): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
const FILE_HEAD = partHead('input_reference', '; filename="a.png"');
const PNG = '\x89PNG\r\n\x1a\n';

function* endless(start: string, filler: string): Iterable<Buffer> {
  yield chunk(Buffer.from(start, 'latin1'));
  const piece = chunk(Buffer.alloc(MIB, filler));
  yield* times(GIB / MIB, piece);
}

const drops = (text: string): (() => Iterable<Buffer>) => {
  const bytes = [...Buffer.from(text.padEnd(10 * KIB, 'x'))].map((byte) => Buffer.from([byte]));
  return () => bytes;
};

const deep = (open: string, count: number): string => open.repeat(count);

/** Bodies that cost more to read than to send. */
const BODIES: readonly Bomb[] = [
  {
    name: 'a form of a million parts',
    head: post(FORM_TYPE, CHUNKED),
    body: () => times(SECOND, chunk(Buffer.from(`${partHead('a')}x\r\n`.repeat(MILLION / SECOND)))),
    refused: 413,
    says: /more than 200 parts/,
  },
  {
    name: 'JSON of a hundred thousand brackets',
    ...whole(JSON_TYPE, `{"metadata":${deep('[', MILLION / 10)}`),
    refused: 400,
    says: /nested deeper than 20 levels/,
  },
  {
    name: 'JSON of a million values',
    ...whole(JSON_TYPE, `{"metadata":[${'0,'.repeat(MILLION)}0]}`),
    refused: 400,
    says: /more than 10000 values/,
  },
  {
    name: 'a field of a form with a hundred thousand brackets',
    ...whole(FORM_TYPE, `${partHead(`a${deep('[b]', MILLION / 10)}`)}x\r\n--${BOUNDARY}--\r\n`),
    refused: 400,
    says: /name is longer|without a name|not a whole multipart/,
  },
  {
    name: 'JSON of a declared gigabyte',
    head: post(JSON_TYPE, length(GIB)),
    refused: 413,
    says: /larger than \d+ MiB/,
  },
  {
    name: 'a form of a declared gigabyte',
    head: post(FORM_TYPE, length(GIB)),
    refused: 413,
    says: /larger than \d+ MiB/,
  },
  {
    name: 'a declared gigabyte that waits for 100-continue',
    head: post(JSON_TYPE, length(GIB), 'Expect: 100-continue'),
    refused: 413,
    says: /larger than \d+ MiB/,
  },
  {
    name: 'compressed JSON that grows a thousandfold',
    ...whole(JSON_TYPE, gzipSync(Buffer.alloc(100 * MIB, '[')), 'Content-Encoding: gzip'),
    refused: 415,
    says: /Content-Encoding: compressed bodies are not accepted/,
  },
  {
    name: 'JSON that never ends',
    head: post(JSON_TYPE, CHUNKED),
    body: () => endless('{"prompt":"', 'a'),
    refused: 413,
    says: /larger than \d+ MiB/,
  },
  {
    name: 'a file that never ends',
    head: post(FORM_TYPE, CHUNKED),
    body: () => endless(`${FILE_HEAD}${PNG}`, 'a'),
    refused: 413,
    says: /file is larger than \d+ MiB/,
  },
];

/** Requests that a parser must refuse before there is anything to handle. */
const FRAMES: readonly Bomb[] = [
  {
    name: 'a hundred thousand headers',
    head: post(JSON_TYPE),
    isHeadWhole: false,
    body: () => times(100, Buffer.from('X-A: b\r\n'.repeat(SECOND))),
    refused: 431,
    says: /headers are larger than 16384 bytes/,
  },
  {
    name: 'one header of a megabyte',
    head: post(JSON_TYPE, `X-A: ${'b'.repeat(MIB)}`),
    refused: 431,
    says: /headers are larger than 16384 bytes/,
  },
  {
    name: 'a million parameters in the query',
    head: `GET /v1/videos?${'a=b&'.repeat(MILLION)} HTTP/1.1\r\n`,
    refused: 431,
    says: /headers are larger than 16384 bytes/,
  },
  {
    name: 'a length beside chunks',
    ...whole(JSON_TYPE, '0\r\n\r\nGET /v1/videos HTTP/1.1\r\n\r\n', CHUNKED),
    refused: 400,
    says: /no HTTP\/1\.1 request that can be read/,
  },
  {
    name: 'two lengths that differ',
    head: post(JSON_TYPE, length(2), length(3)),
    body: () => [Buffer.from('{}')],
    refused: 400,
    says: /no HTTP\/1\.1 request that can be read/,
  },
  {
    name: 'extensions of a chunk that never end',
    head: post(JSON_TYPE, CHUNKED),
    body: () => times(100, Buffer.from(`1;a=${'b'.repeat(KIB)}`)),
    refused: 413,
    says: /extensions of a chunk/,
  },
];

/** Senders that hold what they have by sending next to nothing. */
const TRICKLES: readonly Bomb[] = [
  {
    name: 'headers of one byte a second',
    head: post(JSON_TYPE),
    isHeadWhole: false,
    body: drops('X-A: '),
    everyMs: SECOND,
    refused: 408,
    says: /did not arrive in time/,
  },
  {
    name: 'JSON of one byte a second',
    head: post(JSON_TYPE, length(10 * KIB)),
    body: drops('{"prompt":"'),
    everyMs: SECOND,
    refused: 408,
    says: /too slow: less than 240 bytes a second/,
  },
  {
    name: 'a form of one byte a second',
    head: post(FORM_TYPE, length(10 * KIB)),
    body: drops(FILE_HEAD),
    everyMs: SECOND,
    refused: 408,
    says: /too slow: less than 240 bytes a second/,
  },
];

export const BOMBS: readonly Bomb[] = [...BODIES, ...FRAMES, ...TRICKLES];

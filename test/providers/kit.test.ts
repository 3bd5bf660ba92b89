import {
  base64Of,
  BUSY,
  denied,
  DENIED,
  doubtful,
  FULL,
  gone,
  identifier,
  INVALID,
  isSuccess,
  POLICY,
  refused,
  runningAs,
  transient,
  wordsOf,
} from '../../src/providers/kit';
import type { Reply } from '../../src/core/provider/exchange';

const replied = (status: number, headers: Reply['headers'] = {}): Reply => ({
  status,
  headers,
  body: new Uint8Array(),
});

describe('a vendor’s id of a job', () => {
  test.each(['cgt-20261121120000-a1b2c', 'a', '1.5', 'a/b?c', '...', 'ü', 'x'.repeat(1_000)])(
    'is taken: %.30s',
    (id) => expect(identifier.parse(id)).toBe(id),
  );

  test.each<[why: string, id: unknown]>([
    ['empty', ''],
    ['longer than anybody’s', 'x'.repeat(1_001)],
    ['a NUL, which rows cannot hold', 'a\u0000'],
    ['half of a surrogate pair, which rows cannot hold', 'a\ud800'],
    ['a step in a path', '.'],
    ['a step back in a path', '..'],
    ['a number', 7],
    ['null', null],
  ])('is refused where it could not be asked for: %s', (_why, id) => {
    expect(identifier.safeParse(id).success).toBe(false);
  });
});

describe('a refusal', () => {
  const late = replied(429, { 'retry-after': '7' });

  test.each([
    ['too many calls', BUSY, { scope: 'retry', retryAfterMs: 7_000 }],
    ['too many jobs', FULL, { scope: 'retry', until: 'slot', retryAfterMs: 7_000 }],
    ['a forbidden account', DENIED, { scope: 'channel' }],
    ['a wrong request', INVALID, { scope: 'final' }],
  ])('hears Retry-After only where the same channel is tried again: %s', (_, meaning, more) => {
    const { failure, ...reading } = refused(meaning, { code: 'E1' }, late);
    expect(reading).toEqual({ state: 'refused', ...more });
    expect(failure).toMatchObject({ code: meaning.code, provider: { code: 'E1', status: 429 } });
    expect(failure).not.toHaveProperty('stage');
  });

  test('of content is about what was sent, since nothing was made', () => {
    expect(refused(POLICY, {}, replied(400)).failure).toMatchObject({
      code: 'content_rejected',
      stage: 'input',
      provider: { status: 400 },
    });
  });

  test('that is none leaves the submit in doubt', () => {
    expect(doubtful(replied(500))).toEqual({ state: 'unknown', detail: 'HTTP 500' });
    expect(doubtful(replied(200), 'without a task id')).toEqual({
      state: 'unknown',
      detail: 'HTTP 200 without a task id',
    });
  });
});

describe('a look', () => {
  test('that says nothing ends no job and hears Retry-After', () => {
    expect(transient(replied(503, { 'retry-after': '3' }), 'E1')).toEqual({
      kind: 'transient',
      detail: 'HTTP 503 E1',
      retryAfterMs: 3_000,
    });
    expect(transient(replied(502))).toEqual({ kind: 'transient', detail: 'HTTP 502' });
  });

  test('that finds no job, or may not look, tells the vendor’s words and its status', () => {
    const words = { code: 'E1', message: 'no' };
    const provider = { ...words, status: 404 };
    expect(gone(words, replied(404))).toMatchObject({
      kind: 'gone',
      failure: { code: 'provider_lost', provider },
    });
    expect(denied(words, replied(404))).toMatchObject({
      kind: 'denied',
      failure: { code: 'provider_denied', provider },
    });
  });

  test('with a status word that is new to us goes on and tells the word', () => {
    expect(runningAs('paused', 40)).toEqual({
      state: 'running',
      progress: 40,
      phase: 'running',
      unknownStatus: 'paused',
    });
    expect(runningAs('x'.repeat(5_000))).toMatchObject({ unknownStatus: 'x'.repeat(100) });
  });

  test.each([
    [199, false],
    [200, true],
    [202, true],
    [299, true],
    [300, false],
    [404, false],
  ])('HTTP %i is a success: %s', (status, is) => expect(isSuccess(replied(status))).toBe(is));
});

test('a vendor’s words are kept as far as a row and a log need them', () => {
  expect(wordsOf('E1', 'no')).toEqual({ code: 'E1', message: 'no' });
  expect(wordsOf(undefined, '')).toEqual({});
  expect(wordsOf('c'.repeat(5_000), 'm'.repeat(5_000))).toEqual({
    code: 'c'.repeat(100),
    message: 'm'.repeat(500),
  });
});

test('a file is sent as base64, and one that was not handed over is a mistake of ours', () => {
  const blobs = new Map([['b1', { mime: 'image/png', bytes: Buffer.from('png') }]]);
  expect(base64Of(blobs, 'b1')).toEqual({ mime: 'image/png', base64: 'cG5n' });
  expect(() => base64Of(blobs, 'b2')).toThrow('the bytes of blob b2 were not handed over');
});

import fc from 'fast-check';
import { z } from 'zod';
import { GatewayError } from '../../src/core/errors';
import { newId, readId, renderId } from '../../src/core/job/ids';
import { parseOrThrow } from '../../src/core/json/parse';
import { MICRO_PER_POINT, formatPoints, parsePoints } from '../../src/core/money/pricing';
import { readRange } from '../../src/core/media/range';
import { isStorable, storableJson } from '../../src/core/text';

/** Small values that cross many endpoints: points, ids, ranges, text, and what is said of a wrong body. */

describe('points', () => {
  const MAX = 10n ** 12n * MICRO_PER_POINT - 1n;

  test('written and read again are the same amount, to the last micro-point', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MAX }), (micro) => {
        expect(parsePoints(formatPoints(micro))).toBe(micro);
      }),
      { examples: [[0n], [1n], [MICRO_PER_POINT], [MAX], [100_000n]] },
    );
  });

  test('are written as short as they can be, with a sign where they are missing', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -MAX, max: MAX }), (micro) => {
        const text = formatPoints(micro);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d{0,5}[1-9])?$/);
        expect(text.startsWith('-')).toBe(micro < 0n);
        expect(text.replace('-', '')).toBe(formatPoints(micro < 0n ? -micro : micro));
      }),
      { examples: [[-1n]] },
    );
  });

  test.each([
    ['25', 25_000_000n],
    ['0.5', 500_000n],
    ['0.000001', 1n],
    ['007.10', 7_100_000n],
  ])('"%s" are %d micro-points', (text, micro) => {
    expect(parsePoints(text)).toBe(micro);
  });

  test.each([
    '',
    '-1',
    '+1',
    '1,5',
    '1.',
    '.5',
    '1.0000001',
    '1e3',
    ' 1',
    '0x1',
    '１',
    '9'.repeat(13),
  ])('"%s" is no amount', (text) => {
    expect(() => parsePoints(text)).toThrow('not an amount of points');
  });
});

describe('an id', () => {
  const uuid = fc.uuid();
  const prefix = fc.stringMatching(/^[a-z]{1,12}$/);

  test('is read from every form that we write', () => {
    fc.assert(
      fc.property(uuid, prefix, (id, word) => {
        for (const text of [id, renderId(word, id), id.replaceAll('-', '')]) {
          expect(readId(text)).toBe(id);
          expect(readId(text.toUpperCase())).toBe(id);
        }
      }),
    );
  });

  test('is a new one each time, in the order of time', async () => {
    const ids = Array.from({ length: 1_000 }, newId);
    expect(new Set(ids).size).toBe(1_000);
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(readId(id)).toBe(id);
  });

  test.each([
    '',
    'video_',
    'video_123',
    'video_' + '0'.repeat(31),
    'video_' + '0'.repeat(33),
    'video-' + '0'.repeat(32),
    'g'.repeat(32),
    '00000000-0000-0000-0000-00000000000',
    `video_${'0'.repeat(32)}\n`,
    ` ${'0'.repeat(32)}`,
    '../../etc/passwd',
    'cgt-20260101-abcde',
    `a_b_${'0'.repeat(32)}`,
    `'; DROP TABLE jobs; --`,
  ])('%j is none of ours', (text) => {
    expect(readId(text)).toBeUndefined();
  });
});

describe('a range of a file of ten bytes', () => {
  test.each<[string | undefined, { start: number; end: number } | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=0-', { start: 0, end: 9 }],
    ['bytes=3-5', { start: 3, end: 5 }],
    ['bytes=9-9', { start: 9, end: 9 }],
    ['bytes=5-99', { start: 5, end: 9 }],
    ['bytes=-1', { start: 9, end: 9 }],
    ['bytes=-10', { start: 0, end: 9 }],
    ['bytes=-99', { start: 0, end: 9 }],
    [' bytes=1-2 ', { start: 1, end: 2 }],
    ['bytes=5-3', undefined],
    ['bytes=20-3', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,4-5', undefined],
    ['bytes=a-b', undefined],
    ['bytes=1.5-3', undefined],
    ['items=0-1', undefined],
    ['bytes 0-1', undefined],
    [`bytes=${'9'.repeat(16)}-`, undefined],
  ])('%j is %j', (header, range) => {
    expect(readRange(header, 10)).toEqual(range);
  });

  test.each(['bytes=10-', 'bytes=10-20', 'bytes=-0', `bytes=${'9'.repeat(15)}-`])(
    '%j lies outside',
    (header) => {
      expect(() => readRange(header, 10)).toThrow(
        expect.objectContaining({ code: 'range_not_satisfiable', status: 416 }),
      );
    },
  );

  test('of an empty file none lies inside', () => {
    for (const header of ['bytes=0-', 'bytes=-5', 'bytes=0-0']) {
      expect(() => readRange(header, 0)).toThrow(GatewayError);
    }
    expect(readRange(undefined, 0)).toBeUndefined();
  });

  test('always lies inside the file when there is one', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.option(fc.nat(60)), fc.option(fc.nat(60)), (size, from, to) => {
        try {
          const range = readRange(`bytes=${from ?? ''}-${to ?? ''}`, size);
          if (!range) return;
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThan(size);
        } catch (error) {
          expect(error).toMatchObject({ code: 'range_not_satisfiable' });
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('text that goes into a row', () => {
  test('is what it was wherever it can be, and never holds what Postgres refuses', () => {
    const value = fc.jsonValue({ stringUnit: 'binary' });
    fc.assert(
      fc.property(value, (given) => {
        const text = storableJson(given);
        const back: unknown = JSON.parse(text);
        expect(isStorable(back)).toBe(true);
        expect(text.replaceAll('\\\\', '')).not.toMatch(/\\u0000|\\ud[89a-f]/i);
        if (isStorable(given)) expect(back).toEqual(JSON.parse(JSON.stringify(given)));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    [undefined, true],
    ['\\u0000', true],
    ['😀', true],
    ['\u0000', false],
    [{ deep: [{ '\ud800': 1 }] }, false],
    ['\udc00\ud800', false],
  ])('%j: %s', (value, storable) => {
    expect(isStorable(value)).toBe(storable);
  });
});

describe('a wrong body is told by its field, in one sentence', () => {
  const media = z.union([
    z.strictObject({ url: z.string() }),
    z.strictObject({ blob: z.string(), mime: z.string() }),
  ]);
  const schema = z.strictObject({
    size: z.enum(['small', 'large']).optional(),
    either: z.union([z.string(), z.number()]).optional(),
    words: z.union([z.enum(['a', 'b']), z.enum(['c'])]).optional(),
    list: z.array(z.strictObject({ media })).optional(),
    part: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('text'), text: z.string() }),
        z.strictObject({ type: z.literal('image'), url: z.string() }),
      ])
      .optional(),
    table: z.record(z.string(), z.number()).optional(),
    few: z.array(z.string()).min(1).optional(),
    count: z.int().min(1).max(3).optional(),
  });
  const NOT = 'has a value that is not allowed. Allowed:';

  test.each<[unknown, string | undefined, string]>([
    [{ size: 'huge' }, 'size', `size: ${NOT} small, large.`],
    [
      { colour: 1 },
      'colour',
      'colour: is not a known field (known: count, either, words, list, size, part, table, few)',
    ],
    [
      { colour: 1, weight: 2 },
      'colour',
      'colour: is not a known field (known: count, either, words, list, size, part, table, few)',
    ],
    [{ either: true }, 'either', 'either: must be a string, or must be a number'],
    [{ words: 'd' }, 'words', `words: ${NOT} a, b, c.`],
    [
      { list: [{ media: { url: 'x' } }, { media: { url: 'x', mime: 'y' } }] },
      'list.1.media.mime',
      'list.1.media.mime: is not a known field (known: url)',
    ],
    [{ list: [{ media: { url: 5 } }] }, 'list.0.media.url', 'list.0.media.url: must be a string'],
    [{ list: [{ media: 5 }] }, 'list.0.media', 'list.0.media: must be an object'],
    [{ part: { type: 'video' } }, 'part.type', `part.type: ${NOT} text, image.`],
    [
      { part: { type: 'text', text: 'x', more: 1 } },
      'part.more',
      'part.more: is not a known field (known: type, text)',
    ],
    [{ table: { one: 'x' } }, 'table.one', 'table.one: must be a number'],
    [{ count: 9 }, 'count', 'count: is above 3'],
    [{ count: 0 }, 'count', 'count: is below 1'],
    [{ count: 1.5 }, 'count', 'count: must be an integer'],
    [{ list: [{}] }, 'list.0.media', 'list.0.media: is required'],
    [{ few: [] }, 'few', 'few: has fewer than 1 items'],
    [[], undefined, 'body: must be an object'],
    [null, undefined, 'body: must be an object'],
  ])('%j', (body, param, message) => {
    let thrown: unknown;
    try {
      parseOrThrow(schema, body);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'invalid_request', status: 400, param, message });
  });

  test('and a right one is what the schema makes of it', () => {
    const trimmed = z.object({ name: z.string().trim().default('x') });
    expect(parseOrThrow(trimmed, { name: ' a ', other: 1 })).toEqual({ name: 'a' });
    expect(parseOrThrow(trimmed, {})).toEqual({ name: 'x' });
  });
});

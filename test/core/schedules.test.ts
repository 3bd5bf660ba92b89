import fc from 'fast-check';
import {
  RETRY_AFTER_MAX_MS,
  busyDelayMs,
  deliveryDelayMs,
  isLookDue,
  pollDelayMs,
  readRetryAfter,
} from '../../src/core/schedules';
import type { Cadence } from '../../src/core/schedules';
import { WAITS } from '../../src/core/settings/waits';

/** Every wait is arithmetic: what is promised of it is checked over all clocks and dice. */

const SCHEDULE = WAITS.deliverySchedule.default;
const CADENCE: Cadence = {
  firstLookShare: 0.5,
  intervalMinMs: 2_000,
  intervalMaxMs: 30_000,
  intervalShare: 0.1,
};
const FAR = 86_400_000;
const random = fc.double({ min: 0, max: 1, noNaN: true });

/** Times of the looks at a job that never ends, as the poll activity makes them. */
function looks(usualMs: number, untilMs: number, dice: number, retryAfterMs?: number): number[] {
  const seen: number[] = [];
  let elapsedMs = 0;
  for (let round = 0; round < 100_000 && elapsedMs < untilMs; round += 1) {
    if (isLookDue(CADENCE, elapsedMs, usualMs)) seen.push(elapsedMs);
    const remainingMs = untilMs - elapsedMs;
    elapsedMs += pollDelayMs(CADENCE, {
      elapsedMs,
      usualMs,
      remainingMs,
      retryAfterMs,
      random: dice,
    });
  }
  return seen;
}

const gaps = (times: number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

describe('looks at a provider', () => {
  test('begin late, are dense around the usual end, and thin out when it overstays', () => {
    const times = looks(120_000, 3_600_000, 0.5);
    expect(times[0]).toBe(60_000);
    const near = gaps(times.filter((time) => time >= 60_000 && time <= 130_000));
    expect(new Set(near)).toEqual(new Set([2_000]));
    const late = gaps(times.filter((time) => time > 600_000 && time < 3_590_000));
    expect(new Set(late)).toEqual(new Set([30_000]));
    const between = gaps(times.filter((time) => time > 150_000 && time < 400_000));
    expect(between).toEqual([...between].sort((a, b) => a - b));
  });

  test('stay countable over a whole hour, also in its last second', () => {
    const times = looks(120_000, 3_600_000, 0.5);
    expect(times.length).toBeLessThan(200);
    expect(times.filter((time) => time >= 3_599_000)).toEqual([3_599_500]);
  });

  test('begin at a share of the usual time, whatever the dice, and never before nine tenths of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 600_000 }), random, (usualMs, dice) => {
        const [first = Infinity] = looks(usualMs, FAR / 24, dice);
        expect(first).toBeGreaterThanOrEqual(0.45 * usualMs - 1);
        // At most one jittered pause late.
        expect(first).toBeLessThanOrEqual(0.5 * usualMs + 1.1 * 30_000);
      }),
      { numRuns: 200 },
    );
  });

  test('are never planned past the deadline, nor for no time at all, nor for part of a millisecond', () => {
    fc.assert(
      fc.property(
        fc.record({
          elapsedMs: fc.integer({ min: 0, max: FAR }),
          usualMs: fc.double({ min: 1, max: FAR, noNaN: true }),
          remainingMs: fc.integer({ min: -FAR, max: FAR }),
          retryAfterMs: fc.option(fc.integer({ min: 0, max: FAR * 10 }), { nil: undefined }),
          random,
        }),
        (moment) => {
          const delay = pollDelayMs(CADENCE, moment);
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(1);
          const { remainingMs } = moment;
          expect(delay).toBeLessThanOrEqual(Math.max(1, remainingMs));
          if (remainingMs > 501) expect(delay).toBeLessThanOrEqual(remainingMs - 500);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('wait for as long as the provider asks, up to the deadline', () => {
    const moment = { elapsedMs: 100_000, usualMs: 120_000, random: 0.5 };
    const after = (retryAfterMs: number, remainingMs = FAR) =>
      pollDelayMs(CADENCE, { ...moment, retryAfterMs, remainingMs });
    expect(after(0)).toBe(2_000);
    expect(after(1_000)).toBe(2_000);
    expect(after(45_000)).toBe(45_000);
    expect(after(45_000, 10_000)).toBe(9_500);
  });

  test('of many jobs are spread by a tenth to either side', () => {
    const moment = { elapsedMs: 100_000, usualMs: 120_000, remainingMs: FAR };
    expect(pollDelayMs(CADENCE, { ...moment, random: 0 })).toBe(1_800);
    expect(pollDelayMs(CADENCE, { ...moment, random: 1 })).toBe(2_200);
  });
});

describe('sends to a busy provider', () => {
  const BACKOFF = { firstMs: 5_000, maxMs: 60_000 };
  const plan = (dice: number) =>
    [1, 2, 3, 7, 8, 1_000_000].map((n) => busyDelayMs(BACKOFF, n, dice));

  test('are spaced by half more each time, up to the maximum', () => {
    expect(plan(0.5)).toEqual([5_000, 7_500, 11_250, 56_953, 60_000, 60_000]);
  });

  test('of many jobs are spread by a quarter to either side', () => {
    expect(plan(0)).toEqual([3_750, 5_625, 8_438, 42_715, 45_000, 45_000]);
    expect(plan(1)).toEqual([6_250, 9_375, 14_063, 71_191, 75_000, 75_000]);
  });

  test('are put off by a Retry-After and never hurried by it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), random, fc.nat(FAR), (sends, dice, asked) => {
        const planned = busyDelayMs(BACKOFF, sends, dice);
        expect(busyDelayMs(BACKOFF, sends, dice, asked)).toBe(Math.max(planned, asked));
      }),
    );
  });
});

describe('tries of a delivery', () => {
  test('are ten within about three days, the first at once', () => {
    const plan = (dice: number) =>
      SCHEDULE.map((_, index) => deliveryDelayMs(SCHEDULE, index + 1, dice));
    expect(plan(0)).toEqual([
      0, 5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000,
      86_400_000,
    ]);
    const hours = (delays: (number | undefined)[]) =>
      delays.reduce<number>((sum, delay) => sum + (delay ?? 0), 0) / 3_600_000;
    expect(hours(plan(0))).toBeCloseTo(75.58, 1);
    expect(hours(plan(1))).toBeCloseTo(75.58 * 1.2, 1);
  });

  test.each([11, 12, 1_000])('end after the last entry: there is no try %d', (number) => {
    expect(deliveryDelayMs(SCHEDULE, number, 0.5)).toBeUndefined();
    expect(deliveryDelayMs(SCHEDULE, number, 0.5, 1_000)).toBeUndefined();
  });

  test('are put off by a receiver, at most by a day, and never hurried by it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 10 }),
        random,
        fc.integer({ min: 0, max: FAR * 1_000 }),
        (number, dice, retryAfterMs) => {
          const planned = deliveryDelayMs(SCHEDULE, number, dice) ?? -1;
          const asked = Math.min(retryAfterMs, RETRY_AFTER_MAX_MS);
          expect(deliveryDelayMs(SCHEDULE, number, dice, retryAfterMs)).toBe(
            Math.max(planned, asked),
          );
        },
      ),
    );
  });

  test('still take three days when the receiver asks for one second each time', () => {
    const delays = SCHEDULE.map((_, index) => deliveryDelayMs(SCHEDULE, index + 1, 0, 1_000));
    const sum = delays.reduce<number>((total, delay) => total + (delay ?? 0), 0);
    expect(sum).toBeGreaterThan(3 * FAR);
  });
});

describe('a Retry-After', () => {
  const NOW = Date.parse('1994-11-06T08:49:00Z');
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
    ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
  ])('"%s" is %d ms', (value, ms) => {
    expect(readRetryAfter(value, NOW)).toBe(ms);
  });

  test.each([
    undefined,
    '',
    ' ',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    'soon',
    'in 5 minutes',
    '12345678901234567890',
    'Sun',
    'Sun, 99 Nov 1994 08:49:37 GMT',
    '5, 10',
    'NaN',
    'Infinity',
  ])('%j says nothing', (value) => {
    expect(readRetryAfter(value, NOW)).toBeUndefined();
  });
});

import fc from 'fast-check';
import { SLACK_MS, spacingOf } from '../../src/core/rates/spacing';
import type { Line, RateLimit } from '../../src/core/rates/spacing';

/** Whoever asks, whenever and in whichever line: no window of a vendor sees more calls than its limit. */

const limit = fc.record(
  {
    requestsPerSecond: fc.integer({ min: 1, max: 20 }),
    requestsPerMinute: fc.integer({ min: 1, max: 600 }),
  },
  { requiredKeys: [] },
);
/** A call asks so long after the one before, in its line, and reaches the vendor so long after its moment. */
const asks = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })),
    line: fc.constantFrom<Line>('looks', 'rest'),
    travelMs: fc.double({ min: 0, max: SLACK_MS, maxExcluded: true, noNaN: true }),
  }),
  { minLength: 1, maxLength: 200 },
);

/** The moments of the store, as its statement gives them out. */
function arrivals(
  given: RateLimit,
  calls: { afterMs: number; line: Line; travelMs: number }[],
): number[] {
  const spacing = spacingOf(given);
  const free = { looks: 0, rest: 0 };
  let now = 0;
  return calls.map(({ afterMs, line, travelMs }) => {
    now += afterMs;
    if (!spacing) return now;
    const open = { looks: Math.max(now, free.looks), rest: Math.max(now, free.rest) };
    const chosen =
      line === 'looks' || spacing.isOneLine || open.looks < open.rest ? 'looks' : 'rest';
    free[chosen] = open[chosen] + (chosen === 'looks' ? spacing.looksMs : spacing.restMs);
    return open[chosen] + travelMs;
  });
}

const mostIn = (windowMs: number, times: number[]): number => {
  const sorted = [...times].sort((one, other) => one - other);
  const counts = sorted.map((from) => sorted.filter((at) => at >= from && at < from + windowMs));
  return Math.max(...counts.map(({ length }) => length));
};

test('no second and no minute has more calls than the limit, in both lines together', () => {
  fc.assert(
    fc.property(limit, asks, (given, calls) => {
      const times = arrivals(given, calls);
      expect(mostIn(1_000, times)).toBeLessThanOrEqual(given.requestsPerSecond ?? Infinity);
      expect(mostIn(60_000, times)).toBeLessThanOrEqual(given.requestsPerMinute ?? Infinity);
    }),
    { numRuns: 300 },
  );
});

test('a channel without a limit has no lines', () => {
  expect(spacingOf({})).toBeUndefined();
  expect(spacingOf(undefined)).toBeUndefined();
});

test('looks have three quarters of sixty requests a minute, and all else has the rest', () => {
  const spacing = spacingOf({ requestsPerMinute: 60 });
  expect(60_500 / (spacing?.looksMs ?? 0)).toBeCloseTo(45);
  expect(60_500 / (spacing?.restMs ?? 0)).toBeCloseTo(15);
});

import fc from 'fast-check';
import {
  CLOSED,
  NO_SIGNS,
  admission,
  breakerState,
  probing,
  told,
} from '../../src/core/health/breaker';
import type { Breaker, Sign } from '../../src/core/health/breaker';

/** A channel whose submits fail is left alone, is probed by one job at a time, and gets jobs again once one went well. */

const RULES = {
  breakerWindowMs: 60_000,
  breakerOpenMs: 30_000,
  breakerOpenMaxMs: 100_000,
  breakerProbeMs: 120_000,
  breakerSubmits: 20,
  breakerPercent: 50,
};
const NOW = Date.parse('2026-11-29T12:00:00Z');

const tell = (
  breaker: Breaker,
  change: Partial<Record<Sign, number>>,
  at = NOW,
  workspace = 'one',
): Breaker => told(breaker, new Map([[workspace, { ...NO_SIGNS, ...change }]]), RULES, at);

const OPEN = tell(CLOSED, { bad: 20 });

describe('a closed breaker', () => {
  test.each([
    ['too few submits', { bad: 19 }, 'closed'],
    ['enough, all of them bad', { bad: 20 }, 'open'],
    ['half of them bad', { bad: 10, good: 10 }, 'open'],
    ['fewer than half of them bad', { bad: 10, good: 11 }, 'closed'],
    ['a full account, however often', { busy: 1_000 }, 'closed'],
    ['a full account does not count among the submits', { bad: 19, busy: 1_000 }, 'closed'],
  ] as const)('%s', (_, change, state) => {
    expect(breakerState(tell(CLOSED, change), NOW)).toBe(state);
  });

  test('counts what came at several times within the window, and nothing older', () => {
    const first = tell(CLOSED, { bad: 10 });
    expect(breakerState(tell(first, { bad: 10 }, NOW + 49_000), NOW + 49_000)).toBe('open');
    expect(breakerState(tell(first, { bad: 10 }, NOW + 70_000), NOW + 70_000)).toBe('closed');
  });
});

describe('where several workspaces send', () => {
  test('one of them alone closes no channel for the others', () => {
    let breaker = tell(CLOSED, { bad: 19 }, NOW, 'hostile');
    breaker = tell(breaker, { good: 1 }, NOW, 'other');
    breaker = tell(breaker, { bad: 500 }, NOW, 'hostile');
    expect(breakerState(breaker, NOW)).toBe('closed');
  });

  test('what fails for two of them opens it', () => {
    const one = tell(CLOSED, { bad: 15 }, NOW, 'one');
    expect(breakerState(tell(one, { bad: 9 }, NOW, 'two'), NOW)).toBe('closed');
    expect(breakerState(tell(one, { bad: 10 }, NOW, 'two'), NOW)).toBe('open');
  });
});

describe('an open breaker', () => {
  test('lets nobody through before its time, then one probe at a time', () => {
    expect(admission(OPEN, NOW)).toBe('shut');
    expect(admission(OPEN, NOW + 29_999)).toBe('shut');
    expect(admission(OPEN, NOW + 30_000)).toBe('probe');
    expect(probing(OPEN, RULES, NOW + 29_999)).toBeUndefined();
    const probed = probing(OPEN, RULES, NOW + 30_000) ?? CLOSED;
    expect(admission(probed, NOW + 30_000)).toBe('shut');
    expect(probing(probed, RULES, NOW + 30_001)).toBeUndefined();
    // Whoever probed has died.
    expect(admission(probed, NOW + 150_000)).toBe('probe');
  });

  test('hears nothing of submits that had begun before', () => {
    expect(tell(OPEN, { good: 100, bad: 100 }, NOW + 1_000)).toBe(OPEN);
  });

  test.each([
    ['that went well', { good: 1 }],
    ['at a full account, which answers at least', { busy: 1 }],
  ] as const)('is closed by a probe %s', (_, change) => {
    expect(tell(OPEN, change, NOW + 30_000)).toEqual(CLOSED);
  });

  test('is open for twice as long after each probe that failed, up to the longest', () => {
    let breaker = OPEN;
    let at = NOW;
    for (const pauseMs of [30_000, 60_000, 100_000, 100_000]) {
      expect(breaker.openUntil).toBe(at + pauseMs);
      at += pauseMs;
      breaker = tell(breaker, { bad: 1 }, at);
    }
  });

  test('begins with the first pause again once it was closed', () => {
    const again = tell(
      tell(tell(OPEN, { bad: 1 }, NOW + 30_000), { good: 1 }, NOW + 90_000),
      { bad: 20 },
      NOW + 100_000,
    );
    expect(again.openUntil).toBe(NOW + 130_000);
  });
});

test('however signs and probes come, a breaker is never shut for longer than the longest pause or probe', () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 200_000 }),
    good: fc.nat(30),
    bad: fc.nat(30),
    busy: fc.nat(3),
    probes: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let breaker = CLOSED;
      let now = NOW;
      for (const { afterMs, probes, ...change } of steps) {
        now += afterMs;
        breaker = tell(breaker, change, now);
        if (probes) breaker = probing(breaker, RULES, now) ?? breaker;
        const longest = Math.max(RULES.breakerOpenMaxMs, RULES.breakerProbeMs);
        expect(admission(breaker, now + longest)).not.toBe('shut');
        expect(breaker.slices.length).toBeLessThanOrEqual(7);
      }
    }),
  );
});

import fc from 'fast-check';
import { createEndings, firstToFollow } from '../../src/core/money/endings';
import type { Ending, MovedEntry } from '../../src/core/money/endings';

/** What is left of top-ups whose points end, whatever was booked between. */

const EARLY = 1_000;
const LATE = 2_000;
type Booked = Pick<MovedEntry, 'kind' | 'available'> & Partial<MovedEntry>;

const entries = (booked: readonly Booked[]): MovedEntry[] =>
  booked.map((entry, index) => ({
    id: BigInt(index + 1),
    at: index + 1,
    jobId: null,
    expiresAt: null,
    entryId: null,
    ...entry,
  }));
const ending = (available: bigint, expiresAt = EARLY): Booked => ({
  kind: 'top_up',
  available,
  expiresAt,
});
const lasting = (available: bigint): Booked => ({ kind: 'top_up', available });
const hold = (jobId: string, price: bigint): Booked => ({ kind: 'hold', jobId, available: -price });
const settle = (jobId: string, back: bigint): Booked => ({
  kind: 'settle',
  jobId,
  available: back,
});
const release = (jobId: string, back: bigint): Booked => ({
  kind: 'release',
  jobId,
  available: back,
});
const expire = (entryId: bigint, points: bigint): Booked => ({
  kind: 'expire',
  entryId,
  available: -points,
});

function left(booked: readonly Booked[], topUp: bigint): bigint {
  const endings = createEndings();
  endings.follow(entries(booked));
  return endings.leftOf(topUp);
}

test.each<[story: string, booked: Booked[], left: Record<number, bigint>]>([
  ['nothing was used', [ending(10n)], { 1: 10n }],
  ['points without an end are used last', [lasting(10n), ending(10n), hold('a', 4n)], { 2: 6n }],
  [
    'points that end first are used first, in whatever order they came',
    [ending(10n, LATE), ending(10n, EARLY), hold('a', 12n)],
    { 1: 8n, 2: 0n },
  ],
  [
    'of two with the same end the one that was booked first',
    [ending(10n), ending(10n), hold('a', 12n)],
    { 1: 0n, 2: 8n },
  ],
  ['a release gives back all', [ending(10n), hold('a', 4n), release('a', 4n)], { 1: 10n }],
  [
    'what a settle gives back was without an end first',
    [lasting(10n), ending(6n), hold('a', 10n), settle('a', 4n)],
    { 2: 0n },
  ],
  [
    'and then of the top-up that ends last',
    [ending(6n, LATE), ending(6n, EARLY), hold('a', 10n), settle('a', 5n)],
    { 1: 6n, 2: 1n },
  ],
  [
    'what comes back when its top-up is over has no end',
    [ending(10n, EARLY), ending(10n, LATE), hold('a', 4n), expire(1n, 6n), release('a', 4n)],
    { 1: 0n, 2: 10n },
  ],
  [
    'what a job held when the time was over has no end, though the sweep has not been there',
    [ending(10n), lasting(5n), hold('a', 4n), { ...release('a', 4n), at: EARLY }],
    { 1: 6n },
  ],
  [
    'and what a settle gives back of it neither',
    [ending(10n), hold('a', 4n), { ...settle('a', 3n), at: EARLY + 1 }],
    { 1: 6n },
  ],
  [
    'what comes back in time has its end',
    [ending(10n), hold('a', 4n), { ...release('a', 4n), at: EARLY - 1 }],
    { 1: 10n },
  ],
  [
    'what is held after the time and comes back is of it again',
    [ending(10n), { ...hold('a', 4n), at: EARLY }, { ...release('a', 4n), at: EARLY + 1 }],
    { 1: 10n },
  ],
  [
    'what is held over the ends of two is of neither, and over the end of one of the other still',
    [
      ending(10n, EARLY),
      ending(10n, LATE),
      hold('a', 12n),
      hold('b', 3n),
      { ...release('a', 12n), at: EARLY },
      { ...release('b', 3n), at: LATE },
    ],
    { 1: 0n, 2: 7n },
  ],
  [
    'a refund has no end',
    [ending(10n), hold('a', 10n), settle('a', 0n), { kind: 'refund', jobId: 'a', available: 10n }],
    { 1: 0n },
  ],
  [
    'points that are taken away are those that end first; what is added has no end',
    [
      lasting(5n),
      ending(10n),
      { kind: 'adjust', available: -3n },
      { kind: 'adjust', available: 9n },
    ],
    { 2: 7n },
  ],
  [
    'a hold from before it is known gives nothing back to anybody',
    [ending(10n), release('older', 7n), hold('a', 2n)],
    { 1: 8n },
  ],
  [
    'a settle that takes more than was held takes what ends first',
    [ending(10n), hold('a', 4n), settle('a', -3n)],
    { 1: 3n },
  ],
  [
    'one that is over has nothing, whatever it ended with',
    [ending(10n), expire(1n, 0n)],
    { 1: 0n },
  ],
])('%s', (_story, booked, expected) => {
  for (const [topUp, points] of Object.entries(expected)) {
    expect([topUp, left(booked, BigInt(topUp))]).toEqual([topUp, points]);
  }
});

/** Stories that a ledger can have: no hold passes what is available, and each job ends at most once. */
const story = fc.array(
  fc.record({
    what: fc.constantFrom('ending', 'lasting', 'hold', 'settle', 'release', 'adjust', 'expire'),
    amount: fc.bigInt({ min: 1n, max: 20n }),
    end: fc.integer({ min: 1, max: 4 }),
    pick: fc.nat(),
  }),
  { maxLength: 60 },
);

test('the parts never pass the whole nor what was left in time: what would expire is always there', () => {
  fc.assert(
    fc.property(story, (steps) => {
      const endings = createEndings();
      let available = 0n;
      const open = new Map<string, bigint>();
      const live: bigint[] = [];
      const ends = new Map<bigint, number>();
      const atEnd = new Map<bigint, bigint>();
      steps.forEach(({ what, amount, end, pick }, index) => {
        const job = [...open.keys()][pick % Math.max(open.size, 1)];
        const price = job === undefined ? 0n : (open.get(job) ?? 0n);
        const topUp = live[pick % Math.max(live.length, 1)];
        const id = BigInt(index + 1);
        const book = (booked: Booked): void => {
          endings.follow([{ ...(entries([booked])[0] as MovedEntry), id, at: index }]);
          available += booked.available;
        };
        for (const [one, over] of ends) {
          if (over <= index && !atEnd.has(one)) atEnd.set(one, endings.leftOf(one));
        }
        if (what === 'ending') {
          book(ending(amount, index + 5 * end));
          ends.set(id, index + 5 * end);
          live.push(id);
        } else if (what === 'lasting') book(lasting(amount));
        else if (what === 'hold' && amount <= available) {
          book(hold(`job ${index}`, amount));
          open.set(`job ${index}`, amount);
        } else if (what === 'settle' && job !== undefined) {
          book(settle(job, price - (amount < price ? amount : price)));
          open.delete(job);
        } else if (what === 'release' && job !== undefined) {
          book(release(job, price));
          open.delete(job);
        } else if (what === 'adjust' && amount <= available) {
          book({ kind: 'adjust', available: pick % 2 === 0 ? amount : -amount });
        } else if (what === 'expire' && topUp !== undefined) {
          book(expire(topUp, endings.leftOf(topUp)));
          live.splice(live.indexOf(topUp), 1);
        }
        const all = live.map((one) => endings.leftOf(one));
        expect(all.every((points) => points >= 0n)).toBe(true);
        expect(all.reduce((sum, points) => sum + points, 0n)).toBeLessThanOrEqual(available);
        for (const [one, left] of atEnd) expect(endings.leftOf(one)).toBeLessThanOrEqual(left);
      });
    }),
    { numRuns: 500 },
  );
});

/** Jobs that hold some, in any order, before the time of their top-ups is over and when it is. */
const held = fc.record({
  topUps: fc.array(fc.record({ amount: fc.bigInt({ min: 1n, max: 20n }), ends: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  }),
  jobs: fc.array(
    fc.record({
      price: fc.bigInt({ min: 1n, max: 20n }),
      charged: fc.bigInt({ min: 0n, max: 20n }),
    }),
    { maxLength: 8 },
  ),
});

test('a sweep takes the same however late it comes, whatever jobs give back meanwhile', () => {
  fc.assert(
    fc.property(held, ({ topUps, jobs }) => {
      const given = topUps.map(({ amount, ends }) => (ends ? ending(amount) : lasting(amount)));
      let available = topUps.reduce((sum, { amount }) => sum + amount, 0n);
      const open = jobs.filter(({ price }) => {
        if (price > available) return false;
        available -= price;
        return true;
      });
      const before = [...given, ...open.map(({ price }, index) => hold(String(index), price))];
      const back = open.map(({ price, charged }, index) => ({
        ...settle(String(index), charged < price ? price - charged : 0n),
        at: EARLY + index,
      }));
      topUps.forEach((_topUp, index) => {
        const id = BigInt(index + 1);
        expect(left([...before, ...back], id)).toBe(left(before, id));
      });
    }),
    { numRuns: 500 },
  );
});

test.each<[says: string, endings: Ending[], first: bigint | undefined]>([
  ['nothing without a top-up that ends', [], undefined],
  ['the first while it is open', [{ id: 5n, expiredBy: null }], 5n],
  [
    'the first of those that overlap, also when it is over',
    [
      { id: 5n, expiredBy: 20n },
      { id: 10n, expiredBy: null },
    ],
    5n,
  ],
  [
    'the first after a moment without any',
    [
      { id: 5n, expiredBy: 20n },
      { id: 10n, expiredBy: 15n },
      { id: 30n, expiredBy: null },
      { id: 40n, expiredBy: null },
    ],
    30n,
  ],
  [
    'none later than one that was never ended',
    [
      { id: 5n, expiredBy: null },
      { id: 10n, expiredBy: 15n },
      { id: 30n, expiredBy: null },
    ],
    5n,
  ],
])('entries are followed from %s', (_says, endings, first) => {
  expect(firstToFollow(endings)).toBe(first);
});

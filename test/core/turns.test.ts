import fc from 'fast-check';
import { capsOn } from '../../src/core/slots/caps';
import type { Caps, Claim } from '../../src/core/slots/caps';
import { fullCap, placeOf, turns } from '../../src/core/slots/turns';
import type { Tally, Waiting } from '../../src/core/slots/turns';

/** Who gets a free slot: the lower priority number, then the workspace with fewer jobs for its weight, then the older. */

const usual = { weight: 1, priority: 3 };
const CAPS: Caps = {
  channels: { narrow: { jobsAtOnce: 5, modelJobsAtOnce: { slow: 2 } }, wide: {} },
  groups: {
    gold: { ...usual, weight: 3 },
    urgent: { ...usual, priority: 1 },
    small: { ...usual, jobsAtOnce: 1 },
    keyed: { ...usual, keyJobsAtOnce: 2 },
  },
};

const claim = (change: Partial<Claim> = {}): Claim => ({
  channel: 'narrow',
  model: 'fast',
  workspaceId: 'a',
  keyId: 'k',
  group: 'default',
  ...change,
});
const line = (count: number, change: Partial<Claim> = {}, from = 0): Waiting[] =>
  Array.from({ length: count }, (_, index) => ({
    ...claim(change),
    jobId: `${change.workspaceId ?? 'a'}-${String(index).padStart(3, '0')}`,
    since: from + index,
  }));
const tally = (jobs: number, change: Partial<Claim> = {}): Tally => ({ ...claim(change), jobs });
const of = (workspace: string, ids: readonly string[]): number =>
  ids.filter((id) => id.startsWith(`${workspace}-`)).length;

test('a channel gets as many jobs as it may run, the oldest first', () => {
  expect(turns(CAPS, [], line(9))).toEqual(['a-000', 'a-001', 'a-002', 'a-003', 'a-004']);
  expect(turns(CAPS, [tally(4)], line(9))).toEqual(['a-000']);
  expect(turns(CAPS, [tally(5)], line(9))).toEqual([]);
  expect(turns(CAPS, [tally(7)], line(9))).toEqual([]);
});

test('a workspace that asks for much does not hold up one that asks for little', () => {
  const waiting = [...line(190), ...line(10, { workspaceId: 'b' }, 1_000)];
  const granted = turns(CAPS, [], waiting);
  expect([of('a', granted), of('b', granted)]).toEqual([3, 2]);
  // The first workspace had all five; each slot that comes back goes to the other until they are even.
  expect(turns(CAPS, [tally(4)], waiting)).toEqual(['b-000']);
  expect(turns(CAPS, [tally(3), tally(1, { workspaceId: 'b' })], waiting)).toEqual(['b-000']);
});

test('a workspace of three times the weight gets three times the slots', () => {
  const caps = { ...CAPS, channels: { narrow: { jobsAtOnce: 8 } } };
  const waiting = [...line(50), ...line(50, { workspaceId: 'b', group: 'gold' })];
  const granted = turns(caps, [], waiting);
  expect([of('a', granted), of('b', granted)]).toEqual([2, 6]);
});

test('whoever waits at a lower priority number goes first, whatever the weights', () => {
  const waiting = [...line(9), ...line(4, { workspaceId: 'b', group: 'urgent' }, 1_000)];
  const granted = turns(CAPS, [], waiting);
  expect([of('a', granted), of('b', granted)]).toEqual([1, 4]);
  expect(granted.slice(0, 4).every((id) => id.startsWith('b-'))).toBe(true);
});

test('a job whose own cap is full holds up nobody behind it', () => {
  const waiting = [
    ...line(9, { model: 'slow' }),
    ...line(9, { workspaceId: 'b', group: 'small' }, 100),
    ...line(9, { workspaceId: 'c' }, 200),
  ];
  const granted = turns(CAPS, [], waiting);
  expect([of('a', granted), of('b', granted), of('c', granted)]).toEqual([2, 1, 2]);
});

test('a workspace of a capped group has its cap on all channels together', () => {
  const own = { workspaceId: 'b', group: 'small' };
  const waiting = [...line(2, own), ...line(2, { ...own, channel: 'wide' }, 10)];
  expect(turns(CAPS, [], waiting)).toHaveLength(1);
  expect(turns(CAPS, [tally(1, { ...own, channel: 'wide' })], waiting)).toEqual([]);
});

test('each key of a capped group has its own cap, and a workflow without a key has none', () => {
  const own = { workspaceId: 'd', group: 'keyed', channel: 'wide' };
  const waiting = (['k1', 'k2', null] as const).flatMap((keyId) =>
    line(4, { ...own, keyId }).map((job) => ({ ...job, jobId: `${keyId ?? 'none'}-${job.jobId}` })),
  );
  const granted = turns(CAPS, [], waiting);
  expect([of('k1', granted), of('k2', granted), of('none', granted)]).toEqual([2, 2, 4]);
});

test('a full cap is named, the widest first', () => {
  expect(fullCap(CAPS, [tally(5)], claim())).toBe('channel');
  expect(fullCap(CAPS, [tally(2, { model: 'slow' })], claim({ model: 'slow' }))).toBe('model');
  expect(fullCap(CAPS, [tally(1, { group: 'small' })], claim({ group: 'small' }))).toBe(
    'workspace',
  );
  expect(fullCap(CAPS, [tally(2)], claim())).toBeUndefined();
  expect(capsOn(CAPS, claim({ channel: 'unheard' }))).toEqual([]);
});

test('the place in the queue counts whom the turns let go first', () => {
  const queue = [
    { workspaceId: 'a', group: 'default', jobs: 190 },
    { workspaceId: 'b', group: 'default', jobs: 10 },
    { workspaceId: 'c', group: 'urgent', jobs: 2 },
  ];
  const place = (workspaceId: string, group: string, rank: number): number =>
    placeOf(CAPS, { workspaceId, group, rank }, queue);
  expect(place('c', 'urgent', 1)).toBe(1);
  expect(place('b', 'default', 1)).toBe(3);
  expect(place('b', 'default', 10)).toBe(10 + 9 + 2);
  expect(place('a', 'default', 190)).toBe(202);
});

test('no cap is ever passed, and no slot is left free that a waiting job may have', () => {
  const one = fc.record({
    channel: fc.constantFrom('narrow', 'wide'),
    model: fc.constantFrom('fast', 'slow'),
    workspaceId: fc.constantFrom('a', 'b', 'c'),
    keyId: fc.constantFrom('k1', 'k2', null),
    group: fc.constantFrom('default', 'gold', 'urgent', 'small', 'keyed'),
  });
  fc.assert(
    fc.property(
      fc.array(one, { maxLength: 12 }),
      fc.array(one, { maxLength: 30 }),
      (runs, waits) => {
        const waiting = waits.map((each, index) => ({
          ...each,
          jobId: String(index),
          since: index,
        }));
        // What runs already came in by the same rules.
        const begun = runs.map((each, index) => ({
          ...each,
          jobId: `r${String(index)}`,
          since: index,
        }));
        const running = begun
          .filter(({ jobId }) => turns(CAPS, [], begun).includes(jobId))
          .map((each) => ({ ...each, jobs: 1 }));
        const granted = new Set(turns(CAPS, running, waiting));
        const after = [
          ...running,
          ...waiting
            .filter(({ jobId }) => granted.has(jobId))
            .map((each) => ({ ...each, jobs: 1 })),
        ];
        for (const each of after) {
          const others = after.filter((other) => other !== each);
          // Only by its own: another group of the same workspace may have a narrower cap.
          for (const cap of capsOn(CAPS, each).filter(
            ({ reason }) => reason === 'channel' || reason === 'model',
          )) {
            const held = others.filter((other) =>
              capsOn(CAPS, other).some(({ name }) => name === cap.name),
            );
            expect(held.length).toBeLessThan(cap.jobsAtOnce);
          }
        }
        for (const each of waiting.filter(({ jobId }) => !granted.has(jobId))) {
          expect(fullCap(CAPS, after, each)).toBeDefined();
        }
      },
    ),
  );
});

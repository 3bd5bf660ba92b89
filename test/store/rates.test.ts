import { spacingOf } from '../../src/core/rates/spacing';
import type { Line, Spacing } from '../../src/core/rates/spacing';
import { newId } from '../../src/core/job/ids';
import { NOW, createdJob, newJob, useTestDatabase } from '../support/database';

/** The moments of a channel are one row: however many processes ask at once, each moment has one taker. */

const database = useTestDatabase();
const FAR = NOW + 86_400_000;
const spacing = spacingOf({ requestsPerMinute: 60 }) as Spacing;

const take = (channel: string, line: Line, more: { now?: number; latest?: number } = {}) =>
  database.store.rates.take({ channel, line, spacing, now: NOW, latest: FAR, ...more });
const gaps = (times: number[]): number[] =>
  [...times]
    .sort((one, other) => one - other)
    .flatMap((at, index, all) => (index === 0 ? [] : [at - (all[index - 1] ?? 0)]));

test('two hundred looks that ask at once get moments that are as far apart as the limit says', async () => {
  const channel = newId();
  const taken = await Promise.all(Array.from({ length: 200 }, () => take(channel, 'looks')));
  const all = gaps(taken.map(({ at }) => at));
  expect(Math.min(...all)).toBeGreaterThanOrEqual(spacing.looksMs - 1);
  expect(Math.max(...all)).toBeLessThanOrEqual(spacing.looksMs + 1);
});

test('a submit does not wait behind the looks, and goes in their line while that is free', async () => {
  const [busy, idle] = [newId(), newId()];
  await Promise.all(Array.from({ length: 50 }, () => take(busy, 'looks')));
  expect((await take(busy, 'rest')).at).toBe(NOW);
  const submits = [];
  for (let n = 0; n < 8; n += 1) submits.push((await take(idle, 'rest')).at);
  // Two lines together are as fast as the limit.
  expect((submits[7] ?? 0) - NOW).toBeLessThan(8 * 1_010);
});

test('a moment that would be too late is told and not taken', async () => {
  const channel = newId();
  await take(channel, 'looks');
  const late = await take(channel, 'looks', { latest: NOW + 1_000 });
  expect(late).toEqual({ at: NOW + Math.ceil(spacing.looksMs), isTaken: false });
  expect(await take(channel, 'looks')).toEqual({ ...late, isTaken: true });
});

test('a job remembers a later moment, and uses it once', async () => {
  const { id: jobId } = await createdJob(database, newJob(database.workspace));
  const channel = newId();
  const ask = () =>
    database.store.rates.take({
      ...{ channel, line: 'looks', spacing, now: NOW, latest: FAR },
      remember: { jobId, from: NOW + 1_000 },
    });
  await ask();
  expect((await database.store.jobs.load(jobId))?.turnAt).toBeUndefined();
  const { at } = await ask();
  const { turnAt = 0 } = (await database.store.jobs.load(jobId)) ?? {};
  expect(Math.abs(turnAt - at)).toBeLessThanOrEqual(1);
  const use = () => database.store.rates.use({ jobId, channel }, at - 500, at);
  expect(await use()).toBe(true);
  expect(await use()).toBe(false);
});

test('nobody calls a channel before the end of its pause, and a shorter pause ends no longer one', async () => {
  const { id: jobId } = await createdJob(database, newJob(database.workspace));
  const channel = newId();
  await take(channel, 'looks');
  await database.store.rates.take({
    ...{ channel, line: 'looks', spacing, now: NOW, latest: FAR },
    remember: { jobId, from: NOW },
  });
  await database.store.rates.pause(channel, NOW + 30_000);
  await database.store.rates.pause(channel, NOW + 10_000);
  expect(await database.store.rates.use({ jobId, channel }, NOW, NOW + 1_000)).toBe(false);
  expect((await take(channel, 'rest')).at).toBe(NOW + 30_000);
});

test('whoever reads a job hears which channels are paused', async () => {
  const { id } = await createdJob(database, newJob(database.workspace));
  const until = Date.now() + 60_000;
  await database.store.rates.pause('patient', until);
  expect((await database.store.jobs.withAttempt(id))?.pauses).toMatchObject({ patient: until });
});

import { spacingOf } from '../../src/core/rates/spacing';
import type { Line, Spacing } from '../../src/core/rates/spacing';
import { newId } from '../../src/core/job/ids';
import { NOW, acceptedAttempt, createdJob, newJob, useTestDatabase } from '../support/database';

/** The moments of a channel are one row: however many processes ask at once, each moment has one taker. */

const database = useTestDatabase();
const FAR = NOW + 86_400_000;
const spacing = spacingOf({ requestsPerMinute: 60 }) as Spacing;

const take = (channel: string, line: Line, more: { now?: number; latest?: number } = {}) =>
  database.store.rates.take({ channel, line, spacing, now: NOW, latest: FAR, share: 1, ...more });
/** Asks for the moment of a job's look, which the job remembers where it is later than `from`. */
const askFor = (
  jobId: string,
  channel: string,
  more: { now?: number; from: number; share?: number },
) => {
  const { from, now = NOW, share = 1 } = more;
  const remember = { jobId, from };
  const ask = { channel, line: 'looks' as const, spacing, now, latest: FAR, share, remember };
  return database.store.rates.take(ask);
};
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
  const ask = () => askFor(jobId, channel, { from: NOW + 1_000 });
  await ask();
  expect((await database.store.jobs.load(jobId))?.turnAt).toBeUndefined();
  const { at } = await ask();
  const { turnAt = 0 } = (await database.store.jobs.load(jobId)) ?? {};
  expect(Math.abs(turnAt - at)).toBeLessThanOrEqual(1);
  const use = () => database.store.rates.use({ jobId, channel }, at, at);
  expect(await use()).toEqual([jobId]);
  expect(await use()).toEqual([]);
});

test('whoever comes back for a moment that another try has used takes nothing from the next one', async () => {
  const { id: jobId } = await createdJob(database, newJob(database.workspace));
  const channel = newId();
  const ask = () => askFor(jobId, channel, { from: NOW - 1 });
  const [used, next] = [await ask(), await ask()];
  const use = (at: number) => database.store.rates.use({ jobId, channel }, at, at);
  expect(await use(used.at)).toEqual([]);
  expect(await use(next.at)).toEqual([jobId]);
});

describe('looks that may share a moment', () => {
  const SHARE = 3;
  /** A job that runs at the channel and asks for its moment, as a look does. */
  async function look(channel: string, more: { now?: number; share?: number } = {}) {
    const job = await createdJob(database, newJob(database.workspace));
    await acceptedAttempt(database, job, { channel });
    const from = (more.now ?? NOW) + 1_500;
    const { at } = await askFor(job.id, channel, { share: SHARE, ...more, from });
    return { jobId: job.id, at };
  }
  const waiting = async (channel: string, count: number) => {
    await take(channel, 'looks');
    await take(channel, 'looks');
    const looks = [];
    for (let n = 0; n < count; n += 1) looks.push(await look(channel));
    return looks;
  };

  test('have one until it is full, and then the next', async () => {
    const looks = await waiting(newId(), 7);
    const times = [...new Set(looks.map(({ at }) => at))];
    expect(times.map((time) => looks.filter(({ at }) => at === time).length)).toEqual([3, 3, 1]);
    expect(Math.min(...gaps(times))).toBeGreaterThanOrEqual(spacing.looksMs - 1);
  });

  test('are all used by whoever is first, also where all of them come at once', async () => {
    const channel = newId();
    const looks = await waiting(channel, SHARE);
    const used = await Promise.all(
      looks.map(({ jobId, at }) => database.store.rates.use({ jobId, channel }, at, at)),
    );
    const ids = looks.map(({ jobId }) => jobId);
    expect(used.flat().sort()).toEqual(ids.sort());
    expect(used.filter((mine) => mine.length > 0)).toHaveLength(1);
  });

  test('join none that is so near that its call may be under way', async () => {
    const channel = newId();
    const [first] = await waiting(channel, 1);
    const late = await look(channel, { now: (first?.at ?? 0) - 1_000 });
    expect(late.at).toBeGreaterThan(first?.at ?? 0);
  });

  test('leave alone what is to be looked at alone, and it leaves them their room', async () => {
    const channel = newId();
    const [first] = await waiting(channel, 1);
    const alone = await look(channel, { share: 1 });
    expect(alone.at).toBeGreaterThan(first?.at ?? 0);
    expect((await look(channel)).at).toBe(first?.at);
    const use = { jobId: alone.jobId, channel };
    expect(await database.store.rates.use(use, alone.at, alone.at)).toEqual([alone.jobId]);
  });

  test('take nothing from another channel whose moment is the same by chance', async () => {
    const [one, other] = [newId(), newId()];
    const [mine] = await waiting(one, 1);
    const [theirs] = await waiting(other, 1);
    expect(mine?.at).toBe(theirs?.at);
    const use = (look: typeof mine, channel: string) =>
      database.store.rates.use({ jobId: look?.jobId ?? '', channel }, look?.at ?? 0, NOW);
    expect(await use(mine, one)).toEqual([mine?.jobId]);
    expect(await use(theirs, other)).toEqual([theirs?.jobId]);
  });

  test('join no moment from before a pause', async () => {
    const channel = newId();
    const [first] = await waiting(channel, 1);
    await database.store.rates.pause(channel, NOW + 60_000);
    expect((await look(channel)).at).toBeGreaterThanOrEqual(NOW + 60_000);
    const use = { jobId: first?.jobId ?? '', channel };
    const at = first?.at ?? 0;
    expect(await database.store.rates.use(use, at, at)).toEqual([]);
  });
});

test('nobody calls a channel before the end of its pause, and a shorter pause ends no longer one', async () => {
  const { id: jobId } = await createdJob(database, newJob(database.workspace));
  const channel = newId();
  await take(channel, 'looks');
  const { at } = await askFor(jobId, channel, { from: NOW });
  await database.store.rates.pause(channel, NOW + 30_000);
  await database.store.rates.pause(channel, NOW + 10_000);
  expect(await database.store.rates.use({ jobId, channel }, at, NOW + 1_000)).toEqual([]);
  expect((await take(channel, 'rest')).at).toBe(NOW + 30_000);
});

test('whoever reads a job hears which channels are paused', async () => {
  const { id } = await createdJob(database, newJob(database.workspace));
  const until = Date.now() + 60_000;
  await database.store.rates.pause('patient', until);
  expect((await database.store.jobs.withAttempt(id))?.pauses).toMatchObject({ patient: until });
});

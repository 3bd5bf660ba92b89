import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalBlobs } from '../../src/blobs/local';
import type { Blobs } from '../../src/core/ports/blobs';

/** What nobody has put or touched for long can be found and removed; what somebody uses again is there again. */

let folder: string;
let blobs: Blobs;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelay-blobs-'));
  blobs = createLocalBlobs(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const NOW = Date.now();
const HOUR = 3_600_000;

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}
const put = async (text: string): Promise<string> => (await blobs.put(once(text), 1_000)).id;
async function putOld(text: string): Promise<string> {
  const id = await put(text);
  await age(id);
  return id;
}
const pathOf = (id: string): string => join(folder, id.slice(0, 2), id.slice(2, 4), id);
const age = (id: string) => utimes(pathOf(id), new Date(NOW - HOUR), new Date(NOW - HOUR));
const BEFORE = NOW - HOUR / 2;
const isThere = (id: string): Promise<boolean> =>
  blobs.read(id).then(
    () => true,
    () => false,
  );
const temporary = () => readdir(join(folder, '.tmp'));

/** Everything that a walk finds, in rounds of so many looks. */
async function walk(looksMax: number): Promise<{ ids: string[]; rounds: number }> {
  const ids: string[] = [];
  let after: string | undefined;
  for (let rounds = 1; ; rounds += 1) {
    const round = await blobs.stale(BEFORE, { after, looksMax });
    ids.push(...round.ids);
    if (round.next === undefined) return { ids, rounds };
    after = round.next;
  }
}

describe('a walk', () => {
  test.each([1, 2, 7, 1_000])(
    'of %i looks a round finds each old blob once, and no young one',
    async (looksMax) => {
      const old = await Promise.all(Array.from({ length: 20 }, (_, n) => putOld(`old ${n}`)));
      for (let n = 0; n < 5; n += 1) await put(`young ${n}`);
      const { ids, rounds } = await walk(looksMax);
      expect(ids).toEqual(old.sort());
      // Twenty-five files and the ends of as many folders, or fewer where two share one.
      expect(rounds).toBeGreaterThanOrEqual(Math.ceil(26 / looksMax));
      expect(rounds).toBeLessThanOrEqual(Math.ceil(51 / looksMax));
    },
  );

  test('of an empty folder, or past the last one, finds nothing and is at its end', async () => {
    expect(await blobs.stale(BEFORE, { after: undefined, looksMax: 1 })).toEqual({ ids: [] });
    await putOld('a');
    const past = { after: 'f'.repeat(64), looksMax: 1 };
    expect((await blobs.stale(BEFORE, past)).ids).toEqual([]);
  });
});

describe('removing', () => {
  test('takes an old blob away for good, once, and leaves nothing beside it', async () => {
    const id = await putOld('a');
    expect(await blobs.remove(id, BEFORE)).toBe(true);
    expect(await isThere(id)).toBe(false);
    expect(await blobs.remove(id, BEFORE)).toBe(false);
    expect(await temporary()).toEqual([]);
    expect(await put('a')).toBe(id);
    expect(await isThere(id)).toBe(true);
  });

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['put', () => put('a')],
    ['touched', (id) => blobs.touch(id, NOW)],
  ])('leaves one alone that was %s again', async (_, use) => {
    const id = await putOld('a');
    await use(id);
    expect(await blobs.remove(id, BEFORE)).toBe(false);
    expect(await isThere(id)).toBe(true);
    expect((await walk(10)).ids).toEqual([]);
  });

  test('takes nothing for an id that is none', async () => {
    expect(await blobs.remove('../keys.json', BEFORE)).toBe(false);
  });

  test('at the same time as a put never takes what was put', async () => {
    for (let round = 0; round < 100; round += 1) {
      const id = await putOld('contested');
      await Promise.all([blobs.remove(id, BEFORE), put('contested'), blobs.remove(id, BEFORE)]);
      expect(await isThere(id)).toBe(true);
    }
    expect(await temporary()).toEqual([]);
  });

  test('at the same time as a touch takes it only where the touch says that it is gone', async () => {
    for (let round = 0; round < 100; round += 1) {
      const id = await putOld('contested');
      const [removed, touched] = await Promise.all([
        blobs.remove(id, BEFORE),
        blobs.touch(id, NOW),
      ]);
      if (touched) expect([removed, await isThere(id)]).toEqual([false, true]);
      else expect(removed).toBe(true);
    }
  });
});

test('a touch says how large it is, and undefined when it is not there', async () => {
  const id = await put('four');
  expect(await blobs.touch(id, NOW)).toEqual({ bytes: 4 });
  const other = createHash('sha256').update('other').digest('hex');
  expect(await blobs.touch(other, NOW)).toBeUndefined();
});

import { CommitInDoubt } from '../../src/core/errors';
import { doTogether } from '../../src/core/together';

/** What comes for one owner while a transaction runs shares the next one, and each piece is done at most once. */

interface Piece {
  owner: string;
  name: string;
}

/** Runs pieces whose transactions end when the test says so; `log` has every transaction that began. */
function runner(end: (names: readonly string[]) => Promise<readonly string[] | undefined>) {
  const log: string[][] = [];
  const run = (...names: string[]): Promise<readonly string[] | undefined> => {
    log.push(names);
    return end(names);
  };
  const work = doTogether<Piece, string>({
    ownerOf: ({ owner }) => owner,
    patienceMs: 50,
    together: (pieces) => run(...pieces.map(({ name }) => name)),
    alone: async ({ name }) => (await run(name))?.[0] ?? `${name} undone`,
  });
  return {
    log,
    work: (owner: string, ...names: string[]) => names.map((name) => work({ owner, name })),
  };
}

const done = async (names: readonly string[]): Promise<string[]> =>
  names.map((name) => `${name} done`);

test('alone a piece has a transaction of its own; what comes meanwhile shares the next', async () => {
  const { log, work } = runner(done);
  expect(await Promise.all(work('a', 'one', 'two', 'three'))).toEqual([
    'one done',
    'two done',
    'three done',
  ]);
  expect(await Promise.all(work('a', 'four'))).toEqual(['four done']);
  expect(log).toEqual([['one'], ['two', 'three'], ['four']]);
});

test('owners wait for nobody else', async () => {
  const { log, work } = runner(done);
  await Promise.all([...work('a', 'one', 'two'), ...work('b', 'three')]);
  expect(log).toEqual([['one'], ['three'], ['two']]);
});

test.each([
  ['throws', () => Promise.reject(new Error('rolled back'))],
  ['does nothing', async () => undefined],
])('when the shared transaction %s, each is done alone', async (_, end) => {
  const { log, work } = runner((names) => (names.length > 1 ? end() : done(names)));
  expect(await Promise.all(work('a', 'one', 'two', 'three'))).toEqual([
    'one done',
    'two done',
    'three done',
  ]);
  expect(log).toEqual([['one'], ['two', 'three'], ['two'], ['three']]);
});

test('a shared transaction that may have been committed is done by nobody again', async () => {
  const { log, work } = runner(async (names) => {
    if (names.length > 1) throw new CommitInDoubt(new Error('cut off'));
    return done(names);
  });
  const ended = await Promise.allSettled(work('a', 'one', 'two', 'three'));
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(log).toEqual([['one'], ['two', 'three']]);
});

test('one that fails takes nobody with it, and the next ones go on', async () => {
  const { work } = runner(async (names) =>
    names.includes('bad') ? Promise.reject(new Error('bad')) : done(names),
  );
  const ended = await Promise.allSettled(work('a', 'bad', 'two', 'bad', 'four'));
  expect(ended.map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
});

test('a transaction that hangs holds up what came after it no longer than the patience', async () => {
  let letGo = (): void => undefined;
  const { work } = runner((names) =>
    names.includes('hangs')
      ? new Promise((resolve) => (letGo = () => resolve(['at last'])))
      : done(names),
  );
  const [hanging, next] = work('a', 'hangs', 'next');
  expect(await next).toBe('next done');
  letGo();
  expect(await hanging).toBe('at last');
});

import { TURNS, inTurn } from '../../src/store/migrate/turn';
import { useTestDatabase } from '../support/database';

/** What two processes must not do at once is done in turns, on one database. */

const database = useTestDatabase();

const ENOUGH_MS = 60_000;

test('six that begin at once work one after the other, also when one of them fails', async () => {
  let inside = 0;
  let most = 0;
  const runs = await Promise.allSettled(
    Array.from({ length: 6 }, (_, number) =>
      inTurn(database.url, TURNS.engine, ENOUGH_MS, async (client) => {
        most = Math.max(most, (inside += 1));
        await client.query('SELECT 1');
        inside -= 1;
        if (number === 2) throw new Error('it failed');
        return number;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(runs.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
});

test('migrating and preparing the engine do not wait for each other', async () => {
  const both = inTurn(database.url, TURNS.migration, ENOUGH_MS, () =>
    inTurn(database.url, TURNS.engine, ENOUGH_MS, () => Promise.resolve('both')),
  );
  expect(await both).toBe('both');
});

test('a turn that does not come is one sentence', async () => {
  const inner = inTurn(database.url, TURNS.engine, ENOUGH_MS, () =>
    inTurn(database.url, TURNS.engine, 1, () => Promise.resolve()),
  );
  await expect(inner).rejects.toThrow(
    'another process has been preparing the namespace for 0 s; see pg_stat_activity for "reelay-migrate"',
  );
});

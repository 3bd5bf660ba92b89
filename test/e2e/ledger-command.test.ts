import type { LedgerReport } from '../../src/core/money/ledger-check';
import { temporaryFolder } from '../host/temporary';
import { reelay } from '../support/command';
import { createdJob, newJob, useTestDatabase } from '../support/database';

/** `reelay ledger check` as an operator runs it. */

const database = useTestDatabase();

async function check(...flags: string[]) {
  const command = reelay(['ledger', 'check', ...flags], { DATABASE_URL: database.url });
  const code = await command.ended;
  return { code, out: command.out(), err: command.err() };
}

test('ends with 0 where the ledger holds, and with 1 and what is wrong where it does not', async () => {
  const { id } = await createdJob(database, newJob(database.workspace));
  const well = await check('--json');
  expect(well.code).toBe(0);
  expect(JSON.parse(well.out) as LedgerReport).toEqual({ jobs: 1, entries: 2, faults: [] });
  expect((await check()).out).toMatch(
    /^1 jobs and 2 entries of the ledger: all \d+ checks hold\n$/,
  );
  await database.sql('UPDATE jobs SET price = price + 1');
  const ill = await check('--json');
  expect(ill.code).toBe(1);
  expect(ill.out.trimEnd()).not.toContain('\n');
  expect(JSON.parse(ill.out)).toMatchObject({ faults: [{ check: 'hold', count: 1, ids: [id] }] });
  const told = await check();
  expect(told.code).toBe(1);
  expect(told.out).toContain("hold: a hold sets aside its job's price\n    1 times not: ");
  expect(told.out).toContain(id);
}, 300_000);

test('without DATABASE_URL and a gateway that runs it says which folder it looked into', async () => {
  const folder = temporaryFolder();
  const command = reelay(['ledger', 'check', '--data', folder]);
  expect([await command.ended, command.out()]).toEqual([1, '']);
  expect(command.err()).toBe(
    `reelay ledger check: DATABASE_URL is not set, and no "start" runs a database in ${folder}; ` +
      'name its folder by --data, while it runs\n',
  );
});

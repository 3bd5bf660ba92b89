import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getTableConfig } from 'drizzle-orm/pg-core';
import { readConfig } from '../src/config';
import { TABLES } from '../src/store/schema';

/** docs/retention.md is the one table of what is kept: it names every table of the database and every wait. */

const ROWS = readFileSync(join(__dirname, '../docs/retention.md'), 'utf8')
  .split('## DELETE')[0]
  ?.split('\n')
  .filter((line) => /^\| `/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const DAY = 86_400_000;
const config = readConfig({ REELAY_CONFIG: '' });

test('every table of the database is in it, and no other', () => {
  const named = (ROWS ?? []).flatMap(([, tables = '']) =>
    [...tables.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ''),
  );
  const tables = Object.values(TABLES).map((table) => getTableConfig(table).name);
  expect([...new Set(named)].sort()).toEqual(tables.sort());
});

test('every wait of the config is in it, with its default', () => {
  const written = (ROWS ?? []).flatMap(([, , , , setting = '', wait = '']) =>
    setting === '' ? [] : [[setting.replaceAll('`', ''), wait] as const],
  );
  const told = Object.fromEntries(written);
  const waits = Object.entries(config.retention).map(
    ([name, ms]) => [`retention.${name}`, `${Number(ms) / DAY} days`] as const,
  );
  expect(told).toEqual({
    ...Object.fromEntries(waits),
    'waits.idempotencyMs': `${config.waits.idempotencyMs / DAY} days`,
  });
});

test('a wait of 0 or null keeps for ever, and anything else must be a number of milliseconds', () => {
  const { retention } = readConfig(
    { REELAY_CONFIG: '' },
    { retention: { filesMs: 0, jobsMs: null } },
  );
  expect(retention).toMatchObject({ filesMs: null, jobsMs: null, repliesMs: 30 * DAY });
  const wrong = { retention: { filesMs: -1 } };
  expect(() => readConfig({ REELAY_CONFIG: '' }, wrong)).toThrow('retention.filesMs');
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../src/config';
import type { FileConfigInput } from '../src/config';
import { LIMITS } from '../src/core/settings/limits';
import { defaultsOf } from '../src/core/settings/setting';
import { CADENCE, WAITS } from '../src/core/settings/waits';
import { TABLES, render } from './support/settings-page';

/**
 * Each wait and limit is said once, in src/core/settings: the config takes exactly these entries, and docs/settings.md
 * tells them. With REELAY_SETTINGS_PAGE=1 (`npm run settings`) the page is written anew.
 */
const PATH = join(__dirname, '../docs/settings.md');
const read = (overrides: FileConfigInput = {}) => readConfig({ REELAY_CONFIG: '' }, overrides);
const SETTINGS = Object.entries(TABLES).flatMap(([path, table]) =>
  Object.entries(table).map(([name, setting]) => ({ path: `${path}.${name}`, name, setting })),
);

test('docs/settings.md tells every setting with its default, its unit and what it decides', () => {
  const page = readFileSync(PATH, 'utf8');
  if (process.env['REELAY_SETTINGS_PAGE'] === '1') writeFileSync(PATH, render(page));
  else expect(page).toBe(render(page));
});

test('a config without entries of its own holds the defaults of the tables, and nothing else', () => {
  const { waits, limits } = read();
  expect(waits).toEqual({ ...defaultsOf(WAITS), cadence: defaultsOf(CADENCE) });
  expect(limits).toEqual(defaultsOf(LIMITS));
});

test.each(SETTINGS)('$path is a whole sentence, and its name says its unit', (told) => {
  const { name, setting } = told;
  expect(setting.says).toMatch(/^[A-Z].* .*\.$/);
  expect(setting.unit === 'ms').toBe(/Ms$/.test(name) || name === 'deliverySchedule');
  expect(setting.unit === 'bytes').toBe(name.includes('Bytes'));
});

/** `{waits: {cadence: {intervalMinMs: 1}}}` of `waits.cadence.intervalMinMs` and 1. */
const entry = (path: string, value: unknown): FileConfigInput =>
  path
    .split('.')
    .reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as FileConfigInput;

test.each(SETTINGS)('$path takes what its table allows, and nothing else', ({ path, setting }) => {
  const { least, most, isFraction } = setting;
  const isList = typeof setting.default !== 'number';
  const write = (value: number) => () => read(entry(path, isList ? [value] : value));
  expect(write(least ?? (isFraction ? 0.5 : 1))).not.toThrow();
  expect(write(least === undefined ? 0 : least - 1)).toThrow(`${path}`);
  if (most !== undefined) {
    expect(write(most)).not.toThrow();
    expect(write(most + 1)).toThrow(`${path}: must be `);
  }
  if (isFraction) expect(write(0.25)).not.toThrow();
  else expect(write((least ?? 0) + 1.5)).toThrow(`${path}`);
});

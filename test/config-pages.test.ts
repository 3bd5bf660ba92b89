import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Ajv from 'ajv';
import { valueOf } from '../src/core/json/json-place';
import { configSchema } from './support/config-schema';
import { render } from './support/configuration-page';
import { renderFacts } from './support/facts-page';
import { renderProviders } from './support/providers-page';
import { checkConfig } from '../src/run/config-check';

/**
 * What is written about the config says what the code reads. With REELAY_CONFIG_PAGES=1 (`npm run config-pages`) the
 * schema and the tables are written anew.
 */

const ROOT = join(__dirname, '..');
const SCHEMA = join(ROOT, 'reelay.schema.json');
const PAGE = join(ROOT, 'docs/configuration.md');
const PROVIDERS = join(ROOT, 'docs/providers.md');
const FACTS = join(ROOT, 'docs/provider-facts.md');
const PRICES = join(ROOT, 'docs/prices.md');
/** Pages that begin with a whole file. */
const BEGINNINGS = ['caps', 'rate-limits', 'self-hosted'].map((name) =>
  join(ROOT, 'docs', `${name}.md`),
);
const EXAMPLE = join(ROOT, 'reelay.config.example.json');
const ODD = join(__dirname, 'odd-configs');
const BROKEN = join(__dirname, 'broken-configs');
/** The library knows no formats by itself; a day has its pattern as well. */
const validate = new Ajv({ allowUnionTypes: true, formats: { date: true } }).compile(
  configSchema(),
);
const isWriting = process.env['REELAY_CONFIG_PAGES'] === '1';

test('reelay.schema.json is the schema that reads the file', () => {
  const made = `${JSON.stringify(configSchema(), null, 2)}\n`;
  if (isWriting) writeFileSync(SCHEMA, made);
  expect(readFileSync(SCHEMA, 'utf8')).toBe(made);
});

test('docs/configuration.md has every entry', () => {
  const page = readFileSync(PAGE, 'utf8');
  const made = render(page, configSchema());
  if (isWriting) writeFileSync(PAGE, made);
  expect(readFileSync(PAGE, 'utf8')).toBe(made);
});

test('docs/providers.md has every model of every provider', () => {
  const page = readFileSync(PROVIDERS, 'utf8');
  const made = renderProviders(page);
  if (isWriting) writeFileSync(PROVIDERS, made);
  expect(readFileSync(PROVIDERS, 'utf8')).toBe(made);
});

test('docs/provider-facts.md says of every provider what is known, and from where', () => {
  const page = readFileSync(FACTS, 'utf8');
  const made = renderFacts(page);
  if (isWriting) writeFileSync(FACTS, made);
  expect(readFileSync(FACTS, 'utf8')).toBe(made);
});

describe('what a page or the example tells to write', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-pages-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const blocksOf = (path: string): string[] =>
    [...readFileSync(path, 'utf8').matchAll(/```json\n([\s\S]*?)```/g)].map(
      ([, block = '']) => block,
    );
  const written = [
    ['the example', readFileSync(EXAMPLE, 'utf8')],
    ...[PAGE, PROVIDERS, PRICES].flatMap((path) =>
      blocksOf(path).map((block, index) => [`${basename(path)}, block ${index + 1}`, block]),
    ),
    // What follows on these pages are parts and answers.
    ...BEGINNINGS.map((path) => [`${basename(path)}, its first block`, blocksOf(path)[0]]),
  ] as [string, string][];

  test.each(written)('%s can be used as it is, and nothing in it is odd', (_, text) => {
    const file = join(folder, 'reelay.config.json');
    writeFileSync(file, text);
    const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [
      name,
      '0123456789abcdef0123',
    ]);
    const env = { ...Object.fromEntries(names), KLING_WEBHOOK_SECRET: 'whsec_MDEyMzQ1' } as Record<
      string,
      string
    >;
    const report = checkConfig(
      { file, env: { ...env, REELAY_PUBLIC_URL: 'https://v.example.com' } },
      Date.now(),
    );
    expect([...report.problems, ...report.warnings]).toEqual([]);
    expect(report.ok).toBe(true);
    validate(valueOf(text));
    expect(validate.errors).toBeNull();
  });
});

test.each(readdirSync(ODD))('the schema takes %s, which can be used', (file) => {
  validate(valueOf(readFileSync(join(ODD, file), 'utf8')));
  expect(validate.errors).toBeNull();
});

test.each([
  'a-key-beside-the-credentials',
  'caps-that-are-none',
  'a-price-as-a-number',
  'offers-in-no-form',
  'a-section-that-there-is-not',
  'waits-and-limits-that-are-none',
])('the schema refuses %s, as the start does', (name) => {
  expect(validate(valueOf(readFileSync(join(BROKEN, `${name}.jsonc`), 'utf8')))).toBe(false);
});

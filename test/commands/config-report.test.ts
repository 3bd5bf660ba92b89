import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportText } from '../../src/commands/config/report';
import { checkConfig } from '../../src/run/config-check';
import { temporaryFolder } from '../host/temporary';

/** What `reelay config check` says to a person. */

const ARK = { ark: { provider: 'ark', simulated: true } };
const clip = (price: object, more: object = {}) => ({
  channels: [{ channel: 'ark', model: 'doubao-seedance-2-0-260128' }],
  offers: { seconds: [4, 5], resolutions: ['480p'] },
  price,
  ...more,
});

function said(file: object): string {
  const path = join(temporaryFolder(), 'reelay.config.json');
  writeFileSync(path, JSON.stringify({ channels: ARK, ...file }));
  return reportText(checkConfig({ env: {}, file: path }, Date.now()));
}

test.each<[what: string, price: object, words: string]>([
  ['one price', { perVideo: '25' }, '25 points; for default (25 points)'],
  ['a rate', { perSecond: '5' }, '5 points a second; for default (20 to 25 points)'],
  [
    'a table of one row',
    { rows: [{ when: { resolutions: ['480p'] }, perSecond: '2.5' }] },
    'a table of 1 row; for default (10 to 12.5 points)',
  ],
])('a model is told with what its cheapest and dearest video cost: %s', (_, price, words) => {
  expect(said({ models: { clip: clip(price) } })).toContain(
    `model    clip = ark: doubao-seedance-2-0-260128; ${words}\n`,
  );
});

test('what another group pays is told beside it', () => {
  const models = { clip: clip({ perSecond: '5' }, { groups: ['default', 'partners'] }) };
  expect(said({ models, groups: { partners: { priceTimes: '0.9' } } })).toContain(
    'for default (20 to 25 points), partners (18 to 22.5 points)',
  );
});

test('without a file nothing is said to be usable but the start itself', () => {
  const before = process.cwd();
  process.chdir(temporaryFolder());
  const text = reportText(checkConfig({ env: {} }, Date.now()));
  process.chdir(before);
  expect(text).toMatch(/^warning .* is not here, so every model is simulated$/m);
  expect(text.trimEnd().split('\n').at(-1)).toBe('A start works without a file.');
});

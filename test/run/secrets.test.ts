import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addSecretKey, developmentKeys, saveKeys, secretKeys } from '../../src/run/secrets';
import { cleanUp, startScript, temporaryFolder } from '../host/temporary';

/** The secrets of a data folder are made once, by whichever process comes first, and are the same for all. */

afterEach(cleanUp);

/** Answers `<moment> <folder>...` on stdin by the secrets that it finds or makes in each folder, begun at that moment. */
const STARTER = `
  const { developmentKeys, secretKeys } = require('./src/run/secrets.ts');
  const lines = require('node:readline').createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const [moment, ...folders] = line.split(' ');
    while (Date.now() < Number(moment));
    console.log(JSON.stringify(folders.map((data) =>
      [secretKeys(data).key.toString('base64'), developmentKeys(data).admin_key])));
  });
  console.log('ready');`;

test('processes that start at once on a fresh folder all get the same ones', async () => {
  const folders = Array.from({ length: 20 }, () => temporaryFolder());
  const starters = Array.from({ length: 4 }, () => startScript(STARTER));
  for (const starter of starters) expect(await starter.nextLine()).toBe('ready');
  const moment = Date.now() + 50;
  for (const { process } of starters) process.stdin?.write(`${moment} ${folders.join(' ')}\n`);
  const answers = await Promise.all(starters.map((starter) => starter.nextLine()));
  expect(new Set(answers).size).toBe(1);
  const found = folders.map((data) => [
    secretKeys(data, undefined).key.toString('base64'),
    developmentKeys(data).admin_key,
  ]);
  expect(JSON.parse(answers[0] ?? '')).toEqual(found);
  expect(new Set(found.flat()).size).toBe(2 * folders.length);
});

test('are for their owner alone, and nothing half-written is left beside them', () => {
  const data = temporaryFolder();
  secretKeys(data, undefined);
  saveKeys(data, { ...developmentKeys(data), callback_secret: 'whsec_next' });
  expect(developmentKeys(data).callback_secret).toBe('whsec_next');
  expect(readdirSync(data).sort()).toEqual(['keys.json', 'secret.key']);
  for (const name of readdirSync(data)) expect(statSync(join(data, name)).mode & 0o777).toBe(0o600);
});

test('a given key is used as it is, and none is made', () => {
  const data = temporaryFolder();
  const given = Buffer.alloc(32, 7);
  expect(secretKeys(data, given.toString('base64'))).toEqual({ key: given, others: [] });
  expect(readdirSync(data)).toEqual([]);
});

test('a damaged file stops the start and stays as it is', () => {
  const data = temporaryFolder();
  writeFileSync(join(data, 'secret.key'), 'short');
  const keys = { key: 'my own', admin_key: 'my own', callback_secret: 'whsec_' };
  writeFileSync(join(data, 'keys.json'), JSON.stringify(keys));
  expect(() => secretKeys(data, undefined)).toThrow('secret.key is damaged; restore it');
  expect(() => developmentKeys(data)).toThrow('keys.json is damaged; restore it, or delete it');
  expect(readFileSync(join(data, 'secret.key'), 'utf8')).toBe('short');
});

test('a new key comes before the one that was there, which is still read', () => {
  const data = temporaryFolder();
  const { key: old } = secretKeys(data, undefined);
  expect(addSecretKey(data)).toBe(2);
  const { key, others } = secretKeys(data, undefined);
  expect(others).toEqual([old]);
  expect(key).not.toEqual(old);
  expect(readdirSync(data)).toEqual(['secret.key']);
  const given = `${key.toString('base64')}, ${old.toString('base64')}`;
  expect(secretKeys(temporaryFolder(), given)).toEqual({ key, others });
});

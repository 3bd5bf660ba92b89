import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ROOT } from './freshness.mjs';

/** Writes reelay.schema.json and the tables of docs/configuration.md anew from src/config. Run it after an entry has changed. */
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = spawnSync(process.execPath, [jest, 'test/config-pages'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, REELAY_CONFIG_PAGES: '1' },
});
process.exitCode = status ?? 1;

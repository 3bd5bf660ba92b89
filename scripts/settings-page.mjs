import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ROOT } from './freshness.mjs';

/** Writes the tables of docs/settings.md anew from src/core/settings. Run it after a wait or a limit has changed. */
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = spawnSync(process.execPath, [jest, 'test/settings-page'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, REELAY_SETTINGS_PAGE: '1' },
});
process.exitCode = status ?? 1;

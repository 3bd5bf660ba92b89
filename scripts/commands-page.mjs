import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ROOT } from './freshness.mjs';

/** Writes the helps of docs/commands.md anew from the commands. Run it after a command or a flag has changed. */
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = spawnSync(process.execPath, [jest, 'test/commands/help'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, REELAY_COMMANDS_PAGE: '1' },
});
process.exitCode = status ?? 1;

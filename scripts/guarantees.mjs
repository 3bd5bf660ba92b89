import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ROOT } from './freshness.mjs';

/** Runs every table of cases on a real engine and writes what they showed to docs/guarantees.md. About ten minutes. */
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const tables = ['cancel-table', 'deadlines', 'faults', 'events'].map((name) => `test/e2e/${name}`);
for (const which of [tables, ['-c', 'jest.faults.config.js']]) {
  const { status } = spawnSync(process.execPath, [jest, ...which], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, REELAY_GUARANTEES: '1' },
  });
  if (status !== 0) process.exit(status ?? 1);
}

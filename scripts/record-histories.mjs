import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ROOT } from './freshness.mjs';

/**
 * Makes every path of the workflows on a real engine and keeps in test/replay the histories of those that have none yet:
 * one that was made by the code of an earlier day stays, since running jobs have it. Run it when a workflow has a new
 * path; to make one anew, delete its file. When a change to a workflow makes old histories fail, running jobs would fail too: think of `patched`
 * first.
 */
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = spawnSync(process.execPath, [jest, 'test/e2e/histories'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, REELAY_RECORD_HISTORIES: '1' },
});
process.exitCode = status ?? 1;

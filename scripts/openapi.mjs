import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { ROOT } from './freshness.mjs';

/** Writes src/http/openapi.json anew from the routes. Run it after a route or a schema of one has changed. */
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = spawnSync(process.execPath, [jest, 'test/openapi'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, REELAY_OPENAPI: '1' },
});
process.exitCode = status ?? 1;

import { spawnSync } from 'node:child_process';
import { ROOT } from './freshness.mjs';

/**
 * Lets Schemathesis, which makes requests up from the OpenAPI document, find what a real gateway answers otherwise than the
 * document tells. What it found is on stdout, its own words are on stderr. `npm run schemathesis -- --max-examples 50 --json`
 */
const run = (args, stdout) => {
  const { status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', stdout, 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
};

run(['scripts/build-if-stale.mjs'], 2);
const register = './test/support/kill/register.cjs';
run(['-r', register, 'test/support/schemathesis/main.ts', ...process.argv.slice(2)], 'inherit');

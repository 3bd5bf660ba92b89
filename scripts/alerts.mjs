import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Lets Prometheus' own tool read the alert rules and fire each of their cases; with `--cause` each alert is fired by what
 * it is about, on a gateway, an engine and a Prometheus that are real. `npm run alerts -- --cause`
 */
const { values } = parseArgs({ options: { cause: { type: 'boolean', default: false } } });
const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

function run(program, args, cwd) {
  const { error, status } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (error?.code === 'ENOENT') {
    process.stderr.write(
      `${program} is missing; it comes with Prometheus: apt-get install prometheus\n`,
    );
  }
  if (status !== 0) process.exit(1);
}

for (const words of [
  'check rules alerts.yml',
  'check config prometheus.yml',
  'test rules alerts.test.yml',
]) {
  run('promtool', words.split(' '), folder('../deploy/prometheus'));
}
if (values.cause) {
  run('prometheus', ['--version']);
  const root = folder('..');
  run(process.execPath, ['scripts/build-if-stale.mjs'], root);
  const register = './test/support/kill/register.cjs';
  run(process.execPath, ['-r', register, 'test/support/alerts/main.ts'], root);
}

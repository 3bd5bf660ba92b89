import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Lets Prometheus' own tool read the alert rules and fire each of their cases. `npm run alerts` */

const cwd = fileURLToPath(new URL('../deploy/prometheus', import.meta.url));

for (const words of [
  'check rules alerts.yml',
  'check config prometheus.yml',
  'test rules alerts.test.yml',
]) {
  const { error, status } = spawnSync('promtool', words.split(' '), { cwd, stdio: 'inherit' });
  if (error?.code === 'ENOENT') {
    process.stderr.write(
      'promtool is missing; it comes with Prometheus: apt-get install prometheus\n',
    );
  }
  if (status !== 0) process.exit(1);
}

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/**
 * The alert rules are read and fired by Prometheus' own tool: `apt-get install prometheus` brings promtool, as does its
 * archive. Where it is missing these tests fail and say so.
 */

const FOLDER = join(__dirname, '../deploy/prometheus');
const read = (path: string): string => readFileSync(join(__dirname, '..', path), 'utf8');

function promtool(...args: string[]): string {
  try {
    return execFileSync('promtool', args, { cwd: FOLDER, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error('promtool is not installed; run: apt-get install -y prometheus');
    }
    throw error;
  }
}

interface Rules {
  groups: { rules: { alert: string; expr: string }[] }[];
}
const rules = (parse(read('deploy/prometheus/alerts.yml')) as Rules).groups.flatMap(
  (group) => group.rules,
);
const alerts = rules.map(({ alert }) => alert).sort();

test('Prometheus takes the rules and the example of a scrape', () => {
  expect(promtool('check', 'rules', 'alerts.yml')).toContain(`${alerts.length} rules found`);
  expect(promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
});

test('each alert fires when it is caused, and none in good health', () => {
  expect(promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
  const { tests } = parse(read('deploy/prometheus/alerts.test.yml')) as {
    tests: { name: string; alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  const expected = (isFired: boolean): string[] =>
    tests
      .flatMap((one) => one.alert_rule_test)
      .filter((one) => one.exp_alerts.length > 0 === isFired)
      .map((one) => one.alertname)
      .sort();
  expect([expected(true), expected(false)]).toEqual([alerts, alerts]);
});

test('each alert has an entry in docs/operating.md, and each of our metrics in it is on docs/metrics.md', () => {
  const section = read('docs/operating.md').split('\n## Alerts\n')[1]?.split('\n## ')[0] ?? '';
  const entries = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name);
  expect(entries.sort()).toEqual(alerts);
  const page = read('docs/metrics.md');
  const names = rules.flatMap(({ expr }) => expr.match(/reelay_\w+/g) ?? []);
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

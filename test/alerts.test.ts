import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/**
 * The alert rules, their cases and their entries for operators speak of the same alerts. Prometheus' own tool reads the
 * rules and fires each case in `npm run alerts`, which needs promtool on the machine.
 */

const read = (path: string): string => readFileSync(join(__dirname, '..', path), 'utf8');

interface Rules {
  groups: { rules: { alert: string; expr: string }[] }[];
}
const rules = (parse(read('deploy/prometheus/alerts.yml')) as Rules).groups.flatMap(
  (group) => group.rules,
);
const alerts = rules.map(({ alert }) => alert).sort();

test('each alert has a case in which it fires, and one of good health in which it does not', () => {
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

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

const GOOD_HEALTH = 'an installation in good health';

test('each alert has a case in which it fires, and is quiet in the one of good health', () => {
  const { tests } = parse(read('deploy/prometheus/alerts.test.yml')) as {
    tests: { name: string; alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  const cases = tests.flatMap(({ name, alert_rule_test }) =>
    alert_rule_test.map((one) => ({ ...one, name, isFired: one.exp_alerts.length > 0 })),
  );
  const fired = cases.filter(({ isFired }) => isFired).map(({ alertname }) => alertname);
  expect([...new Set(fired)].sort()).toEqual(alerts);
  const healthy = cases.filter(({ name }) => name === GOOD_HEALTH);
  expect(healthy.map(({ alertname }) => alertname).sort()).toEqual(alerts);
  expect(healthy.filter(({ isFired }) => isFired)).toEqual([]);
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

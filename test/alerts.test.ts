import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CAUSES } from './support/alerts/causes';
import { AGES, MEMORY, quickRules, rulesOf } from './support/alerts/quick-rules';

/**
 * The alert rules, their cases, their causes and their entries for operators speak of the same alerts. Prometheus' own tool
 * reads the rules and fires each case in `npm run alerts`, which needs promtool on the machine; with `-- --cause` each is
 * fired by what it is about.
 */

const read = (path: string): string => readFileSync(join(__dirname, '..', path), 'utf8');

const shipped = read('deploy/prometheus/alerts.yml');
const rules = rulesOf(shipped);
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

test('each alert has one cause, and a copy that is the shipped rule but for its times and thresholds', () => {
  expect(CAUSES.flatMap((cause) => cause.alerts).sort()).toEqual(alerts);
  const copied = rulesOf(quickRules(shipped, { ...AGES, ...MEMORY }));
  const bare = (expr: string): string =>
    expr.replaceAll(/\[\w+\]|offset \w+/g, 'time').replace(/> [\d.e]+$/, '> threshold');
  expect(copied.map(({ expr }) => bare(expr))).toEqual(rules.map(({ expr }) => bare(expr)));
  const wait = { ReelayQueueStuck: ['> 60', '> 1'] } as const;
  expect(() => quickRules(shipped, wait)).toThrow(
    'ReelayQueueStuck does not end in "> 60" any more',
  );
});

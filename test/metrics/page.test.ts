import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProcessMetrics } from '../../src/metrics';
import { KNOWN_CHANNELS, NONE_WAITS, everything } from '../support/metrics';

/** docs/metrics.md names each metric of our own with its type, its labels and what it says, and no other. */

const ROOT = join(__dirname, '../..');

/** Lists rows `| name | type | labels | meaning |` of what a process can tell. */
async function told(): Promise<string[]> {
  const metrics = createProcessMetrics({ models: ['seedance-2.0'], channels: ['ark'] });
  everything(metrics.counting);
  metrics.showPools({ api: { totalCount: 1, idleCount: 0, waitingCount: 0 } });
  metrics.showFigures({
    figures: {
      read: () =>
        Promise.resolve({
          ...NONE_WAITS,
          jobs: [{ state: 'queued', channel: 'ark', count: 1, oldestAt: 1 }],
        }),
    },
    known: KNOWN_CHANNELS,
    maxAgeMs: 0,
    now: () => 2,
  });
  const text = await metrics.text();
  return [...text.matchAll(/^# HELP (reelay_\w+) (.*)\n# TYPE \w+ (\w+)\n(.*)$/gm)].map(
    ([, name = '', help = '', type = '', sample = '']) => {
      const labels = [...sample.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
      const shown = labels.filter((label) => label !== 'le').map((label) => `\`${label}\``);
      return `| \`${name}\` | ${type} | ${shown.sort().join(', ')} | ${help} |`;
    },
  );
}

test('docs/metrics.md and the registry name the same metrics', async () => {
  const page = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `reelay_'));
  const registry = await told();
  expect(registry.length).toBeGreaterThan(25);
  expect(rows.sort()).toEqual(registry.sort());
});

test.each(['deploy/grafana/reelay.json', 'deploy/prometheus/alerts.yml'])(
  '%s asks for metrics that exist, under labels that they have',
  async (path) => {
    const rows = new Map(
      (await told()).map((row) => {
        const [name = '', type = '', labels = ''] = row
          .split('|')
          .slice(1)
          .map((cell) => cell.trim());
        return [name.replaceAll('`', ''), { type, labels }];
      }),
    );
    const asked = readFileSync(join(ROOT, path), 'utf8').replaceAll('\\"', '"');
    const uses = [...asked.matchAll(/\b(reelay_\w+)(?:\{([^}]*)\})?/g)];
    expect(uses.length).toBeGreaterThan(10);
    for (const [, written = '', selector = ''] of uses) {
      const row = rows.get(written) ?? rows.get(written.replace(/_(bucket|sum|count)$/, ''));
      expect([written, row?.type]).toEqual([written, expect.any(String)]);
      for (const [, label = ''] of selector.matchAll(/(\w+)\s*[=!]/g)) {
        expect([written, row?.labels]).toEqual([written, expect.stringContaining(`\`${label}\``)]);
      }
    }
  },
);

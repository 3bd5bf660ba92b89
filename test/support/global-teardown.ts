import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningEngine } from '../../src/engine/launcher';
import { differences, render } from './guarantees';
import type { MachineWatch } from './machine-watch';
import { recordedSince } from './report';

const PAGE = join(__dirname, '..', '..', 'docs', 'guarantees.md');

export default async function globalTeardown(options: { testNamePattern?: string }): Promise<void> {
  // Set by globalSetup in this very process.
  const { reelayTestEngine } = globalThis as unknown as {
    reelayTestEngine?: {
      engine: RunningEngine;
      data: string;
      startedAt: number;
      watch: MachineWatch;
    };
  };
  if (!reelayTestEngine) return;
  const { engine, data, startedAt, watch } = reelayTestEngine;
  const still = await watch.end();
  if (still.length > 0) {
    process.stderr.write(`the machine stood still during this run:\n${still.join('\n')}\n`);
  }
  await engine.stop();
  rmSync(data, { recursive: true, force: true });
  const report = recordedSince(startedAt);
  const page = readFileSync(PAGE, 'utf8');
  if (process.env['REELAY_GUARANTEES'] === '1') {
    writeFileSync(PAGE, render(page, report));
    return;
  }
  const wrong = differences(page, report, !options.testNamePattern);
  if (wrong.length === 0) return;
  // Not thrown: jest would then write no report of the tests.
  process.exitCode = 1;
  process.stderr.write(
    `docs/guarantees.md says otherwise than this run; if the run is right: npm run guarantees\n${wrong.join('\n')}\n`,
  );
}

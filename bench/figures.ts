import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config';
import type { Config } from '../src/config';
import { EXIT } from '../src/commands/kit/exit-codes';
import { onShutdown } from '../src/commands/shutdown';
import { createStack } from '../src/run/stack';
import { assemble } from './assemble';
import { commitOf, describeMachine } from './machine/describe';
import { rounded } from './math/statistics';
import { writePages } from './page/write';
import { startServers, withoutOurs } from './parts/servers';
import { FULL, QUICK } from './plan';
import type { Report } from './report';
import { measureAll } from './run';
import type { Run } from './run';

interface FiguresOptions {
  quick?: true | undefined;
  write?: string | undefined;
  json?: true | undefined;
}

/**
 * The figures of docs/performance.md, each a ratio within one run. Prints one JSON object; with `--write before-1` it
 * also keeps it as docs/performance/before-1.json and writes that page anew.
 */
export async function benchFigures({ quick, write, json }: FiguresOptions): Promise<number> {
  const shutdown = onShutdown();
  let isStopping = false;
  void shutdown.requested.then(() => {
    isStopping = true;
  });
  const stack = createStack((part, error) => {
    say(`bench: stopping ${part} failed: ${String(error)}`);
  });
  try {
    const config = defaults();
    // Not cut short: what is half started could not be stopped.
    const servers = await startServers(config, stack, say);
    const goOn = (): void => {
      if (isStopping) throw new Error('the bench was told to stop');
    };
    const measured = measure({ isQuick: quick === true, config, servers, stack, goOn, say });
    const report = await Promise.race([measured, shutdown.requested]);
    if (typeof report === 'string') return EXIT.interrupted;
    if (report.elsewhere > ELSEWHERE_MAX) say(noisy(report));
    if (write !== undefined) writePages(write, report);
    process.stdout.write(`${JSON.stringify(report, null, json ? 0 : 2)}\n`);
    return EXIT.ok;
  } finally {
    await stack.stop();
    shutdown.dispose();
  }
}

/** A run beside more than this is better run again. */
const ELSEWHERE_MAX = 0.05;

function noisy({ elsewhere }: Report): string {
  const percent = String(Math.round(elsewhere * 100));
  return `bench: other processes used up to ${percent} % of this machine; run it again when it does nothing else`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measure(run: Omit<Run, 'plan'> & { isQuick: boolean }): Promise<Report> {
  const { isQuick, servers } = run;
  const commit = commitOf();
  const figures = assemble(await measureAll({ ...run, plan: isQuick ? QUICK : FULL }));
  return {
    bench: 'figures',
    quick: isQuick,
    ...figures,
    machine: describeMachine(),
    engine: `Temporal Server ${servers.engine.version} (${servers.engine.kind}, file database)`,
    postgres: `${servers.store.version} (${servers.store.kind})`,
    commit,
    at: new Date().toISOString(),
    // Since the command was given: with a build, where there was one.
    elapsed_s: rounded(performance.now() / 1_000, 1),
  };
}

/** The config of somebody who configured nothing, except where their engine's program is and what is cached. */
function defaults(): Config {
  const { childEnvironment } = readConfig();
  const folder = mkdtempSync(join(tmpdir(), 'reelay-bench-config-'));
  const path = join(folder, 'reelay.config.json');
  try {
    writeFileSync(path, '{}');
    const env = withoutOurs(childEnvironment, ['REELAY_CACHE', 'TEMPORAL_CLI_PATH']);
    return readConfig({ ...env, REELAY_CONFIG: path });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { EXIT } from '../src/commands/kit/exit-codes';
import { assemble } from './assemble';
import { commitOf, describeMachine } from './machine/describe';
import { rounded } from './math/statistics';
import { writePages } from './page/write';
import { withServers } from './parts/session';
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
export function benchFigures({ quick, write, json }: FiguresOptions): Promise<number> {
  return withServers({ json }, async (session) => {
    const report = await measure({ ...session, isQuick: quick === true });
    if (report.elsewhere > ELSEWHERE_MAX) session.say(noisy(report));
    if (write !== undefined) writePages(write, report);
    return { report, exitCode: EXIT.ok };
  });
}

/** A run beside more than this is better run again. */
const ELSEWHERE_MAX = 0.05;

function noisy({ elsewhere }: Report): string {
  const percent = String(Math.round(elsewhere * 100));
  return `bench: other processes used up to ${percent} % of this machine; run it again when it does nothing else`;
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

import { EXIT } from '../src/commands/kit/exit-codes';
import { onShutdown } from '../src/commands/shutdown';
import { runLocal } from '../src/run/local';
import { fileLog } from '../src/run/log';
import { readSettings } from '../src/run/settings';
import { endAt, impatient } from './fault-ends';
import type { FaultEnd } from './fault-ends';
import { runJob } from './job';
import type { DemoReport } from './report';
import { createScreen } from './screen';

/** What the command line says of a demo. */
export interface DemoOptions {
  /** Absolute path of the data folder. */
  data: string;
  host: string;
  port: number;
  allowCallbacksTo: readonly string[];
  polls?: number | undefined;
  /** The provider whose simulated model makes the video; absent = the first that makes one from text alone. */
  provider?: string | undefined;
  /** The simulator's directive, such as `fault=html`. */
  fault?: string | undefined;
  json?: true | undefined;
}

/**
 * Runs one real job through everything: engine, database, simulated provider, gateway, signed callback, playable file.
 * On a terminal it stays up until Ctrl-C so that its links work; with `--json` or without a terminal it stops
 * everything and exits 0 only if the job ended as it should.
 */
export async function runDemo({
  json,
  polls,
  fault,
  provider,
  ...options
}: DemoOptions): Promise<number> {
  const { data, host, port } = options;
  const isForPeople = json !== true && process.stdout.isTTY;
  const screen = createScreen({ isTerminal: process.stderr.isTTY });
  const shutdown = onShutdown();
  const config = readSettings({ waits: { cadence: DEMO_CADENCE } });
  const gateway = await runLocal({
    config: fault ? impatient(config) : config,
    data,
    host,
    port,
    // The demo's own receiver listens here.
    allowCallbacksTo: [...options.allowCallbacksTo, '127.0.0.1'],
    say: screen.line,
    log: fileLog(data),
  });
  try {
    const work = runJob(gateway, { polls, fault, provider, data, screen });
    const report = await Promise.race([work, gateway.failed, shutdown.requested]);
    if (typeof report === 'string') return EXIT.interrupted;
    if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
    // A link would be dead as soon as it is read where everything stops now.
    else
      screen.summary(
        report,
        isForPeople ? gateway.engine.uiUrl : undefined,
        gateway.base.namespace,
      );
    if (isForPeople) {
      screen.line('\nEverything stays up so that the links work. Ctrl-C stops it.');
      await Promise.race([shutdown.requested, gateway.failed]);
    }
    const access = { group: 'default', models: null };
    const [route] = gateway.base.catalog.resolve(access, report.model).routes;
    return isAsExpected(report, endAt(fault, route)) ? EXIT.ok : EXIT.failed;
  } finally {
    await gateway.stop();
    shutdown.dispose();
  }
}

/** Looks often, so that a person sees the job move and `--polls 40` takes seconds. */
const DEMO_CADENCE = {
  firstLookShare: 0.1,
  intervalMinMs: 250,
  intervalMaxMs: 1_000,
  intervalShare: 0.1,
};

function isAsExpected(report: DemoReport, end: FaultEnd): boolean {
  return (
    report.state === end.state &&
    report.error_code === end.code &&
    report.provider_submits === end.submits &&
    report.usage_rows === 1 &&
    report.ledger.balanced &&
    (report.ledger.settled !== '0') === end.billed &&
    (report.video !== null) === end.file &&
    report.callback?.verified === true
  );
}

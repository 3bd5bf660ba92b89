import { readFlags, UsageError, wholeNumber } from '../src/commands/flags';
import { runCommand } from '../src/commands/run-command';
import { onShutdown } from '../src/commands/shutdown';
import { runLocal } from '../src/run/local';
import { fileLog } from '../src/run/log';
import { readSettings } from '../src/run/settings';
import { directiveOf, ENDS, FAULT_CHOICES, impatient } from './fault-ends';
import type { FaultEnd } from './fault-ends';
import { runJob } from './job';
import type { DemoReport } from './report';
import { createScreen } from './screen';

/** Runs `reelay demo` and gives its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommand('demo', demo, args);
}

/**
 * Runs one real job through everything: engine, database, simulated provider, gateway, signed callback, playable file.
 * On a terminal it stays up until Ctrl-C so that its links work; with `--json` or without a terminal it stops
 * everything and exits 0 only if the job ended as it should.
 */
async function demo(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, { polls: { type: 'string' }, fault: { type: 'string' } });
  const polls =
    flags.own.polls === undefined
      ? undefined
      : wholeNumber('polls', String(flags.own.polls), 1, 500);
  const fault = flags.own.fault === undefined ? undefined : faultOf(String(flags.own.fault));
  const isForPeople = !flags.json && process.stdout.isTTY;
  const screen = createScreen({ isTerminal: process.stderr.isTTY });
  const shutdown = onShutdown();
  const config = readSettings({ waits: { cadence: DEMO_CADENCE } });
  const gateway = await runLocal({
    config: fault ? impatient(config) : config,
    data: flags.data,
    host: flags.host,
    port: flags.port ?? 0,
    // The demo's own receiver listens here.
    allowCallbacksTo: [...flags.allowCallbacksTo, '127.0.0.1'],
    say: screen.line,
    log: fileLog(flags.data),
  });
  try {
    const work = runJob(gateway, { polls, fault, data: flags.data, screen });
    const report = await Promise.race([work, gateway.failed, shutdown.requested]);
    if (typeof report === 'string') return 130;
    if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
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
    return isAsExpected(report, ENDS[fault ?? ''] ?? FAULTLESS) ? 0 : 1;
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

const FAULTLESS: FaultEnd = {
  state: 'succeeded',
  code: null,
  submits: 1,
  billed: true,
  file: true,
};

function faultOf(name: string): string {
  const directive = directiveOf(name);
  if (directive !== undefined) return directive;
  throw new UsageError(`--fault takes one of: ${FAULT_CHOICES.join(', ')}; not "${name}"`);
}

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

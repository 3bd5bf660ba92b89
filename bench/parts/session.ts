import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../../src/commands/kit/exit-codes';
import { onShutdown } from '../../src/commands/shutdown';
import { readConfig } from '../../src/config';
import type { Config } from '../../src/config';
import { createStack } from '../../src/run/stack';
import type { GatewayBase } from './gateway';
import { startServers, withoutOurs } from './servers';
import type { ServerOptions } from './servers';

/** What a bench works with, and how it tells a person what it does. */
export interface Session extends GatewayBase {
  say(line: string): void;
}

export interface SessionOptions extends ServerOptions {
  /** Prints the report on one line. */
  json?: true | undefined;
}

/**
 * Starts an engine and a database for one bench, prints what it measured as one JSON object, and stops everything,
 * also after Ctrl-C. Returns the exit code of a run that was interrupted, else the one that `measure` says.
 */
export async function withServers(
  { json, ...options }: SessionOptions,
  measure: (session: Session) => Promise<{ report: object; exitCode: number }>,
): Promise<number> {
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
    const servers = await startServers(config, stack, say, options);
    const goOn = (): void => {
      if (isStopping) throw new Error('the bench was told to stop');
    };
    const measured = measure({ config, servers, stack, goOn, say });
    const outcome = await Promise.race([measured, shutdown.requested]);
    if (typeof outcome === 'string') return EXIT.interrupted;
    process.stdout.write(`${JSON.stringify(outcome.report, null, json ? 0 : 2)}\n`);
    return outcome.exitCode;
  } finally {
    await stack.stop();
    shutdown.dispose();
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
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

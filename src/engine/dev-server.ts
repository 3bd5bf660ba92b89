import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { adopt, hasEnded, startChild, startFailure, stopChild } from '../host/children';
import type { Run } from '../host/run-file';
import { waitFor } from '../host/wait';
import { sentenceOf } from './engine-error';
import type { FoundProgram } from './find-engine';
import { choosePorts, rememberPorts } from './ports';
import { prepareNamespace } from './prepare';

export const ENGINE = 'engine';

export interface DevServerOptions {
  data: string;
  namespace: string;
  /** Those of the last start when not given, as far as they are free. */
  port?: number | undefined;
  uiPort?: number | undefined;
}

const READY_MS = 30_000;
const ADOPT_MS = 5_000;
/** Milliseconds per question; short, so that a server that ended is noticed soon. */
const WAITS = { connectMs: 500, usableMs: 5_000 };
const POLL_MS = 50;
/** A port can be taken between choosing and using it. */
const START_TRIES = 3;

/**
 * Adopts the server that a killed gateway left, if it answers on the wanted ports; stops it otherwise and returns
 * undefined.
 */
export function adoptDevServer(options: DevServerOptions): Promise<Run | undefined> {
  const { data, namespace, port, uiPort } = options;
  return adopt(data, ENGINE, async (run) => {
    if (port !== undefined && run.port !== port) return false;
    if (uiPort !== undefined && run.uiPort !== uiPort) return false;
    return (await readiness(run, namespace, ADOPT_MS)) === 'ready';
  });
}

/** Resolves when the namespace takes work. Everything that the server knew before is still there. */
export async function startDevServer(
  options: DevServerOptions,
  program: FoundProgram,
): Promise<Run> {
  for (let tries = 1; ; tries += 1) {
    const run = await spawnDevServer(options, program);
    const ready = await readiness(run, options.namespace, READY_MS);
    if (ready === 'ready') {
      rememberPorts(join(options.data, 'engine'), {
        port: run.port,
        uiPort: Number(run['uiPort']),
      });
      return run;
    }
    const failure = startFailure(options.data, run, {
      what: `Temporal (${program.path})`,
      reason: ready.message,
    });
    const mayTryAgain = hasEnded(run) && tries < START_TRIES;
    await stopChild(options.data, run);
    if (!mayTryAgain) throw failure;
  }
}

async function spawnDevServer(options: DevServerOptions, program: FoundProgram): Promise<Run> {
  const { data, namespace } = options;
  const folder = join(data, 'engine');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { port, uiPort } = await choosePorts(folder, options);
  return startChild({
    data,
    name: ENGINE,
    command: program.path,
    args: argumentsOf({ port, uiPort, namespace, file: join(folder, 'temporal.db') }),
    port,
    // A fixed home: the tool would read the operator's own settings from theirs.
    env: { PATH: '/usr/bin:/bin', HOME: folder },
    cwd: folder,
    details: { uiPort, program: program.path, kind: program.kind, version: program.version },
  });
}

function argumentsOf(server: {
  port: number;
  uiPort: number;
  namespace: string;
  file: string;
}): string[] {
  const { port, uiPort, namespace, file } = server;
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'error'],
    ...['--port', String(port), '--ui-port', String(uiPort)],
    ...['--db-filename', file, '--namespace', namespace],
    ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    // Priority of tasks exists in this matcher only: cancel and submit must overtake queued polls.
    ...['--dynamic-config-value', 'matching.useNewMatcher=true'],
    // Timers may otherwise fire up to a second late.
    ...['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="10ms"'],
  ];
}

/** Answers why not when the server ended or the time is over. */
async function readiness(run: Run, namespace: string, timeoutMs: number): Promise<'ready' | Error> {
  const address = addressOf(run);
  let last = new Error('it was not asked');
  const answer = await waitFor(
    async () => {
      try {
        await prepareNamespace({ address }, namespace, WAITS);
        return 'ready' as const;
      } catch (error) {
        // Below the sentence about an address that the operator never named.
        last = new Error(sentenceOf(error instanceof Error ? error.cause : error));
        return hasEnded(run) ? last : undefined;
      }
    },
    { timeoutMs, everyMs: POLL_MS },
  );
  return answer ?? last;
}

export function addressOf(run: Run): string {
  return `127.0.0.1:${run.port}`;
}

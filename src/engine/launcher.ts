import { realpathSync } from 'node:fs';
import { stopChild } from '../host/children';
import { isSame } from '../host/processes';
import { readRun } from '../host/run-file';
import type { Run } from '../host/run-file';
import { engineConnection } from './connection';
import { ENGINE, addressOf, adoptDevServer, startDevServer } from './dev-server';
import { VERSION_MIN, isOlder } from './engine-program';
import type { Environment } from './engine-program';
import { findEngine, originOf } from './find-engine';
import type { ProgramKind } from './find-engine';
import { prepareNamespace } from './prepare';

export interface EngineOptions {
  /** Claimed by this process. */
  data: string;
  /** The folder in which a fetched server is kept for all data folders. */
  cache: string;
  namespace: string;
  /** TEMPORAL_ADDRESS with its key and certificates, TEMPORAL_CLI_PATH and PATH count; tools that we run get all. */
  environment: Environment;
  /** One line for the operator. */
  say: (line: string) => void;
  /** The ports of our own server; free ones when not given. */
  port?: number | undefined;
  uiPort?: number | undefined;
  /** Gives up a download or a build, which can take minutes. */
  signal?: AbortSignal;
  /** The URL of the download; Temporal's own place when not given. */
  downloadSource?: string;
}

export interface RunningEngine {
  address: string;
  namespace: string;
  /** Origin of Temporal's own web page, which opens at a namespace that is not ours; undefined for somebody's server. */
  uiUrl?: string;
  kind: 'address' | ProgramKind;
  /** The version of the server, such as `1.29.1`. */
  version: string;
  /** Whether `stop` ends it. */
  owned: boolean;
  /**
   * Says whether it runs; false when our own server died: launching again with the same ports brings it back at the
   * same address.
   */
  isRunning(): boolean;
  /** Stops our own server, and nothing else; repeatable. */
  stop(): Promise<void>;
}

/**
 * Returns a real Temporal server with the namespace ready: the one at TEMPORAL_ADDRESS, else one of our own in the data
 * folder, which survives a kill -9 of the gateway and is then adopted. Says in one line what it is. Throws a readable
 * sentence when there is none.
 */
export async function launchEngine(options: EngineOptions): Promise<RunningEngine> {
  const address = options.environment.TEMPORAL_ADDRESS;
  if (address) return useAddress(address, options);
  const { namespace, say } = options;
  const server = { ...options, data: realpathSync(options.data) };
  const adopted = await adoptDevServer(server);
  const run = adopted ?? (await startOwn(server));
  const engine = engineOf(server.data, namespace, run);
  const how = adopted ? 'that an earlier gateway left running' : `(${originOf(engine.kind)})`;
  say(
    `engine: Temporal Server ${engine.version} from ${String(run.program)} ${how}, ` +
      `port ${run.port}, pid ${run.pid}, web page ${engine.uiUrl}`,
  );
  return engine;
}

async function startOwn(options: EngineOptions): Promise<Run> {
  const program = await findEngine(options);
  return startDevServer(options, program);
}

async function useAddress(address: string, options: EngineOptions): Promise<RunningEngine> {
  const { data, environment, namespace, say } = options;
  await stopLeftover(data, say);
  const isTls = ['true', '1'].includes(environment.TEMPORAL_TLS ?? '');
  const connection = engineConnection(address, { ...environment, TEMPORAL_TLS: isTls });
  const { version } = await prepareNamespace(connection, namespace, { say });
  if (isOlder(version, VERSION_MIN)) {
    say(
      `engine: Temporal Server ${version} is older than ${VERSION_MIN}, with which the gateway was tried`,
    );
  }
  say(
    `engine: Temporal Server ${version} at ${address} (TEMPORAL_ADDRESS), namespace "${namespace}"`,
  );
  return {
    address,
    namespace,
    kind: 'address',
    version,
    owned: false,
    isRunning: () => true,
    stop: () => Promise.resolve(),
  };
}

type OwnEngine = RunningEngine & { uiUrl: string; kind: ProgramKind };

function engineOf(data: string, namespace: string, run: Run): OwnEngine {
  return {
    address: addressOf(run),
    namespace,
    uiUrl: `http://127.0.0.1:${String(run.uiPort)}`,
    // Written by ourselves into the run file.
    kind: run.kind as ProgramKind,
    version: String(run.version),
    owned: true,
    isRunning: () => isSame(run),
    async stop() {
      await stopChild(data, run);
    },
  };
}

/** Stops the server of an earlier, killed gateway: with TEMPORAL_ADDRESS now set nobody would use or stop it. */
async function stopLeftover(data: string, say: (line: string) => void): Promise<void> {
  const run = readRun(data, ENGINE);
  if (!run) return;
  const how = await stopChild(data, run);
  if (how !== 'gone')
    say(`engine: stopped the Temporal server (pid ${run.pid}) that an earlier gateway left`);
}

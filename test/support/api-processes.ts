import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import type { FileConfigInput } from '../../src/config';
import { launchStore } from '../../src/postgres/launcher';
import { ready, reelay, type Command } from './command';
import { putDatabase } from './made-database';
import { openedPart } from './opened';
import { sharedEnvironment } from './shared-environment';

/** One `api` process: where it listens, and the keys of its first workspace. */
export interface ApiProcess {
  api: string;
  key: string;
  admin_key: string;
  command: Command;
}

/** A database of its own for one test file, and processes that share it. No provider is reached. */
export interface ApiProcesses {
  pool: Pool;
  /** Starts a command, `['ledger', 'check']`, on the database; it prints JSON. */
  run(args: readonly string[]): Command;
  /** Starts an `api` with a data folder of that name, and waits until it listens. */
  startApi(name: string): Promise<ApiProcess>;
  close(): Promise<void>;
}

/** Gives a test file such processes, with this config, from before its first test until after its last. */
export const useApiProcesses = (config: FileConfigInput = {}): ApiProcesses =>
  openedPart(() => open(config));

async function open(written: FileConfigInput): Promise<ApiProcesses> {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-apis-'));
  chmodSync(folder, 0o711);
  await putDatabase(folder);
  const store = await launchStore({ data: folder, say: () => undefined });
  const pool = new Pool({ connectionString: store.adminUrl, max: 2 });
  // The database stops while a connection that was given back may still be closing.
  pool.on('error', () => undefined);
  const config = join(folder, 'reelay.config.json');
  writeFileSync(config, JSON.stringify({ ...written, waits: { ...written.waits, drainMs: 0 } }));
  const environment = {
    ...sharedEnvironment(store.adminUrl, 'http://127.0.0.1:9'),
    REELAY_CONFIG: config,
  };
  const commands: Command[] = [];
  const run = (args: readonly string[]): Command => {
    const command = reelay([...args, '--json'], environment);
    commands.push(command);
    return command;
  };
  return {
    pool,
    run,
    async startApi(name) {
      const data = join(folder, name);
      mkdirSync(data);
      const command = run(['api', '--port', '0', '--data', data]);
      return { ...(await ready<Omit<ApiProcess, 'command'>>(command)), command };
    },
    async close() {
      for (const { child } of commands) if (child.exitCode === null) child.kill('SIGTERM');
      await Promise.all(commands.map(({ ended }) => ended));
      await pool.end();
      await store.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

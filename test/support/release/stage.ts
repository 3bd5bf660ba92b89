import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileConfigInput } from '../../../src/config';
import { connectClient } from '../../../src/engine/connection';
import { claimDataFolder } from '../../../src/host/data-folder';
import { simulations } from '../../../simulators';
import { developmentKeys } from '../../../src/run/secrets';
import { startSimulator } from '../../../simulators/server';
import { launchStore } from '../../../src/postgres/launcher';
import { withClient } from '../../../src/postgres/login';
import { startReceiver } from '../kill/receiver';
import type { Receiver } from '../kill/receiver';
import { startRelease } from './command';
import type { ReleaseProcess } from './command';

/** What both releases share: a database of its own, a namespace on the engine, a simulator, a receiver, one data folder. */
export interface Stage {
  databaseUrl: string;
  receiver: Receiver;
  client: Awaited<ReturnType<typeof connectClient>>['client'];
  sql<Row = Record<string, unknown>>(text: string): Promise<Row[]>;
  /** Submits that the simulator accepted, by prompt. */
  accepted(): Promise<Record<string, number>>;
  start(folder: string, role: 'api' | 'worker'): Promise<ReleaseProcess>;
  /** Posts a job through that API and answers its mark, which is also its place at the receiver. */
  post(api: ReleaseProcess): Promise<string>;
  promptOf(mark: string): string;
  /** The error lines of every process that was started. */
  errors(): string[];
  close(): Promise<void>;
}

/** Waits by the names that the release before knows too; its config refuses others. */
const WAITS = {
  deliverySchedule: [0, 200, 500, 1_000, 2_000],
  sweepEveryMs: 2_000,
  sweepAgeMs: 1_000,
  cadence: { firstLookShare: 0, intervalMinMs: 250, intervalMaxMs: 250, intervalShare: 0.1 },
} satisfies FileConfigInput['waits'];

export async function openStage(): Promise<Stage> {
  const data = mkdtempSync(join(tmpdir(), 'reelay-rolling-'));
  chmodSync(data, 0o711);
  const folder = await claimDataFolder(data);
  const configPath = join(data, 'reelay.config.json');
  writeFileSync(configPath, JSON.stringify({ waits: WAITS }));
  const keys = developmentKeys(data);
  const namespace = `rolling-${randomBytes(6).toString('hex')}`;
  const engine = process.env['REELAY_TEST_ENGINE'] ?? '';
  const store = await launchStore({ data, say: () => undefined });
  const simulator = await startSimulator({ simulations });
  const receiver = await startReceiver(keys.callback_secret);
  const processes: ReleaseProcess[] = [];
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TEMPORAL_ADDRESS: engine,
    TEMPORAL_NAMESPACE: namespace,
    DATABASE_URL: store.adminUrl,
    REELAY_CONFIG: configPath,
    REELAY_SIMULATOR_URL: simulator.url,
    // Looks find every end; nobody listens there, now or later, so no callback reaches another test's server.
    REELAY_PUBLIC_URL: 'http://127.0.0.1:9',
  };
  const { client, close: disconnect } = await connectClient({ address: engine }, namespace);
  let posted = 0;
  const promptOf = (mark: string): string => `a boat, ${mark} [[sim seconds=1 video=shared]]`;
  return {
    databaseUrl: store.adminUrl,
    receiver,
    client,
    promptOf,
    sql: async <Row>(text: string) =>
      // Sound as far as the test that wrote the statement knows its columns.
      withClient(store.adminUrl, async (sql) => (await sql.query(text)).rows as Row[]),
    async accepted() {
      const response = await fetch(`${simulator.url}/_sim/counters`);
      const counters = (await response.json()) as {
        by_prompt: Record<string, { accepted: number }>;
      };
      return Object.fromEntries(
        Object.entries(counters.by_prompt).map(([prompt, { accepted }]) => [prompt, accepted]),
      );
    },
    async start(release, role) {
      // A worker has no port.
      const port = role === 'api' ? ['--port', '0'] : [];
      const args = [role, '--data', data, ...port, '--allow-callbacks-to', '127.0.0.1'];
      const started = await startRelease(release, args, env);
      processes.push(started);
      return started;
    },
    async post({ api }) {
      const mark = `m${(posted += 1)}x`;
      const response = await fetch(`${api}/v1/videos`, {
        method: 'POST',
        headers: { authorization: `Bearer ${keys.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'seedance-2.0',
          prompt: promptOf(mark),
          duration: 5,
          resolution: '720p',
          aspect_ratio: '16:9',
          callback_url: receiver.url(mark),
        }),
      });
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      return mark;
    },
    errors: () => processes.flatMap((started) => started.errors()),
    async close() {
      await Promise.all(processes.map((started) => started.stop()));
      await Promise.all([receiver.close(), simulator.stop(), disconnect()]);
      await store.stop();
      folder.release();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

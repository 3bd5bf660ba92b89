import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import type { LedgerReport } from '../../src/core/money/ledger-check';
import { formatPoints } from '../../src/core/money/pricing';
import { launchStore } from '../../src/postgres/launcher';
import type { RunningStore } from '../../src/postgres/launcher';
import { ready, reelay } from '../support/command';
import type { Command } from '../support/command';
import { putDatabase } from '../support/made-database';

/** Two API processes sell one balance to the last point, and not one point more. */

const CREATES = 500;
const AFFORDED = 100;

interface ApiReady {
  api: string;
  key: string;
  admin_key: string;
}

const commands: Command[] = [];
let folder = '';
let store: RunningStore;
let pool: Pool;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-balance-'));
  chmodSync(folder, 0o711);
  await putDatabase(folder);
  store = await launchStore({ data: folder, say: () => undefined });
  pool = new Pool({ connectionString: store.adminUrl, max: 2 });
  // The database stops while a connection that was given back may still be closing.
  pool.on('error', () => undefined);
  writeFileSync(join(folder, 'reelay.config.json'), JSON.stringify({ waits: { drainMs: 0 } }));
});
afterAll(async () => {
  for (const { child } of commands) if (child.exitCode === null) child.kill('SIGTERM');
  await Promise.all(commands.map(({ ended }) => ended));
  await pool?.end();
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ENVIRONMENT = {
  TEMPORAL_ADDRESS: process.env['REELAY_TEST_ENGINE'] ?? '',
  TEMPORAL_NAMESPACE: `test-${randomBytes(6).toString('hex')}`,
  REELAY_SECRET_KEY: randomBytes(32).toString('base64'),
  REELAY_SIMULATOR_URL: 'http://127.0.0.1:9',
};

function run(args: readonly string[]): Command {
  const command = reelay([...args, '--json'], {
    ...ENVIRONMENT,
    DATABASE_URL: store.adminUrl,
    REELAY_CONFIG: join(folder, 'reelay.config.json'),
  });
  commands.push(command);
  return command;
}

async function startApi(name: string): Promise<ApiReady> {
  const data = join(folder, name);
  mkdirSync(data);
  return ready<ApiReady>(run(['api', '--port', '0', '--data', data]));
}

async function post(url: string, key: string, body: object, headers: object = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

const VIDEO = { model: 'seedance-2.0', prompt: 'a paper boat', seconds: '5', size: '1280x720' };

test('500 creates at once against a balance for exactly 100 make 100 jobs, and the ledger holds', async () => {
  const [first, second] = [await startApi('first'), await startApi('second')];
  expect((await post(`${first.api}/v1/videos`, first.key, VIDEO)).status).toBe(200);
  const { rows } = await pool.query<{ price: string; id: string; available: string }>(
    `SELECT j.price, j.workspace_id AS id, (SELECT sum(available) FROM ledger WHERE workspace_id = j.workspace_id) AS available
     FROM jobs j`,
  );
  const [{ price, id, available } = { price: '0', id: '', available: '0' }] = rows;
  expect(BigInt(price)).toBeGreaterThan(0n);
  const points = formatPoints(BigInt(price) * BigInt(AFFORDED) - BigInt(available));
  const adjusted = await post(
    `${first.api}/v1/admin/workspaces/${id}/adjustments`,
    first.admin_key,
    { points, note: 'exactly a hundred' },
    { 'idempotency-key': 'exactly' },
  );
  expect(adjusted.status).toBe(201);

  const answers = await Promise.all(
    Array.from({ length: CREATES }, (_, index) =>
      post(`${index % 2 === 0 ? first.api : second.api}/v1/videos`, first.key, VIDEO),
    ),
  );
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  expect(counts).toEqual({ 200: AFFORDED, 402: CREATES - AFFORDED });
  const left = await pool.query<{ jobs: number; available: string; least: string }>(
    `SELECT (SELECT count(*)::int FROM jobs) AS jobs, sum(moved.available)::text AS available, min(after)::text AS least
     FROM (SELECT available, sum(available) OVER (ORDER BY id) AS after FROM ledger WHERE workspace_id = $1) AS moved`,
    [id],
  );
  expect(left.rows).toEqual([{ jobs: AFFORDED + 1, available: '0', least: '0' }]);
  const check = run(['ledger', 'check']);
  expect([await check.ended, check.err()]).toEqual([0, '']);
  const report = JSON.parse(check.out()) as LedgerReport;
  expect(report).toMatchObject({ jobs: AFFORDED + 1, faults: [] });
}, 240_000);

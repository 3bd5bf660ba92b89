import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSecret } from '../../src/callbacks/secrets';
import { verify } from '../../src/callbacks/verify';
import { launchStore } from '../../src/postgres/launcher';
import { putDatabase } from '../support/made-database';
import { startTestGateway, until } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/** The operator hears of budgets and balances at his own URL: signed, each thing once, also after a restart. */

const SECRET = newSecret(randomBytes(32));

interface Heard {
  id: string;
  body: { type: string; data: Record<string, unknown> };
}

const heard: Heard[] = [];
const unsigned: string[] = [];
/** How many messages are answered with 500 before one is taken. */
let refusals = 2;

const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const found = verify({
      headers: request.headers,
      body,
      secrets: [SECRET],
      nowSeconds: Date.now() / 1_000,
    });
    if (!found.ok) unsigned.push(JSON.stringify(found));
    refusals -= 1;
    if (refusals >= 0) {
      response.writeHead(500).end();
      return;
    }
    heard.push({ id: String(request.headers['webhook-id']), body: JSON.parse(body.toString()) });
    response.writeHead(204).end();
  });
});

let store: Awaited<ReturnType<typeof launchStore>>;
let gateway: TestGateway;
/** The gateway's, which both starts have, and the database's. */
const [data, storeData] = ['gateway', 'store'].map((name) => {
  const folder = mkdtempSync(join(tmpdir(), `reelay-alerts-${name}-`));
  chmodSync(folder, 0o711);
  return folder;
}) as [string, string];

const start = (): Promise<TestGateway> => {
  const { port } = receiver.address() as AddressInfo;
  return startTestGateway(
    {
      alerts: {
        url: `http://127.0.0.1:${String(port)}/alerts`,
        secret: SECRET,
        // Below what a new installation starts with, by less than a job costs.
        lowBalance: '999999.9',
      },
      waits: { sweepEveryMs: 1_000 },
    },
    { data, env: { DATABASE_URL: store.adminUrl } },
  );
};

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  await putDatabase(storeData);
  store = await launchStore({ data: storeData, say: () => undefined });
  gateway = await start();
});
afterAll(async () => {
  await gateway?.close();
  await store?.stop();
  rmSync(storeData, { recursive: true, force: true });
  await new Promise((resolve) => receiver.close(resolve));
});

/** The number of sweeps that have ended. */
async function sweeps(): Promise<number> {
  const { count } = await gateway.base.client.workflow.count(
    `WorkflowType = 'sweep' AND ExecutionStatus = 'Completed'`,
  );
  return count;
}
async function afterSweeps(more: number): Promise<void> {
  const before = await sweeps();
  await until(`${more} sweeps`, async () => ((await sweeps()) >= before + more ? true : undefined));
}
const told = (): string[] =>
  heard.map(({ body: { type, data: said } }) =>
    type === 'budget.reached' ? `${String(said['period'])} ${String(said['percent'])}` : type,
  );

test('budgets and a low balance are told once each, through a receiver that fails at first and a restart', async () => {
  await gateway.create();
  // One job is all of a day, and 60 percent of a month.
  const [job] = await gateway.sql<{ key_id: string; price: string }>(
    'SELECT key_id, price FROM jobs',
  );
  if (!job) throw new Error('no job was created');
  const price = BigInt(job.price);
  await gateway.base.store.admin.changeKey(job.key_id, {
    budgetDay: price,
    budgetMonth: (price * 10n) / 6n,
  });
  const expected = ['balance.low', 'day 100', 'day 50', 'day 80', 'month 50'];
  await until('every alert', async () => (heard.length >= expected.length ? true : undefined));
  await afterSweeps(2);
  expect(told().sort()).toEqual(expected);
  await gateway.stop();
  gateway = await start();
  await afterSweeps(2);
  expect(told().sort()).toEqual(expected);
  expect(unsigned).toEqual([]);
  expect(new Set(heard.map(({ id }) => id)).size).toBe(expected.length);
  expect(heard.find(({ body: { type } }) => type === 'balance.low')?.body.data).toMatchObject({
    workspace_id: expect.stringMatching(/^ws_[0-9a-f]{32}$/),
    low_balance: '999999.9',
  });
  expect(gateway.logged.filter((line) => line.includes('a step of the sweep failed'))).toEqual([]);
}, 120_000);

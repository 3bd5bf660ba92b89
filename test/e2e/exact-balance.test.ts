import type { LedgerReport } from '../../src/core/money/ledger-check';
import { formatPoints } from '../../src/core/money/pricing';
import { useApiProcesses } from '../support/api-processes';

/** Two API processes sell one balance to the last point, and not one point more. */

const CREATES = 500;
const AFFORDED = 100;

const processes = useApiProcesses();

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
  const [first, second] = [await processes.startApi('first'), await processes.startApi('second')];
  expect((await post(`${first.api}/v1/videos`, first.key, VIDEO)).status).toBe(200);
  const { rows } = await processes.pool.query<{ price: string; id: string; available: string }>(
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
  const left = await processes.pool.query<{ jobs: number; available: string; least: string }>(
    `SELECT (SELECT count(*)::int FROM jobs) AS jobs, sum(moved.available)::text AS available, min(after)::text AS least
     FROM (SELECT available, sum(available) OVER (ORDER BY id) AS after FROM ledger WHERE workspace_id = $1) AS moved`,
    [id],
  );
  expect(left.rows).toEqual([{ jobs: AFFORDED + 1, available: '0', least: '0' }]);
  const check = processes.run(['ledger', 'check']);
  expect([await check.ended, check.err()]).toEqual([0, '']);
  const report = JSON.parse(check.out()) as LedgerReport;
  expect(report).toMatchObject({ jobs: AFFORDED + 1, faults: [] });
}, 240_000);

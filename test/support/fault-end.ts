import type { FaultEnd } from '../../demo/fault-ends';
import { uuid, type TestGateway } from './gateway';

/**
 * Tells how a job has ended, of rows, ledger, file and provider: `contains` is what of its prompt names it at the
 * simulator. Throws where it was not booked as every end is: one hold, and one settle or release.
 */
export async function endOf(gateway: TestGateway, id: string, contains: string): Promise<FaultEnd> {
  await gateway.ended(id);
  const [row] = await gateway.sql<Omit<FaultEnd, 'submits' | 'file'>>(
    `SELECT CASE state WHEN 'succeeded' THEN state ELSE 'failed' END AS state,
            failure->>'code' AS code, charged > 0 AS billed
     FROM jobs WHERE id = $1`,
    [uuid(id)],
  );
  if (!row) throw new Error(`no job ${id}`);
  const ledger = await gateway.sql<{ kind: string }>(
    'SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id',
    [uuid(id)],
  );
  expect(ledger.map(({ kind }) => kind)).toEqual(['hold', row.billed ? 'settle' : 'release']);
  expect(await gateway.sql('SELECT 1 FROM usage WHERE job_id = $1', [uuid(id)])).toHaveLength(1);
  const { json } = await gateway.call(
    'GET',
    `${gateway.simulator?.origin}/_sim/jobs?contains=${encodeURIComponent(contains)}`,
  );
  const content = await gateway.call('GET', `/v1/videos/${id}/content`);
  return { ...row, submits: json.total, file: content.status === 200 };
}

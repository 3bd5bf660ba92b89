import { useTestGateway, until, uuid } from '../support/gateway';

/** What the worker tells the engine and the log, and what it shares with the API. */

const gateway = useTestGateway({
  waits: { heartbeatMs: 8_000 },
  limits: { databaseConnections: 3, createsAtOnce: 2 },
});

interface Line {
  msg: string;
  source?: string;
  err?: { message?: string; stack?: string };
}

test('an error that the engine’s library tells is logged whole, without the token of its task', async () => {
  const id = await gateway.post({ prompt: 'gone [[sim seconds=1 fault=link-expired]]' });
  await gateway.ended(id);
  const line = await until('the line of the library', async () => {
    const lines = gateway.logged.filter((text) => text.includes('"source":"temporal"'));
    return lines.find((text) => text.includes('Activity failed'));
  });
  // Sound because the library's lines hold these.
  const { err } = JSON.parse(line) as Line;
  expect(err?.message).toMatch(/link answer/);
  expect(line).not.toContain('taskToken');
});

test('an activity’s life is told several times within its heartbeat timeout', async () => {
  const id = await gateway.post({
    prompt: 'slow [[sim polls=2 fault=slow on=submit count=1 video=shared]]',
  });
  const beats = new Set<string>();
  await until('the submit to be answered', async () => {
    const run = gateway.base.client.workflow.getHandle(id);
    const { raw } = await run.describe();
    const [submit] = raw.pendingActivities ?? [];
    if (submit?.activityType?.name !== 'submit') return beats.size > 0 ? true : undefined;
    const at = submit.lastHeartbeatTime;
    if (at?.seconds) beats.add(`${String(at.seconds)}.${String(at.nanos)}`);
    return undefined;
  });
  // The provider answers after 10 s: a beat each 2 s, where the library's own throttle lets one pass in 6.4 s. One that
  // the test was too slow to see is not missed.
  expect(beats.size).toBeGreaterThanOrEqual(3);
  await gateway.ended(id);
});

test('a worker goes on when the API has no database connection left, since each has its own', async () => {
  const { pool } = gateway.base.database;
  const id = await gateway.post({ prompt: 'alone [[sim seconds=3 video=shared]]' });
  // The API's own part, the start, is done before its connections are taken.
  await until('the start', async () => {
    const text = 'SELECT 1 FROM jobs WHERE id = $1 AND workflow_started_at IS NOT NULL';
    return (await gateway.sql(text, [uuid(id)]))[0];
  });
  const taken = await Promise.all([1, 2, 3].map(() => pool.connect()));
  try {
    const ended = await until('the job to end meanwhile', async () => {
      const { rows } = (await taken[0]?.query('SELECT state FROM jobs WHERE id = $1', [
        uuid(id),
      ])) ?? { rows: [] };
      const [row] = rows as { state: string }[];
      return row?.state === 'succeeded' ? row.state : undefined;
    });
    expect(ended).toBe('succeeded');
  } finally {
    for (const client of taken) client.release();
  }
});

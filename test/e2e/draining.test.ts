import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestGateway, until, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/** A channel that is being drained ends what it has, and takes nothing new: not even what waited for it. */

const MODEL = 'doubao-seedance-2-0-260128';
const NAMESPACE = `draining-${process.pid}`;

const start = (data: string, draining: boolean): Promise<TestGateway> =>
  startTestGateway(
    {
      channels: {
        old: { provider: 'ark', simulated: true, draining, jobsAtOnce: 1 },
        new: { provider: 'ark', simulated: true },
      },
      models: {
        'seedance-2.0': {
          channels: [
            { channel: 'old', model: MODEL },
            { channel: 'new', model: MODEL },
          ],
          price: { perJob: '25' },
        },
      },
      waits: { admitRetryMs: 500 },
    },
    { data, env: { TEMPORAL_NAMESPACE: NAMESPACE } },
  );

const channelsOf = async ({ sql }: TestGateway, id: string): Promise<string[]> =>
  (
    await sql<{ channel: string }>('SELECT channel FROM attempts WHERE job_id = $1', [uuid(id)])
  ).map(({ channel }) => channel);

/** Moves the job that was there before to its end, ahead of the clock. */
async function endOldest({ call, simulator }: TestGateway): Promise<void> {
  const jobs = `${simulator?.origin ?? ''}/_sim/jobs`;
  const { json } = await call('GET', `${jobs}?contains=seconds=120`);
  expect(json.total).toBe(1);
  await call('POST', `${jobs}/${json.jobs[0].id}`, { body: { to: 'end' } });
}

test('a drained channel ends its jobs, and those that waited for it go to the next one', async () => {
  const data = mkdtempSync(join(tmpdir(), 'reelay-drain-'));
  const before = await start(data, false);
  const running = await before.post({ prompt: 'a boat [[sim seconds=120 video=shared]]' });
  await until('the job to run', async () => (await channelsOf(before, running))[0]);
  const waiting = await before.post();
  await until('the other to wait', async () => {
    const text = 'SELECT 1 FROM slots WHERE job_id = $1 AND granted_at IS NULL';
    return (await before.sql(text, [uuid(waiting)]))[0];
  });
  await before.stop();

  const after = await start(data, true);
  try {
    const fresh = await after.post();
    for (const id of [waiting, fresh]) {
      expect(await after.ended(id)).toMatchObject({ status: 'completed' });
    }
    await endOldest(after);
    expect(await after.ended(running)).toMatchObject({ status: 'completed' });
    expect(await channelsOf(after, running)).toEqual(['old']);
    expect(await channelsOf(after, waiting)).toEqual(['new']);
    expect(await channelsOf(after, fresh)).toEqual(['new']);
    expect(await after.sql('SELECT 1 FROM slots')).toEqual([]);
  } finally {
    await after.close();
  }
});

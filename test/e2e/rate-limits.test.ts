import { readId } from '../../src/core/job/ids';
import type { RunningWorkers } from '../../src/engine/worker';
import { until, useTestGateway } from '../support/gateway';
import { startSecondWorker } from '../support/second-worker';

/**
 * An account of so many requests a minute never sees one more, whatever jobs there are and however many workers look
 * after them: its own side counts.
 */

const PER_MINUTE = 120;
const JOBS = 40;
/** Longer than all submits take, so that looks and submits meet. */
const RUN_SECONDS = 40;

const gateway = useTestGateway({
  channels: { account: { provider: 'ark', simulated: true, requestsPerMinute: PER_MINUTE } },
  models: {
    'seedance-2.0': {
      channels: [{ channel: 'account', model: 'doubao-seedance-2-0-260128' }],
      price: { perJob: '25' },
    },
  },
});

let second: RunningWorkers;
beforeAll(async () => {
  const origin = gateway.simulator?.origin ?? '';
  const limit = { provider: 'ark', requestsPerMinute: PER_MINUTE };
  expect((await gateway.call('POST', `${origin}/_sim/limits`, { body: limit })).status).toBe(200);
  second = await startSecondWorker(gateway.base);
});
afterAll(() => second?.stop());

interface Counters {
  gets: number;
  submits_seen: number;
  providers: { ark: { rateLimited: number } };
}
const upstream = async (): Promise<Counters> =>
  (await gateway.call('GET', `${gateway.simulator?.origin ?? ''}/_sim/counters`)).json as Counters;

test('two workers with more to ask than an account allows are never refused, and every job ends', async () => {
  const ids = await Promise.all(
    Array.from({ length: JOBS }, (_, n) =>
      gateway.create({ prompt: `clip ${n} [[sim seconds=${RUN_SECONDS} video=shared]]` }),
    ),
  );
  const rows = ids.map((id) => readId(id));
  await until(
    'all jobs to end',
    async () => {
      const open = 'SELECT 1 FROM jobs WHERE id = ANY($1) AND finished_at IS NULL';
      return (await gateway.sql(open, [rows])).length === 0 ? true : undefined;
    },
    180_000,
  );
  const states = await gateway.sql<{ state: string }>(
    'SELECT DISTINCT state FROM jobs WHERE id = ANY($1)',
    [rows],
  );
  expect(states).toEqual([{ state: 'succeeded' }]);
  const { gets, submits_seen, providers } = await upstream();
  expect(providers.ark.rateLimited).toBe(0);
  expect(submits_seen).toBe(JOBS);
  // Without a limit each job is looked at four times a second.
  expect(gets).toBeGreaterThanOrEqual(JOBS);
}, 240_000);

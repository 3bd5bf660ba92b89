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
  channels: {
    account: { provider: 'ark', simulated: true, requestsPerMinute: PER_MINUTE },
    narrow: { provider: 'kling', simulated: true, requestsPerMinute: 1 },
    wide: { provider: 'kling', simulated: true },
    listed: { provider: 'kling', simulated: true, requestsPerMinute: 60 },
  },
  models: {
    'seedance-2.0': {
      channels: [{ channel: 'account', model: 'doubao-seedance-2-0-260128' }],
      price: { perJob: '25' },
    },
    'two-ways': {
      channels: [
        { channel: 'narrow', model: 'kling-v1' },
        { channel: 'wide', model: 'kling-v1' },
      ],
      price: { perJob: '25' },
    },
    'listed-together': {
      channels: [{ channel: 'listed', model: 'kling-3.0' }],
      price: { perJob: '25' },
    },
    flexible: {
      channels: [{ channel: 'account', model: 'doubao-seedance-1-5-pro-251215' }],
      price: { perJob: '25' },
    },
  },
  waits: { busyMs: 5_000 },
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
  /** Looks at one task. */
  gets: number;
  submits_seen: number;
  providers: Record<'ark' | 'kling', { requests: number; rateLimited: number }>;
}
const upstream = async (): Promise<Counters> =>
  (await gateway.call('GET', `${gateway.simulator?.origin ?? ''}/_sim/counters`)).json as Counters;

test('two workers with more to ask than an account allows are never refused, and every job ends', async () => {
  const ids = await Promise.all(
    Array.from({ length: JOBS }, (_, n) =>
      gateway.create({ prompt: `clip ${n} [[sim seconds=${RUN_SECONDS} video=shared]]` }),
    ),
  );
  // A list of Ark's shows no task of this tier.
  const flex = await gateway.call('POST', '/v1/contents/generations/tasks', {
    body: {
      model: 'flexible',
      content: [{ type: 'text', text: `[[sim seconds=${RUN_SECONDS} video=shared]]` }],
      service_tier: 'flex',
    },
  });
  expect(flex.status).toBe(200);
  const [{ id: flexId } = { id: '' }] = await gateway.sql<{ id: string }>(
    "SELECT id FROM jobs WHERE model = 'flexible'",
  );
  const rows = [...ids.map((id) => readId(id)), flexId];
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
  expect(submits_seen).toBe(JOBS + 1);
  // Without a limit each job is looked at four times a second.
  expect(providers.ark.requests - submits_seen - gets).toBeGreaterThan(0);
  const alone = await gateway.sql('SELECT job_id FROM attempts WHERE looks_alone');
  expect(alone).toEqual([{ job_id: flexId }]);
}, 240_000);

test('a job whose moment is farther away than a busy channel is waited for goes to the next channel', async () => {
  const create = () => gateway.create({ model: 'two-ways', prompt: 'a cat' });
  const channelsOf = (id: string) =>
    gateway.sql('SELECT channel FROM attempts WHERE job_id = $1', [readId(id)]);
  const first = await create();
  await until('the first submit', async () => (await channelsOf(first))[0]);
  const later = await Promise.all([create(), create()]);
  for (const id of later) {
    expect((await gateway.ended(id))['status']).toBe('completed');
    expect(await channelsOf(id)).toEqual([{ channel: 'wide' }]);
  }
  expect(await channelsOf(first)).toEqual([{ channel: 'narrow' }]);
});

test('tasks of Kling’s newer wire are looked at with one call, twenty at the most', async () => {
  const calls = async () => {
    const { gets, submits_seen, providers } = await upstream();
    return { submits: submits_seen, lists: providers.kling.requests - submits_seen - gets };
  };
  const ark = (await upstream()).providers.ark.requests;
  const before = await calls();
  const ids = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      gateway.create({
        model: 'listed-together',
        prompt: `clip ${n} [[sim seconds=${RUN_SECONDS / 2} video=shared fault=callback-missing]]`,
      }),
    ),
  );
  for (const id of ids) expect((await gateway.ended(id))['status']).toBe('completed');
  const after = await calls();
  // No other provider was called meanwhile, so what is no submit and no look at one task is a list.
  expect((await upstream()).providers.ark.requests).toBe(ark);
  expect(after.submits - before.submits).toBe(8);
  expect(after.lists - before.lists).toBeGreaterThan(0);
  const alone = 'SELECT 1 FROM attempts WHERE job_id = ANY($1) AND looks_alone';
  expect(await gateway.sql(alone, [ids.map((id) => readId(id))])).toEqual([]);
}, 240_000);

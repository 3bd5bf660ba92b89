import { startWorker } from '../../src/run/worker';
import { useTestGateway, uuid } from '../support/gateway';

/**
 * A channel that is out of reach, or out of the config, is the next channel's turn at once; where it is the only one the
 * job ends with that reason, and never hangs until its deadline.
 */

const ark = (name: string) => ({ channel: name, model: 'doubao-seedance-2-0-260128' });
const price = { perJob: '10' };
const channelAt = (baseUrl: string) => ({
  provider: 'ark',
  baseUrl,
  credentials: { apiKey: 'a-key' },
});

const gateway = useTestGateway({
  channels: {
    'ark-simulated': { provider: 'ark', simulated: true },
    // Nobody listens at port 9.
    refusing: channelAt('http://127.0.0.1:9/api/v3'),
    nowhere: channelAt('http://nowhere.invalid/api/v3'),
  },
  models: {
    'refusing-then-fine': { channels: [ark('refusing'), ark('ark-simulated')], price },
    'nowhere-then-fine': { channels: [ark('nowhere'), ark('ark-simulated')], price },
    'only-refusing': { channels: [ark('refusing')], price },
    'only-fine': { channels: [ark('ark-simulated')], price },
  },
  waits: { sendMs: 2_000, busyMs: 8_000 },
});

const attempts = (id: string): Promise<Record<string, unknown>[]> =>
  gateway.sql(
    `SELECT number, channel, state, sends FROM attempts WHERE job_id = $1 ORDER BY number`,
    [uuid(id)],
  );

test.each(['refusing', 'nowhere'])(
  'a first channel that cannot be reached (%s) is the next one’s turn at once',
  async (first) => {
    const id = await gateway.post({ model: `${first}-then-fine` });
    expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
    expect(await attempts(id)).toEqual([
      { number: 1, channel: first, state: 'refused', sends: 1 },
      { number: 2, channel: 'ark-simulated', state: 'accepted', sends: 1 },
    ]);
  },
);

test('an only channel that cannot be reached is tried again until patience ends', async () => {
  const id = await gateway.post({ model: 'only-refusing' });
  expect(await gateway.ended(id)).toMatchObject({
    status: 'failed',
    error: { code: 'provider_unreachable' },
  });
  const [attempt] = await attempts(id);
  expect(attempt?.['sends']).toBeGreaterThan(3);
});

/** Makes a job whose channels have left the config before a worker takes it up; there is none meanwhile. */
async function postGone(routes: readonly { channel: string; provider: string }[]): Promise<string> {
  const id = await gateway.post({ model: 'only-fine' });
  const model = 'doubao-seedance-2-0-260128';
  const [row] = await gateway.sql(
    `UPDATE jobs SET routes = $2, provider = $3, channel = $4 WHERE id = $1 RETURNING id`,
    [
      uuid(id),
      JSON.stringify(routes.map((route) => ({ ...route, model }))),
      routes[0]?.provider,
      routes[0]?.channel,
    ],
  );
  expect(row).toBeDefined();
  return id;
}

test('a channel that has left the config is the next one’s turn, and the only one ends its job with a reason', async () => {
  await gateway.worker.stop();
  const lost = { channel: 'was-removed', provider: 'ark' };
  const withNext = await postGone([lost, { channel: 'ark-simulated', provider: 'ark' }]);
  const alone = await postGone([lost]);
  const worker = await startWorker(gateway.base, () => undefined);
  try {
    expect(await gateway.ended(withNext)).toMatchObject({ status: 'completed' });
    expect(await attempts(withNext)).toEqual([
      { number: 2, channel: 'ark-simulated', state: 'accepted', sends: 1 },
    ]);
    expect(await gateway.ended(alone)).toMatchObject({
      status: 'failed',
      error: { code: 'provider_unreachable' },
    });
    const said = gateway.logged
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => String(msg).includes('has left the config'));
    // Both go on at once, so either line may be the first; ids rise with the time they were made.
    const byJob = said.toSorted((one, other) =>
      String(one['jobId']) < String(other['jobId']) ? -1 : 1,
    );
    expect(byJob.map(({ jobId, channel, next }) => ({ jobId, channel, next }))).toEqual([
      { jobId: uuid(withNext), channel: 'was-removed', next: 'ark-simulated' },
      { jobId: uuid(alone), channel: 'was-removed', next: undefined },
    ]);
  } finally {
    await worker.stop();
  }
});

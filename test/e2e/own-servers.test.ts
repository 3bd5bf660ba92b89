import { simulations } from '../../simulators';
import { startSimulator, type Simulator } from '../../simulators/server';
import type { FileConfigInput } from '../../src/config';
import { startTestGateway, until, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/**
 * Servers of the operator's own: a job that one of them loses, as each does by a restart, is made again, at most as often
 * as its list of ways allows, and whoever looks sees it. Nowhere else is anything made twice (P1 "one submit").
 */

const SERVERS = 4;
const JOBS = 100;
const NAMES = Array.from({ length: SERVERS }, (_, index) => `gpu-${String(index + 1)}`);

/** Servers whose DELETE takes the record with the job; what a server is, the simulator reads off its key. */
const STOPPERS = ['vllm', 'tensorrt'];
const FORGETTERS = [...STOPPERS, 'sglang'];

const servers = new Map<string, Simulator>();
/** Starts a server that remembers nothing, on the port that it had. */
const start = async (name: string, port?: number): Promise<Simulator> => {
  const server = await startSimulator({ simulations, ...(port === undefined ? {} : { port }) });
  servers.set(name, server);
  return server;
};
const portOf = (name: string): number => Number(new URL(servers.get(name)?.url ?? '').port);

let gateway: TestGateway;
const price = { perVideo: '1' };
beforeAll(async () => {
  for (const name of NAMES) await start(name);
  const channels: [string, object][] = NAMES.map((name) => [
    name,
    {
      ...{ provider: 'openai', selfHosted: true, jobsAtOnce: 2 },
      baseUrl: servers.get(name)?.baseUrlOf('openai'),
      credentials: { apiKey: 'simulated' },
    },
  ]);
  for (const name of FORGETTERS) {
    channels.push([
      name,
      {
        ...{ provider: 'openai', selfHosted: true, jobsAtOnce: 2 },
        deleteStops: STOPPERS.includes(name),
        baseUrl: servers.get('gpu-1')?.baseUrlOf('openai'),
        credentials: { apiKey: `simulated-${name}` },
      },
    ]);
  }
  const on = (channel: string) => ({ channel, model: 'self-hosted', priority: 1 });
  gateway = await startTestGateway({
    channels: Object.fromEntries(channels) as NonNullable<FileConfigInput['channels']>,
    models: {
      farm: { channels: NAMES.map(on), price },
      ...Object.fromEntries(FORGETTERS.map((name) => [name, { channels: [on(name)], price }])),
      pair: {
        channels: ['gpu-2', 'gpu-3'].map((channel) => ({ channel, model: 'self-hosted' })),
        price,
      },
      alone: { channels: [on('gpu-1')], price, deadlineSeconds: 90 },
    },
    waits: { goneGraceMs: 500, busyRetryMaxMs: 500, unknownMs: 2_000, sendMs: 10_000 },
  });
});
afterAll(async () => {
  await gateway?.close();
  await Promise.all([...servers.values()].map((server) => server.stop()));
});

const create = (model: string, prompt: string): Promise<string> =>
  gateway.create({ model, prompt, resolution: '720p', duration: 5 });

async function restart(name: string): Promise<void> {
  const port = portOf(name);
  await servers.get(name)?.stop();
  await start(name, port);
}

const attemptsOf = (id: string) =>
  gateway.sql<{ number: number; channel: string; state: string }>(
    'SELECT number, channel, state FROM attempts WHERE job_id = $1 ORDER BY number',
    [uuid(id)],
  );
const told = (id: string): string[] =>
  gateway.logged.filter(
    (line) => line.includes(uuid(id)) && line.includes('has lost the job; it is submitted again'),
  );

test('two of four servers are killed and started again during a hundred jobs: all of them end with a video', async () => {
  const ids: string[] = [];
  for (let index = 0; index < JOBS; index += 1) {
    ids.push(await create('farm', `boat ${String(index)} [[sim seconds=1 video=shared]]`));
  }
  const done = (count: number) =>
    until(`${String(count)} jobs to end`, async () => {
      const [row] = await gateway.sql<{ ended: number }>(
        `SELECT count(*)::int AS ended FROM jobs WHERE state = 'succeeded'`,
      );
      return row && row.ended >= count ? row : undefined;
    });
  /** Waits until the server has a job to lose. */
  const busy = (name: string) =>
    until(`${name} to have a job`, async () => {
      const [row] = await gateway.sql(
        `SELECT 1 FROM attempts WHERE channel = $1 AND state = 'accepted' AND verdict IS NULL`,
        [name],
      );
      return row;
    });
  await done(15);
  await busy('gpu-1');
  await restart('gpu-1');
  await done(40);
  await busy('gpu-2');
  await restart('gpu-2');
  for (const id of ids) expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });

  let lost = 0;
  for (const id of ids) {
    const accepted = (await attemptsOf(id)).filter(({ state }) => state === 'accepted');
    // Once for each restart that it met; both may have met the same job.
    expect(accepted.length).toBeLessThanOrEqual(3);
    expect(told(id)).toHaveLength(accepted.length - 1);
    lost += accepted.length - 1;
    const ledger = await gateway.sql('SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id', [
      uuid(id),
    ]);
    expect(ledger.map(({ kind }) => kind)).toEqual(['hold', 'settle']);
  }
  // Or the servers were killed while they had nothing to lose.
  expect(lost).toBeGreaterThan(0);
}, 240_000);

test('a server that loses the job each time gets it three times, and then the job fails with its reason', async () => {
  const id = await create('alone', 'a boat that is never made [[sim seconds=60]]');
  for (let round = 1; round <= 3; round += 1) {
    await gateway.waitFor(id, `attempt ${String(round)}`, async () => {
      const attempts = await attemptsOf(id);
      return attempts.length === round && attempts.at(-1)?.state === 'accepted' ? true : undefined;
    });
    await restart('gpu-1');
  }
  expect(await gateway.ended(id)).toMatchObject({
    status: 'failed',
    error: { code: 'provider_lost' },
  });
  expect(await attemptsOf(id)).toEqual(
    [1, 2, 3].map((number) => ({ number, channel: 'gpu-1', state: 'accepted' })),
  );
  expect(told(id)).toHaveLength(2);
}, 120_000);

test('a server that is gone for good loses its jobs to another', async () => {
  const id = await create('pair', 'a boat that moves [[sim seconds=600]]');
  await accepted(id);
  const port = portOf('gpu-2');
  await servers.get('gpu-2')?.stop();
  await gateway.waitFor(id, 'the other server', async () => {
    const [, second] = await attemptsOf(id);
    return second?.state === 'accepted' ? true : undefined;
  });
  expect(await attemptsOf(id)).toEqual([
    { number: 1, channel: 'gpu-2', state: 'accepted' },
    { number: expect.any(Number), channel: 'gpu-3', state: 'accepted' },
  ]);
  expect(told(id)).toHaveLength(1);
  const { url } = servers.get('gpu-3') ?? {};
  const found = await gateway.call('GET', `${url}/_sim/jobs?contains=that%20moves`);
  await gateway.call('POST', `${url}/_sim/jobs/${found.json.jobs[0].id}`, { body: { to: 'end' } });
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  await start('gpu-2', port);
}, 120_000);

test('a job whose answer was lost is made again as well, since nobody pays for the other', async () => {
  const id = await create(
    'alone',
    'a boat [[sim seconds=1 video=shared fault=drop-before-accept]]',
  );
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  expect(await attemptsOf(id)).toEqual([
    { number: 1, channel: 'gpu-1', state: 'unknown' },
    { number: 2, channel: 'gpu-1', state: 'accepted' },
  ]);
});

test('a job that somebody wants to be canceled is not made again', async () => {
  const id = await create('alone', 'a boat [[sim seconds=60]]');
  await accepted(id);
  await servers.get('gpu-1')?.stop();
  const port = portOf('gpu-1');
  // As an operator does in the engine's own pages.
  await gateway.base.client.workflow.getHandle(id).cancel();
  await start('gpu-1', port);
  expect(await gateway.ended(id)).toMatchObject({ error: { code: 'canceled' } });
  expect(await attemptsOf(id)).toHaveLength(1);
}, 120_000);

test.each(STOPPERS)(
  'a cancel at %s is a DELETE, and what is forgotten is canceled',
  async (name) => {
    const id = await create(name, `a boat at ${name} [[sim seconds=600]]`);
    await accepted(id);
    const { status } = await gateway.call('DELETE', `/v1/videos/${id}`);
    expect(status).toBe(200);
    expect(await gateway.ended(id)).toMatchObject({ error: { code: 'canceled' } });
    const found = await fetch(`${servers.get('gpu-1')?.url}/_sim/jobs?contains=at%20${name}`);
    expect(await found.json()).toMatchObject({ jobs: [{ state: 'removed', deletes: 1 }] });
    const ledger = await gateway.sql('SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id', [
      uuid(id),
    ]);
    expect(ledger.map(({ kind }) => kind)).toEqual(['hold', 'release']);
  },
);

test.each([
  ['that takes none while it works', 'alone'],
  ['whose DELETE would only forget the job', 'sglang'],
])('a server %s makes the video to its end', async (_, model) => {
  const id = await create(model, `a boat to its end at ${model} [[sim seconds=3 video=shared]]`);
  await accepted(id);
  await gateway.call('DELETE', `/v1/videos/${id}`);
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
});

const accepted = (id: string) =>
  gateway.waitFor(id, 'its accept', async () =>
    (await attemptsOf(id)).at(-1)?.state === 'accepted' ? true : undefined,
  );

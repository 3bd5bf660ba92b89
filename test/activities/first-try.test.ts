import { pino } from 'pino';
import type { ActivityDeps } from '../../activities';
import { tellFirst } from '../../activities/first-try';
import { createHungHosts } from '../../activities/hung-hosts';
import { createPlaces } from '../../activities/places';
import { readConfig } from '../../src/config';
import { newId } from '../../src/core/job/ids';
import type { CallResult, Outbound } from '../../src/core/ports/outbound';
import {
  NOW,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';
import { WILLING } from '../support/sweep-deps';

/** A caller is told in one short try, without a workflow; what that cannot do is the workflow's, and nobody waits long. */

const database = useTestDatabase();

const config = readConfig({ REELAY_CONFIG: '' });
const { firstTryMs, hungHostMs, deliverySchedule } = config.waits;

/** What the receiver does: answers with a status, or is silent until the deadline. */
type Receiver = number | 'silent' | 'refused';

function bench(receiver: Receiver) {
  const world = {
    receiver,
    now: NOW + 100_000,
    calls: [] as { headers: Record<string, string>; timeoutMs: number; at: number }[],
    started: [] as [id: string, delayMs: number][],
  };
  const answer = (deadlineAt: number): CallResult => {
    if (world.receiver === 'silent') {
      world.now = deadlineAt;
      return { kind: 'no_reply', reason: 'timeout', detail: 'none in time' };
    }
    if (world.receiver === 'refused') return { kind: 'not_sent', reason: 'connect', detail: 'no' };
    const reply = { status: world.receiver, headers: {}, body: Buffer.from('seen') };
    return { kind: 'reply', reply, durationMs: 5 };
  };
  const call: Outbound['call'] = ({ headers }, { deadlineAt }) => {
    world.calls.push({ headers, timeoutMs: deadlineAt - world.now, at: world.now });
    return Promise.resolve(answer(deadlineAt));
  };
  const parts: Partial<ActivityDeps> = {
    store: database.store,
    // Nothing but calls is made.
    outbound: { call } as Outbound,
    engine: {
      ...WILLING,
      startDelivery: (id, delayMs = 0) => {
        world.started.push([id, delayMs]);
        return Promise.resolve(true);
      },
    },
    places: createPlaces(),
    hungHosts: createHungHosts(hungHostMs),
    waits: config.waits,
    limits: config.limits,
    now: () => world.now,
    random: () => 0,
    log: pino({ level: 'silent' }),
  };
  // A first try asks for nothing else.
  return { world, deps: parts as ActivityDeps };
}

async function message(host = 'example.com'): Promise<string> {
  const callbackUrl = `https://${host}/hook`;
  const job = await createdJob(database, newJob(database.workspace, { callbackUrl }));
  await acceptedAttempt(database, job);
  const { deliveryIds } = await settle(database, job.id, { kind: 'canceled' });
  return deliveryIds[0] ?? '';
}

const rowOf = async (id: string) => {
  const [row] = await database.sql(
    `SELECT state, workflow_started_at IS NOT NULL AS started,
       (SELECT array_agg(coalesce(status::text, error) ORDER BY number) FROM delivery_tries WHERE delivery_id = id) AS tries
     FROM deliveries WHERE id = $1`,
    [id],
  );
  return row;
};

test('a message that is taken at once needs no workflow, and nobody starts one later', async () => {
  const { world, deps } = bench(204);
  const id = await message();
  await tellFirst(deps, id);
  expect(world.calls).toEqual([
    {
      headers: expect.objectContaining({
        'webhook-id': expect.stringMatching(/^evt_/),
        'webhook-signature': expect.stringMatching(/^v1,/),
      }),
      timeoutMs: firstTryMs,
      at: expect.any(Number),
    },
  ]);
  expect(await rowOf(id)).toEqual({ state: 'delivered', started: true, tries: ['204'] });
  expect(world.started).toEqual([]);
  expect(await database.store.sweep.unstartedDeliveries(world.now + 1e9, 0, 500)).not.toContain(id);
});

test.each<[Receiver, string]>([
  [500, '500'],
  ['silent', 'timeout'],
  ['refused', 'connect'],
])(
  'after a first try that ends with %s the workflow goes on by the schedule',
  async (how, seen) => {
    const { world, deps } = bench(how);
    const id = await message();
    await tellFirst(deps, id);
    expect(await rowOf(id)).toEqual({ state: 'pending', started: true, tries: [seen] });
    expect(world.started).toEqual([[id, deliverySchedule[1]]]);
  },
);

test('a 410 ends it at the first try', async () => {
  const { world, deps } = bench(410);
  const id = await message();
  await tellFirst(deps, id);
  expect(await rowOf(id)).toMatchObject({ state: 'failed' });
  expect(world.started).toEqual([]);
});

test('a host that has just hung is left to workflows for a while, and no other host is', async () => {
  const { world, deps } = bench('silent');
  await tellFirst(deps, await message('slow.example'));
  world.receiver = 204;
  const second = await message('slow.example');
  await tellFirst(deps, second);
  expect(world.calls).toHaveLength(1);
  expect(await rowOf(second)).toEqual({ state: 'pending', started: true, tries: null });
  expect(world.started[1]).toEqual([second, 0]);
  await tellFirst(deps, await message('quick.example'));
  expect(world.calls).toHaveLength(2);
  world.now += hungHostMs;
  await tellFirst(deps, await message('slow.example'));
  expect(world.calls).toHaveLength(3);
});

test('a host that refuses at once holds nobody up and is tried again the next time', async () => {
  const { world, deps } = bench('refused');
  await tellFirst(deps, await message('down.example'));
  await tellFirst(deps, await message('down.example'));
  expect(world.calls).toHaveLength(2);
});

test.each(['deliveriesPerHost', 'deliveriesPerWorkspace', 'firstTriesAtOnce'] as const)(
  'past %s the workflow has the message, and the settle does not wait',
  async (limit) => {
    const { world, deps } = bench(204);
    const busy = { ...deps, limits: { ...deps.limits, [limit]: 0 } };
    const id = await message();
    await tellFirst(busy, id);
    expect(world.calls).toEqual([]);
    expect(world.started).toEqual([[id, 0]]);
  },
);

test('what a workflow has, what is told and what is gone is nothing to try', async () => {
  const { world, deps } = bench(204);
  const id = await message();
  await database.store.sweep.markDeliveryStarted(id, NOW);
  const told = await message();
  await tellFirst(deps, told);
  for (const each of [id, told, newId()]) await tellFirst(deps, each);
  expect(world.calls).toHaveLength(1);
  expect(world.started).toEqual([]);
});

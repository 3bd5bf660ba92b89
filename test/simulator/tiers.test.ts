import { ark } from '../../src/providers/ark';
import { json, MODEL, startUpstream, type Upstream } from '../support/simulator';

/** What Ark allows accounts of each tier: a create too many is refused, and a job too many waits in the queue. */

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.stop());

const limit = (body: object): Promise<Response> =>
  fetch(`${upstream.url}/_sim/limits`, {
    method: 'POST',
    headers: { connection: 'close' },
    body: JSON.stringify(body),
  });
const MINI = 'doubao-seedance-2-0-mini-260615';
const SENT = { attemptId: 'a', model: MODEL, mode: 'text' as const };

const create = (directives: string, more: object = {}): Promise<Response> =>
  upstream.create({
    model: MODEL,
    content: [{ type: 'text', text: `a cat [[sim ${directives}]]` }],
    ratio: '16:9',
    ...more,
  });
const made = async (directives: string, more: object = {}): Promise<string> =>
  String((await json(await create(directives, more)))['id']);
const statusesOf = (ids: readonly string[]): Promise<unknown[]> =>
  Promise.all(ids.map(async (id) => (await upstream.task(id))['status']));
async function madeMany(count: number, more: object = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(await made('queued=0 seconds=10', more));
  }
  return ids;
}

test.each([
  ['individual', 3],
  ['enterprise', 10],
])(
  'an account of tier %s has %i jobs of a model running, and the next one waits',
  async (...row) => {
    const [tier, most] = row;
    expect((await limit({ provider: 'ark', tier })).status).toBe(200);
    const ids = await madeMany(most + 1);
    expect(await statusesOf(ids)).toEqual([...ids.slice(1).map(() => 'running'), 'queued']);
    // Each model is counted by itself.
    expect(await statusesOf(await madeMany(1, { model: MINI }))).toEqual(['running']);
    upstream.advance(10_000);
    expect((await statusesOf(ids)).at(-1)).toBe('running');
    upstream.advance(10_000);
    expect((await statusesOf(ids)).at(-1)).toBe('succeeded');
  },
);

test('the queue keeps its order, and each job in it begins when one before it ends', async () => {
  await limit({ provider: 'ark', runningAtOnce: 1 });
  const ids = await madeMany(3);
  for (let ended = 0; ended < 3; ended += 1) {
    const states = ids.map((_, at) =>
      at < ended ? 'succeeded' : at === ended ? 'running' : 'queued',
    );
    expect(await statusesOf(ids)).toEqual(states);
    upstream.advance(10_000);
  }
  expect(await statusesOf(ids)).toEqual(['succeeded', 'succeeded', 'succeeded']);
});

test('a job that waits can be canceled, as any that is queued', async () => {
  await limit({ provider: 'ark', runningAtOnce: 1 });
  const [running = '', waiting = ''] = await madeMany(2);
  expect((await upstream.call('DELETE', `/${waiting}`)).status).toBe(200);
  expect(await statusesOf([running, waiting])).toEqual(['running', 'cancelled']);
});

test('one job at 4k runs, beside the others', async () => {
  await limit({ provider: 'ark', tier: 'enterprise' });
  const large = await madeMany(2, { resolution: '4k' });
  expect(await statusesOf(large)).toEqual(['running', 'queued']);
  expect(await statusesOf(await madeMany(1))).toEqual(['running']);
});

test('a create too many in a minute is refused in Ark’s words, which its adapter waits out', async () => {
  await limit({ provider: 'ark', createsPerMinute: 2 });
  const ids = await madeMany(2);
  const refused = await create('seconds=1');
  const reply = {
    status: refused.status,
    headers: Object.fromEntries(refused.headers),
    body: Buffer.from(await refused.arrayBuffer()),
  };
  expect(reply.status).toBe(429);
  expect(JSON.parse(reply.body.toString())).toMatchObject({
    error: { code: 'ModelAccountRpmRateLimitExceeded', type: 'TooManyRequests' },
  });
  expect(ark.readSubmit(reply, SENT)).toMatchObject({ state: 'refused', scope: 'retry' });
  // Looks are not creates, and each model is counted by itself.
  expect(await statusesOf(ids)).toEqual(['running', 'running']);
  expect((await create('seconds=1', { model: MINI })).status).toBe(200);
  upstream.advance(60_000);
  expect((await create('seconds=1')).status).toBe(200);
});

test('a limit of one model goes before the one of all', async () => {
  await limit({ provider: 'ark', createsPerMinute: 1, runningAtOnce: 1 });
  await limit({ provider: 'ark', model: MINI, createsPerMinute: 3, runningAtOnce: 2 });
  expect(await statusesOf(await madeMany(3, { model: MINI }))).toEqual([
    'running',
    'running',
    'queued',
  ]);
});

test.each([
  ['ark', 'gold', ['enterprise', 'individual']],
  ['kling', 'individual', []],
  ['pika', 'individual', []],
])('%s has no tier %s', async (provider, tier, tiers) => {
  const response = await limit({ provider, tier });
  expect([response.status, await json(response)]).toEqual([
    400,
    { error: `${provider} has no tier ${tier}`, tiers },
  ]);
});

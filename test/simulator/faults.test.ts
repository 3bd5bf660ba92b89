import { ark } from '../../simulators/ark';
import type { Simulation } from '../../simulators/contract';
import { readDirectives, withoutToken } from '../../simulators/server/directives';
import { json, MODEL, startUpstream, type Upstream } from '../support/simulator';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ slowReplyMs: 300 });
});
afterEach(() => upstream.stop());

const create = (text: string): Promise<Response> =>
  upstream.create({ model: MODEL, content: [{ type: 'text', text }] });
const setFault = (body: unknown): Promise<Response> =>
  fetch(`${upstream.url}/_sim/faults`, { method: 'POST', body: JSON.stringify(body) });

describe('a fault of the submit', () => {
  test('drop-after-accept makes the job and answers nothing', async () => {
    await expect(create('[[sim fault=drop-after-accept]]')).rejects.toThrow('fetch failed');
    expect(await upstream.counters()).toMatchObject({ submits_seen: 1, submits_accepted: 1 });
  });

  test('drop-before-accept makes no job and answers nothing', async () => {
    await expect(create('[[sim fault=drop-before-accept]]')).rejects.toThrow('fetch failed');
    expect(await upstream.counters()).toMatchObject({ submits_seen: 1, submits_accepted: 0 });
  });

  test.each([
    ['429', 429, undefined],
    ['429-retry-after', 429, '2'],
    ['5xx', 500, undefined],
  ])('%s answers in the provider’s words, once, and makes no job', async (fault, status, after) => {
    const refused = await create(`[[sim fault=${fault}]]`);
    expect(refused.status).toBe(status);
    expect(refused.headers.get('retry-after') ?? undefined).toBe(after);
    expect(await refused.json()).toMatchObject({ error: { code: expect.any(String) as unknown } });
    expect(await upstream.counters()).toMatchObject({ jobs: 0 });
    expect((await create(`[[sim fault=${fault}]]`)).status).toBe(200);
    expect(await upstream.counters()).toMatchObject({ submits_seen: 2, submits_accepted: 1 });
  });

  test('429-retry-after has its own wait, whatever the provider’s overload asks for', async () => {
    const patient: Simulation = {
      ...ark,
      overload: (status, world) => ({
        ...ark.overload(status, world),
        headers: { 'retry-after': '60' },
      }),
    };
    const vendor = await startUpstream({ simulations: { ark: patient } });
    try {
      const waits = [];
      for (const fault of ['429', '429-retry-after']) {
        const body = { model: MODEL, content: [{ type: 'text', text: `[[sim fault=${fault}]]` }] };
        waits.push((await vendor.create(body)).headers.get('retry-after'));
      }
      expect(waits).toEqual(['60', '2']);
    } finally {
      await vendor.stop();
    }
  });

  test('html is a proxy’s page', async () => {
    const response = await create('[[sim fault=html]]');
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await response.text()).toContain('Bad Gateway');
  });

  test('slow answers late, and the job runs meanwhile', async () => {
    const startedAt = Date.now();
    const response = await create('[[sim fault=slow]]');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(290);
    expect(response.status).toBe(200);
  });

  test('count= says how often', async () => {
    const statuses = [];
    for (let submit = 0; submit < 4; submit += 1) {
      statuses.push((await create('[[sim fault=429 count=3]]')).status);
    }
    expect(statuses).toEqual([429, 429, 429, 200]);
  });
});

test('on=poll lets the submit through and disturbs the looks', async () => {
  const id = await upstream.submit('[[sim fault=5xx on=poll count=2]]');
  const statuses = [];
  for (let look = 0; look < 3; look += 1) {
    statuses.push((await upstream.call('GET', `/${id}`)).status);
  }
  expect(statuses).toEqual([500, 500, 200]);
  expect(await upstream.job(id)).toMatchObject({ gets: 3 });
});

describe('a global fault', () => {
  test('strikes the next requests of anybody, count= times', async () => {
    expect((await setFault({ fault: '429', count: 2 })).status).toBe(200);
    const statuses = [];
    for (const prompt of ['a', 'b', 'c']) statuses.push((await create(prompt)).status);
    expect(statuses).toEqual([429, 429, 200]);
  });

  test('without a count stays until it is cleared', async () => {
    await setFault({ fault: 'html', on: 'poll' });
    const id = await upstream.submit('a');
    expect((await upstream.call('GET', `/${id}`)).status).toBe(502);
    expect((await upstream.call('GET', `/${id}`)).status).toBe(502);
    await fetch(`${upstream.url}/_sim/faults`, { method: 'DELETE' });
    expect((await upstream.call('GET', `/${id}`)).status).toBe(200);
  });

  test('of the outcome befalls the next job only', async () => {
    await setFault({ fault: 'fail', count: 1 });
    const [first, second] = [await upstream.submit('a'), await upstream.submit('b')];
    upstream.advance(6_000);
    expect((await upstream.task(first))['status']).toBe('failed');
    expect((await upstream.task(second))['status']).toBe('succeeded');
  });

  test.each([[{ fault: 'unheard-of' }], [{ fault: '429', count: 0 }], [{}], ['text']])(
    'is refused with a list of what exists: %j',
    async (body) => {
      const response = await setFault(body);
      expect(response.status).toBe(400);
      expect((await json(response))['faults']).toContain('drop-after-accept');
    },
  );

  test('of the outcome cannot strike a poll', async () => {
    expect((await setFault({ fault: 'fail', on: 'poll' })).status).toBe(400);
  });
});

describe('the token', () => {
  test.each([
    ['a plain prompt', {}],
    [
      '[[sim polls=40 fault=drop-after-accept seconds=4 video=shared]] a cat',
      {
        polls: 40,
        fault: 'drop-after-accept',
        seconds: 4,
        video: 'shared',
      },
    ],
    ['a [[sim polls=2]] b [[sim seconds=0.5]]', { polls: 2, seconds: 0.5 }],
    ['[[sim]]', {}],
    ['[[simple]]', {}],
  ])('in %j says %j', (prompt, directives) => {
    expect(readDirectives(prompt)).toEqual(directives);
  });

  test.each([
    ['[[sim speed=9]]', 'there is no directive "speed"; there are polls, seconds'],
    ['[[sim polls=0]]', 'polls takes a whole number from 1, not "0"'],
    ['[[sim polls]]', 'polls takes a whole number from 1, not ""'],
    ['[[sim fault=toString]]', 'fault takes 429 | fail | policy'],
    ['[[sim fault=fail on=poll]]', 'on goes with 429, drop-after-accept'],
    ['[[sim on=poll]]', 'on goes with'],
    ['[[sim constructor=1]]', 'there is no directive "constructor"'],
  ])('%s is refused by the provider with what exists', async (prompt, message) => {
    const response = await create(prompt);
    expect(response.status).toBe(400);
    const body = await json(response);
    expect(body['error']).toMatchObject({ message: expect.stringContaining(message) as unknown });
    expect(await upstream.counters()).toMatchObject({ jobs: 0, submits_seen: 0 });
  });

  test('is not part of what the picture shows', () => {
    expect(withoutToken('a  cat [[sim polls=2]] sleeps')).toBe('a cat sleeps');
  });
});

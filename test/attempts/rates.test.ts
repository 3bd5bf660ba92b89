import { pino } from 'pino';
import { pacedOutbound } from '../../src/attempts/paced';
import { createRates } from '../../src/attempts/rates';
import type { Reply } from '../../src/core/provider/exchange';
import type { MomentAsk, RateStore } from '../../src/core/ports/store/rates';
import type { Outbound } from '../../src/core/ports/outbound';

/**
 * A planned call goes when its moment has come and not before; one that missed it takes another. A provider's patience
 * is heard by all, and calls come back spread.
 */

const NOW = 1_800_000_000_000;

/** Rates over a store whose answers the test writes. */
function bench(moments: number[] = [], remembered = ['job']) {
  const world = {
    now: NOW,
    asked: [] as MomentAsk[],
    used: 0,
    paused: [] as [string, number][],
  };
  const store: RateStore = {
    take(ask) {
      world.asked.push(ask);
      const at = moments.shift() ?? ask.now;
      return Promise.resolve({ at, isTaken: at <= ask.latest });
    },
    use() {
      world.used += 1;
      return Promise.resolve(remembered);
    },
    pause(channel, until) {
      world.paused.push([channel, until]);
      return Promise.resolve();
    },
  };
  const rates = createRates({
    limits: () => ({ narrow: { requestsPerMinute: 60 } }),
    store,
    pauseMaxMs: 300_000,
    now: () => world.now,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
  });
  return { world, rates };
}

const planned = (channel = 'narrow', turnAt?: number) => ({
  ...{ channel, jobId: 'job', turnAt, line: 'looks' as const, share: 1 },
  latest: NOW + 3_600_000,
});
const later = (waitMs: number) => ({ kind: 'later', waitMs });
const NOW_ALONE = { kind: 'now', sharedWith: [] };
const reply = (status: number, headers: Record<string, string> = {}): Reply => ({
  ...{ status, headers, body: Buffer.from('{}') },
});
const PATIENCE = reply(429, { 'retry-after': '60' });

test('a look whose moment is far goes away until a second before it', async () => {
  const { rates, world } = bench([NOW + 600_000]);
  expect(await rates.planned(planned())).toEqual(later(599_000));
  expect(world.asked[0]?.remember).toEqual({ jobId: 'job', from: NOW + 1_500 });
});

test('a look that comes back for its moment uses it and asks for no other', async () => {
  const { rates, world } = bench();
  expect(await rates.planned(planned('narrow', NOW))).toEqual(NOW_ALONE);
  expect([world.used, world.asked]).toEqual([1, []]);
});

test('a look that comes back too early goes away again, without a statement', async () => {
  const { rates, world } = bench();
  expect(await rates.planned(planned('narrow', NOW + 60_000))).toEqual(later(59_000));
  expect([world.used, world.asked]).toEqual([0, []]);
});

test.each([
  ['was missed', NOW - 300, ['job'], 0],
  ['was used by another try, or is paused', NOW, [], 1],
])('a moment that %s is lost, and another one is taken', async (_, turnAt, remembered, used) => {
  const { rates, world } = bench([NOW + 90_000], remembered);
  expect(await rates.planned(planned('narrow', turnAt))).toEqual(later(89_000));
  expect([world.used, world.asked.length]).toEqual([used, 1]);
});

test('a moment that is of no use is not remembered, and says when to ask again', async () => {
  const { rates } = bench([NOW + 7_200_000]);
  expect(await rates.planned(planned())).toEqual(later(7_200_000));
});

test('a channel without a limit asks nothing, and none of its calls waits', async () => {
  const { rates, world } = bench();
  expect(await rates.planned(planned('wide'))).toEqual(NOW_ALONE);
  expect(await rates.unplanned('wide', 5_000)).toBe(0);
  expect(world.asked).toEqual([]);
});

describe('jobs that share a moment', () => {
  const shared = { ...planned('narrow', NOW), share: 50 };

  test('have one call: who comes first makes it, for all of them', async () => {
    const { rates } = bench([], ['other', 'job']);
    expect(await rates.planned(shared)).toEqual({ kind: 'now', sharedWith: ['other'] });
  });

  test('and whoever comes later makes none, and asks for no other moment', async () => {
    const { rates, world } = bench([], []);
    expect(await rates.planned(shared)).toEqual({ kind: 'shared' });
    expect(world.asked).toEqual([]);
  });

  test('take another one where nobody made it', async () => {
    const { rates } = bench([NOW + 90_000], ['job']);
    expect(await rates.planned({ ...shared, turnAt: NOW - 300 })).toEqual(later(89_000));
  });
});

describe('a provider that asks for patience', () => {
  test('is left alone by this process and by all others, and calls come back spread', async () => {
    const { rates, world } = bench();
    await rates.hear('wide', PATIENCE);
    await rates.hear('wide', PATIENCE);
    expect(world.paused).toEqual([['wide', NOW + 60_000]]);
    expect(await rates.planned(planned('wide'))).toEqual(later(65_000));
    world.now = NOW + 60_000;
    expect(await rates.planned(planned('wide'))).toEqual(NOW_ALONE);
  });

  test('is left alone by a process that read of it with a job', async () => {
    const { rates } = bench();
    rates.note({ wide: NOW + 2_000 });
    rates.note({ wide: NOW + 1_000 });
    expect(await rates.unplanned('wide', 5_000)).toBe(3_000);
  });

  test('is not left alone for a day', async () => {
    const { rates, world } = bench();
    await rates.hear('wide', reply(503, { 'retry-after': '86400' }));
    expect(world.paused).toEqual([['wide', NOW + 300_000]]);
  });

  test.each([
    ['an answer that is no refusal', reply(200, { 'retry-after': '60' })],
    ['a refusal without a time', reply(429)],
    ['a time of nothing', reply(429, { 'retry-after': '0' })],
  ])('is not seen in %s', async (_, answer) => {
    const { rates, world } = bench();
    await rates.hear('wide', answer);
    expect(world.paused).toEqual([]);
  });
});

describe('the port that every call goes through', () => {
  function port(moments: number[]) {
    const { rates, world } = bench(moments);
    const sent: string[] = [];
    const outbound = {
      call: () => {
        sent.push('call');
        return Promise.resolve({ kind: 'reply', reply: PATIENCE, durationMs: 1 });
      },
    } as unknown as Outbound;
    const paced = pacedOutbound(outbound, rates);
    const ask = (kind: 'look' | 'submit' | 'cancel', hasTurn = false) =>
      paced.call(
        { method: 'GET', target: { path: '/' }, headers: {} },
        { deadlineAt: NOW, replyBytesMax: 1, about: { channel: 'narrow', kind }, hasTurn },
      );
    return { ask, sent, world };
  }

  test('sends nothing for a call whose moment is far, and says when it is', async () => {
    const { ask, sent } = port([NOW + 30_000]);
    expect(await ask('cancel')).toMatchObject({ reason: 'paced', retryAfterMs: 30_000 });
    expect(sent).toEqual([]);
  });

  test('asks for no second moment for a look that has one, and hears what it is told', async () => {
    const { ask, sent, world } = port([]);
    await ask('look', true);
    expect(sent).toEqual(['call']);
    expect(world.asked).toEqual([]);
    expect(world.paused).toHaveLength(1);
  });

  test('leaves it to the reading of a submit what its refusal means', async () => {
    const { ask, world } = port([]);
    await ask('submit');
    expect([world.asked, world.paused]).toEqual([[], []]);
  });
});

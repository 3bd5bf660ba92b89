import { keepPace, plannedMs } from '../../bench/math/pace';

test('an open loop plans its work by the clock alone', () => {
  expect(plannedMs({ kind: 'open', perSecond: 4, forMs: 1_000 })).toEqual([0, 250, 500, 750]);
  const planned = plannedMs({ kind: 'open', perSecond: 80, forMs: 10_000 });
  expect([planned.length, planned[1], planned.at(-1)]).toEqual([800, 12.5, 9_987.5]);
});

test('an open loop begins work while earlier work is under way, and tells it when it was due', async () => {
  let release: () => void = () => undefined;
  const blocked = new Promise<void>((resolve) => {
    release = resolve;
  });
  const due: number[] = [];
  await keepPace({ kind: 'open', perSecond: 1_000, forMs: 5 }, async (n, plannedAt) => {
    due.push(plannedAt);
    if (n === 4) release();
    else await blocked;
  });
  expect(due.map((at) => Math.round(at - (due[0] ?? 0)))).toEqual([0, 1, 2, 3, 4]);
});

test('what begins late in an open loop counts from when it was due, so that a stall is not forgotten', async () => {
  const lateMs: number[] = [];
  await keepPace({ kind: 'open', perSecond: 1_000, forMs: 20 }, (n, plannedAt) => {
    lateMs.push(performance.now() - plannedAt);
    const until = performance.now() + (n === 0 ? 30 : 0);
    while (performance.now() < until); // The machine stalls.
    return Promise.resolve();
  });
  expect(lateMs).toHaveLength(20);
  expect(Math.min(...lateMs.slice(1))).toBeGreaterThan(9);
});

test('a closed loop has so many pieces under way and no more, each number once', async () => {
  const begun: number[] = [];
  let underWay = 0;
  let most = 0;
  await keepPace({ kind: 'closed', atOnce: 3, count: 10 }, async (n) => {
    begun.push(n);
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
  });
  expect([begun, most]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3]);
});

test('a closed loop for a time begins nothing after it', async () => {
  const endsAt = performance.now() + 30;
  const begunAt: number[] = [];
  await keepPace({ kind: 'closed', atOnce: 2, forMs: 30 }, async (_, plannedAt) => {
    begunAt.push(plannedAt);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
  expect(begunAt.length).toBeGreaterThan(0);
  expect(Math.max(...begunAt)).toBeLessThanOrEqual(endsAt + 1);
});

test('work that fails fails the loop', async () => {
  const loop = keepPace({ kind: 'closed', atOnce: 2, count: 3 }, () =>
    Promise.reject(new Error('no')),
  );
  await expect(loop).rejects.toThrow('no');
});

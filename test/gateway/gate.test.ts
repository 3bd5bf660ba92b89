import { ERRORS, GatewayError } from '../../src/core/errors';
import { createFairGate, createTurns } from '../../src/gateway/gate';

interface Work {
  name: string;
  end(error?: Error): void;
}

function workshop(waitMs = 60_000) {
  const gate = createFairGate({ atOnce: 2, waitMs, many: 'Too much work' });
  const started: Work[] = [];
  const run = (name: string, workspaceId = 'one', signal?: AbortSignal): Promise<string> =>
    gate(
      workspaceId,
      () =>
        new Promise((resolve, reject) => {
          started.push({ name, end: (error) => (error ? reject(error) : resolve(name)) });
        }),
      signal,
    );
  const names = () => started.map(({ name }) => name);
  return { run, started, names };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('two run at once, the others in the order they came, also after one that failed', async () => {
  const { run, started, names } = workshop();
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) => run(name));
  await turn();
  expect(names()).toEqual(['a', 'b']);
  started[1]?.end(new Error('broken'));
  await expect(all[1]).rejects.toThrow('broken');
  await turn();
  expect(names()).toEqual(['a', 'b', 'c']);
  started[0]?.end();
  started[2]?.end();
  await turn();
  expect(names()).toEqual(['a', 'b', 'c', 'd', 'e']);
  started[3]?.end();
  started[4]?.end();
  expect(await Promise.all([all[0], all[2], all[3], all[4]])).toEqual(['a', 'c', 'd', 'e']);
  // Everybody is out again: both places are free, and no third one.
  const last = ['f', 'g', 'h'].map((name) => run(name));
  await turn();
  expect(names().slice(5)).toEqual(['f', 'g']);
  for (const { end } of started) end();
  await turn();
  started[7]?.end();
  await Promise.all(last);
});

test('whoever leaves waits no longer, and is not run later', async () => {
  const { run, started, names } = workshop();
  const [a, b] = [run('a'), run('b')];
  const leaving = new AbortController();
  const left = run('c', 'one', leaving.signal).catch((error: unknown) => error);
  const d = run('d');
  await turn();
  leaving.abort();
  expect(await left).toMatchObject({
    code: 'unavailable',
    message: 'Too much work; try again shortly.',
  });
  for (const { end } of started) end();
  await Promise.all([a, b]);
  await turn();
  expect(names()).toEqual(['a', 'b', 'd']);
  started[2]?.end();
  await d;
});

test('whoever waits too long is told to come again, and is not run later', async () => {
  const { run, started, names } = workshop(1);
  const [a, b] = [run('a'), run('b')];
  const late = await run('c').catch((error: unknown) => error);
  expect(late).toBeInstanceOf(GatewayError);
  expect(late).toMatchObject({ code: 'unavailable', status: 503, retryAfterSeconds: 1 });
  // A gateway in front of this one takes the table's own text for an outage, after which there may be a job.
  expect((late as GatewayError).message).not.toBe(ERRORS.unavailable.text);
  for (const { end } of started) end();
  await Promise.all([a, b]);
  await turn();
  expect(names()).toEqual(['a', 'b']);
});

describe('turns', () => {
  const taken = (
    waiting: string[],
    then: (turns: ReturnType<typeof createTurns<string>>) => void,
  ) => {
    const turns = createTurns<string>();
    for (const item of waiting) turns.add(item.slice(0, 1), item);
    then(turns);
    const items = [];
    for (let item = turns.take(); item !== undefined; item = turns.take()) items.push(item);
    return items.join(' ');
  };

  test.each<[name: string, waiting: string, order: string]>([
    ['nobody', '', ''],
    ['one alone in the order it came', 'a1 a2 a3', 'a1 a2 a3'],
    ['a flood and one after it', 'a1 a2 a3 a4 b1', 'a1 b1 a2 a3 a4'],
    ['three in turn, each in its own order', 'a1 a2 a3 b1 c1 b2 c2', 'a1 b1 c1 a2 b2 c2 a3'],
  ])('serve %s', (_, waiting, order) => {
    expect(taken(waiting.split(' ').filter(Boolean), () => undefined)).toBe(order);
  });

  test('pass over whoever left, and whoever comes back stands last', () => {
    const order = taken(['a1', 'a2', 'b1', 'c1'], (turns) => {
      turns.remove('b', 'b1');
      turns.remove('b', 'b1');
      turns.remove('a', 'a1');
      turns.add('a', 'a3');
      turns.add('b', 'b2');
    });
    expect(order).toBe('a2 c1 b2 a3');
  });

  test('go on where they were for those who come later', () => {
    const turns = createTurns<string>();
    for (const item of ['a1', 'a2', 'b1']) turns.add(item.slice(0, 1), item);
    expect(turns.take()).toBe('a1');
    turns.add('c', 'c1');
    expect([turns.take(), turns.take(), turns.take(), turns.take()]).toEqual([
      'b1',
      'a2',
      'c1',
      undefined,
    ]);
  });
});

test('a flood of one workspace makes another wait for one place, not for all of the flood', async () => {
  const { run, started, names } = workshop();
  const all = Array.from({ length: 50 }, (_, number) => run(`flood ${number}`, 'one'));
  all.push(run('small', 'other'));
  await turn();
  started[0]?.end();
  started[1]?.end();
  await turn();
  expect(names().slice(2)).toEqual(['flood 2', 'small']);
  for (let done = 0; done < all.length; done += 1) {
    started[done]?.end();
    await turn();
  }
  expect(await Promise.all(all)).toHaveLength(51);
});

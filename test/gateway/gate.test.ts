import { GatewayError } from '../../src/core/errors';
import { createGate } from '../../src/gateway/gate';

interface Work {
  name: string;
  end(error?: Error): void;
}

function workshop(waitMs = 60_000) {
  const gate = createGate({ atOnce: 2, waitMs });
  const started: Work[] = [];
  const run = (name: string): Promise<string> =>
    gate(
      () =>
        new Promise((resolve, reject) => {
          started.push({ name, end: (error) => (error ? reject(error) : resolve(name)) });
        }),
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

test('whoever waits too long is told to come again, and is not run later', async () => {
  const { run, started, names } = workshop(1);
  const [a, b] = [run('a'), run('b')];
  const late = await run('c').catch((error: unknown) => error);
  expect(late).toBeInstanceOf(GatewayError);
  expect(late).toMatchObject({ code: 'unavailable', status: 503, retryAfterSeconds: 1 });
  for (const { end } of started) end();
  await Promise.all([a, b]);
  await turn();
  expect(names()).toEqual(['a', 'b']);
});

import { readConfig } from '../../src/config';
import { frozen } from '../../src/gateway/routes';
import type { RouteChoice } from '../../src/gateway/routes';
import { buildCatalog } from '../../src/run/channels';

/** Which channel a job tries first: by priority, and by lot among equals; none that is being drained. */

const MODEL = 'doubao-seedance-2-0-260128';
const APPLIED = {
  mode: 'text' as const,
  prompt: 'a boat',
  inputs: [],
  seconds: 5,
  resolution: '720p',
  aspectRatio: '16:9',
  fps: 24,
  passthrough: {},
} satisfies RouteChoice['applied'];

interface Way {
  channel: string;
  priority?: number;
  weight?: number;
}

/** The choices of a model with these ways, each on an account of its own. */
function choices(ways: readonly Way[], draining: readonly string[] = []) {
  const config = readConfig(
    { REELAY_CONFIG: '' },
    {
      channels: Object.fromEntries(
        ways.map(({ channel }) => [
          channel,
          { provider: 'ark', simulated: true as const, draining: draining.includes(channel) },
        ]),
      ),
      models: {
        boat: {
          channels: ways.map((way) => ({ ...way, model: MODEL })),
          price: { perJob: '25' },
        },
      },
    },
  );
  const origin = 'http://127.0.0.1:1';
  const catalog = buildCatalog(config, {
    origin,
    channelOf: () => ({ baseUrl: origin, credentials: {} }),
  });
  const { routes } = catalog.resolve({ group: 'default', models: null }, 'boat');
  const [first, ...rest] = routes.map((route): RouteChoice => ({ ...route, applied: APPLIED }));
  if (!first) throw new Error('a model without a way');
  return [first, ...rest] as const;
}

const order = (of: ReturnType<typeof choices>, lot = () => 0.5): string[] =>
  frozen(of, lot).map(({ channel }) => channel);

/** The same numbers in every run (Park and Miller's generator). */
function lots(): () => number {
  let seed = 42;
  return () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
}

test('channels without a priority are tried in the order of the config, whatever the lot', () => {
  const ways = choices([{ channel: 'a' }, { channel: 'b' }, { channel: 'c' }]);
  const lot = lots();
  for (let round = 0; round < 50; round += 1) expect(order(ways, lot)).toEqual(['a', 'b', 'c']);
});

test('a lower priority number is tried first', () => {
  expect(order(choices([{ channel: 'a', priority: 9 }, { channel: 'b' }]))).toEqual(['b', 'a']);
});

test('channels of one priority share the jobs by their weights', () => {
  const ways = choices([
    { channel: 'three', priority: 1, weight: 3 },
    { channel: 'one', priority: 1 },
    { channel: 'spare', priority: 2 },
  ]);
  const lot = lots();
  const orders = Array.from({ length: 4_000 }, () => order(ways, lot));
  const share = orders.filter(([first]) => first === 'three').length / orders.length;
  expect(share).toBeGreaterThan(0.72);
  expect(share).toBeLessThan(0.78);
  expect(orders.every(([, , last]) => last === 'spare')).toBe(true);
});

test('a channel that is being drained gets no new job', () => {
  expect(order(choices([{ channel: 'a' }, { channel: 'b' }], ['a']))).toEqual(['b']);
});

test('a model whose channels are all being drained is told to be unavailable', () => {
  expect(() => order(choices([{ channel: 'a' }, { channel: 'b' }], ['a', 'b']))).toThrow(
    expect.objectContaining({ code: 'unavailable', status: 503 }),
  );
});

test('the lot changes neither the video nor its words at another channel', () => {
  const [first, second] = choices([
    { channel: 'a', priority: 1 },
    { channel: 'b', priority: 1 },
  ]);
  const other = { ...APPLIED, passthrough: { size: '1280x720' } };
  const draws = [0.1, 0.9];
  const routes = frozen(
    [first, { ...(second as RouteChoice), applied: other }],
    () => draws.shift() ?? 0,
  );
  expect(routes).toMatchObject([{ channel: 'b', applied: other }, { channel: 'a' }]);
  expect(routes[1]).not.toHaveProperty('applied');
});

import { simulations } from '../../simulators';
import { providers } from '../../src/providers';
import type { FileConfigInput } from '../../src/config';
import { startTestGateway, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { capabilitiesOf, catalogModelOf, leaves, plainShape } from '../support/plain-request';

/**
 * Whatever becomes of a submit, at whichever provider, at most one job is made there (P1 "one submit"): a refusal is sent
 * again or elsewhere, a lost answer is looked for where anything is left to tell the job by, and is else given up with the
 * hold released and operators told. Every registered provider is in it.
 */

const NAMES = Object.keys(providers);
/** Nobody listens there. */
const CLOSED = 'http://127.0.0.1:9';
const price = { perVideo: '10' };

const modelOf = (name: string): string => catalogModelOf(name).id;
const canDo = (name: string) => capabilitiesOf(name, modelOf(name));

function configOf(): FileConfigInput {
  const channels = NAMES.flatMap((name): [string, object][] => {
    const { credentials = {}, options } = simulations[name] ?? {};
    const said = options ? { options: options(CLOSED) } : {};
    return [
      [`${name}-simulated`, { provider: name, simulated: true }],
      [`${name}-closed`, { provider: name, baseUrl: CLOSED, credentials, ...said }],
    ];
  });
  const models = NAMES.flatMap((name): [string, object][] => {
    const on = (channel: string) => ({ channel: `${name}-${channel}`, model: modelOf(name) });
    return [
      [name, { channels: [on('simulated')], price }],
      [`${name}-closed-first`, { channels: [on('closed'), on('simulated')], price }],
    ];
  });
  return {
    channels: Object.fromEntries(channels),
    models: Object.fromEntries(models),
    waits: { sendMs: 8_000, unknownMs: 6_000 },
  } as FileConfigInput; // names that only this loop knows
}

/** What is left to tell the job by: a callback comes unless `polls=` keeps the simulator from it. */
const isNamed = (name: string, by: 'any' | 'lookup'): boolean =>
  leaves(canDo(name), 'lookup', ...(by === 'any' ? (['callback-token'] as const) : []));

interface End {
  accepted: 0 | 1;
  code?: 'submission_unknown';
}
const MADE: End = { accepted: 1 };
const NOTHING_MADE: End = { accepted: 0, code: 'submission_unknown' };
const LOST: End = { accepted: 1, code: 'submission_unknown' };

/** What happens to the submit, and how its job ends. */
const FAULTS: Readonly<Record<string, (name: string) => End>> = {
  'fault=429': () => MADE,
  'fault=429-retry-after': () => MADE,
  'fault=5xx': () => NOTHING_MADE,
  'fault=html': () => NOTHING_MADE,
  'fault=drop-before-accept': () => NOTHING_MADE,
  'fault=drop-after-accept': (name) => (isNamed(name, 'any') ? MADE : LOST),
  'fault=drop-after-accept polls=3': (name) => (isNamed(name, 'lookup') ? MADE : LOST),
  'fault=hang polls=3': (name) => (isNamed(name, 'lookup') ? MADE : LOST),
  'fault=empty polls=3': (name) => (isNamed(name, 'lookup') ? MADE : LOST),
  'fault=redirect polls=3': (name) => (isNamed(name, 'lookup') ? MADE : LOST),
};
const REFUSED_CONNECTION = 'a refused connection';

const ROWS = NAMES.flatMap((name): [string, string, End][] => [
  ...Object.entries(FAULTS).map(([fault, end]): [string, string, End] => [name, fault, end(name)]),
  [name, REFUSED_CONNECTION, MADE],
]);

let gateway: TestGateway;
const posts = new Map<string, string>();
const promptOf = (name: string, fault: string): string =>
  `${name}, ${fault} [[sim seconds=1 video=shared ${fault === REFUSED_CONNECTION ? '' : fault}]]`;

beforeAll(async () => {
  gateway = await startTestGateway(configOf());
  // Together, since each is mostly waiting.
  for (const [name, fault] of ROWS) {
    const model = fault === REFUSED_CONNECTION ? `${name}-closed-first` : name;
    const body = { model, prompt: promptOf(name, fault), ...plainShape(canDo(name)) };
    posts.set(`${name} ${fault}`, await gateway.create(body));
  }
}, 120_000);
afterAll(() => gateway?.close());

test.each(ROWS)('%s, %s', async (name, fault, { accepted, code }) => {
  const id = posts.get(`${name} ${fault}`) ?? '';
  expect(await gateway.ended(id)).toMatchObject(
    code === undefined ? { status: 'completed' } : { status: 'failed', error: { code } },
  );
  const { json } = await gateway.call('GET', `${gateway.simulator?.origin}/_sim/counters`);
  expect(json.by_prompt[promptOf(name, fault)]?.accepted ?? 0).toBe(accepted);
  const ledger = await gateway.sql('SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id', [
    uuid(id),
  ]);
  expect(ledger.map(({ kind }) => kind)).toEqual(['hold', code ? 'release' : 'settle']);
  if (code === undefined) return;
  // An operator sees which account may have been asked, and when.
  expect(
    await gateway.sql('SELECT channel, state FROM attempts WHERE job_id = $1', [uuid(id)]),
  ).toEqual([{ channel: `${name}-simulated`, state: 'unknown' }]);
  const told = gateway.logged.filter(
    (line) => line.includes(uuid(id)) && line.includes('submit stays unknown'),
  );
  expect(told).toHaveLength(1);
});

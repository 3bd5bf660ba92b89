import { simulations } from '../../simulators';
import { startSimulator, type Simulator } from '../../simulators/server';
import type { FileConfigInput } from '../../src/config';
import { startTestGateway, uuid, type TestGateway } from '../support/gateway';
import { capabilitiesOf, catalogModelOf, plainShape } from '../support/plain-request';

/**
 * A vendor's link may lead on to another host. It is followed where the operator has named that host, without our credential;
 * anywhere else it is not, and the job is a success that waits for review.
 */

const PROVIDERS = Object.keys(simulations);
const WAYS = ['named', 'not-named'] as const;
/** What may travel to another origin: nothing that opens anything. */
const HARMLESS = [
  'accept',
  'accept-encoding',
  'connection',
  'host',
  'if-range',
  'range',
  'user-agent',
];

let simulator: Simulator;
let gateway: TestGateway;
beforeAll(async () => {
  simulator = await startSimulator({ simulations });
  gateway = await startTestGateway(configOf(simulator));
});
afterAll(async () => {
  await gateway?.close();
  await simulator?.stop();
});

function configOf({ origin, elsewhere, baseUrlOf }: Simulator): FileConfigInput {
  const channels = PROVIDERS.flatMap((provider) =>
    WAYS.map((way): [string, object] => {
      const { credentials, options } = simulations[provider] ?? {};
      const baseUrl = baseUrlOf(provider);
      const resultOrigins = way === 'named' ? [origin, elsewhere.origin] : [origin];
      const said = options ? { options: options(baseUrl) } : {};
      return [`${provider}-${way}`, { provider, baseUrl, credentials, resultOrigins, ...said }];
    }),
  );
  const models = PROVIDERS.flatMap((provider) =>
    WAYS.map((way): [string, object] => {
      const { id } = catalogModelOf(provider);
      const channel = `${provider}-${way}`;
      return [channel, { channels: [{ channel, model: id }], price: { perVideo: '10' } }];
    }),
  );
  return {
    channels: Object.fromEntries(channels),
    models: Object.fromEntries(models),
  } as FileConfigInput; // names that only these loops know
}

/** Makes a video whose link leads elsewhere, and tells how it ended and what the other origin heard of it. */
async function made(provider: string, way: string) {
  const model = `${provider}-${way}`;
  const prompt = `${model} [[sim seconds=1 video=shared result=redirect-elsewhere]]`;
  const shape = plainShape(capabilitiesOf(provider, catalogModelOf(provider).id));
  const id = await gateway.create({ ...shape, model, prompt });
  const { status } = await gateway.ended(id);
  const content = await gateway.call('GET', `/v1/videos/${id}/content`);
  const { json } = await gateway.call('GET', `${simulator.origin}/_sim/jobs?contains=${model} `);
  const [{ id: task }] = json.jobs as [{ id: string }];
  const heard = simulator.elsewhere.heard.filter(({ path }) =>
    path.includes(encodeURIComponent(task)),
  );
  const [job] = await gateway.sql<{ charged: string; review: unknown }>(
    'SELECT charged, review FROM jobs WHERE id = $1',
    [uuid(id)],
  );
  return {
    end: [status, content.status, Number(job?.charged) > 0, json.total],
    isReviewed: job?.review != null,
    heard,
  };
}

test.each(PROVIDERS)('%s: a host that the operator names hears no credential', async (provider) => {
  const { end, isReviewed, heard } = await made(provider, 'named');
  expect({ end, isReviewed }).toEqual({ end: ['completed', 200, true, 1], isReviewed: false });
  expect(heard.length).toBeGreaterThan(0);
  const names = new Set(heard.flatMap(({ headers }) => Object.keys(headers)));
  expect([...names].filter((name) => !HARMLESS.includes(name))).toEqual([]);
});

test.each(PROVIDERS)('%s: a host that nobody names hears nothing', async (provider) => {
  const { end, isReviewed, heard } = await made(provider, 'not-named');
  expect({ end, isReviewed }).toEqual({ end: ['completed', 502, true, 1], isReviewed: true });
  expect(heard).toEqual([]);
});

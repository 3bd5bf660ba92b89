import { endAt } from '../../demo/fault-ends';
import { startTestGateway, type TestGateway } from '../support/gateway';
import { endOf } from '../support/fault-end';
import { catalogModelOf, plainShape } from '../support/plain-request';

/**
 * What `reelay demo --provider NAME --fault FAULT` promises: a fault of whichever provider ends as is documented, on the
 * first model that a fresh checkout offers of it.
 */

const DIRECTIVES = [
  ...['429', 'policy', 'fail', 'expired', 'drop-after-accept', 'link-expired'].map(
    (fault) => `fault=${fault}`,
  ),
  'result=redirect-elsewhere',
];
const ACCESS = { group: 'default', models: null };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ waits: { sendMs: 8_000, unknownMs: 2_000 } });
});
afterAll(() => gateway?.close());

test('every fault of every provider ends as is documented', async () => {
  const { catalog } = gateway.base;
  const made = await Promise.all(
    catalog.providers().flatMap(({ name: provider }) => {
      const { name: model } = catalogModelOf(provider);
      const [route] = catalog.resolve(ACCESS, model).routes;
      return DIRECTIVES.map(async (directive) => {
        const label = `${provider}: ${directive}`;
        const prompt = `${label} [[sim seconds=1 video=shared ${directive}]]`;
        const id = await gateway.create({ ...plainShape(route.capabilities), model, prompt });
        return { id, label, end: endAt(directive, route) };
      });
    }),
  );
  const seen: [label: string, end: unknown][] = [];
  for (const { id, label } of made) seen.push([label, await endOf(gateway, id, label)]);
  expect(seen).toEqual(made.map(({ label, end }) => [label, end]));
}, 240_000);

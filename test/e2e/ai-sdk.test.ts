import { useTestGateway } from '../support/gateway';
import { startNewerClients, type NewerClients } from '../support/newer-clients';

/** Vercel's AI SDK with its client of ByteDance, unchanged, which makes several videos of one prompt by several creates. */

const PRICE = '25';
const gateway = useTestGateway({
  channels: { 'ark-simulated': { provider: 'ark', simulated: true } },
  models: {
    'seedance-2-0': {
      channels: [{ channel: 'ark-simulated', model: 'doubao-seedance-2-0-260128' }],
      price: { perVideo: PRICE },
    },
  },
});

let clients: NewerClients;
beforeAll(() => {
  clients = startNewerClients();
}, 300_000);
afterAll(() => clients.stop());

test('four videos of one prompt are four jobs and four bills', async () => {
  const prompt = 'a paper boat [[sim seconds=1 video=shared]]';
  const made = await clients.make({
    client: 'bytedance',
    base: `${gateway.api}/v1`,
    key: gateway.keys.key,
    model: 'seedance-2-0',
    settings: { prompt, n: 4, providerOptions: { bytedance: { pollIntervalMs: 200 } } },
  });
  const file = { kind: 'ftyp', mediaType: 'video/mp4' };
  expect(made).toMatchObject({ given: { videos: [file, file, file, file] } });
  const bills = await gateway.sql(
    `SELECT j.state, (SELECT count(*)::int FROM attempts a WHERE a.job_id = j.id) AS attempts,
       array_agg(l.kind ORDER BY l.id) AS entries, sum(l.spent)::int AS spent
     FROM jobs j JOIN ledger l ON l.job_id = j.id GROUP BY j.id, j.state`,
  );
  const bill = { state: 'succeeded', attempts: 1, entries: ['hold', 'settle'], spent: 25_000_000 };
  expect(bills).toEqual([bill, bill, bill, bill]);
});

import { useTestGateway } from '../support/gateway';

/** A model goes by its aliases too, and every API tells its callers in time that a name is taken out of use. */

const MODEL = 'doubao-seedance-2-0-260128';
const channels = [{ channel: 'sim', model: MODEL }];
const price = { perJob: '25' };

const gateway = useTestGateway({
  channels: { sim: { provider: 'ark', simulated: true } },
  models: {
    old: {
      channels,
      price,
      aliases: ['older'],
      deprecated: '2026-10-01',
      sunset: '2099-03-01',
      successor: 'new',
    },
    new: { channels, price, aliases: ['latest'] },
    gone: { channels, price, sunset: '2026-11-01', successor: 'new' },
  },
});

const words = (model: string) => ({
  '/v1/videos': { model, prompt: 'a boat [[sim seconds=1 video=shared]]' },
  '/v1/video/generations': { model, prompt: 'a boat [[sim seconds=1 video=shared]]' },
  '/api/v3/contents/generations/tasks': {
    model,
    content: [{ type: 'text', text: 'a boat [[sim seconds=1 video=shared]]' }],
  },
});
const PATHS = Object.keys(words('')) as (keyof ReturnType<typeof words>)[];

const post = (path: (typeof PATHS)[number], model: string) =>
  gateway.call('POST', path, { body: words(model)[path] });

test.each(PATHS)('%s tells by headers that a name is deprecated and when it ends', async (path) => {
  for (const name of ['old', 'older']) {
    const { status, headers } = await post(path, name);
    expect(status).toBeLessThan(300);
    expect(headers.get('deprecation')).toBe('@1790812800');
    expect(headers.get('sunset')).toBe('Sun, 01 Mar 2099 00:00:00 GMT');
  }
  const { headers } = await post(path, 'latest');
  expect([headers.get('deprecation'), headers.get('sunset')]).toEqual([null, null]);
});

test.each(PATHS)('%s refuses a name from its sunset on, and names the one to use', async (path) => {
  const { status, text } = await post(path, 'gone');
  // Clients of that API know 503 for a model that nobody serves.
  expect(status).toBe(path === '/v1/video/generations' ? 503 : 404);
  expect(JSON.parse(text).error.message).toContain(
    '"gone" is out of service since 2026-11-01; use "new".',
  );
});

test('a job that was asked for by an alias is one of the model, in answers and in the books', async () => {
  const { json } = await post('/v1/videos', 'latest');
  expect(json.model).toBe('new');
  expect(await gateway.ended(json.id)).toMatchObject({ status: 'completed', model: 'new' });
  const { json: usage } = await gateway.call('GET', '/v1/models/latest');
  expect(usage.id).toBe('new');
});

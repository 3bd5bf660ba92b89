import { useTestGateway } from '../support/gateway';

/** Every create of every API says what it would do, stores and sends nothing, and keeps the price that it has quoted. */

const gateway = useTestGateway();

const model = 'seedance-2.0';
const prompt = 'a paper boat [[sim seconds=1 video=shared]]';
const content = [{ type: 'text', text: prompt }];
const ULA = {
  ...{ model, prompt, resolution: '720p', aspect_ratio: '16:9', duration: 5 },
  ...{ generate_audio: false, camera_fixed: false, service_tier: 'default' },
};
const PICTURE = `data:image/png;base64,${Buffer.from('89504e470d0a1a0a0000', 'hex').toString('base64')}`;

interface Create {
  path: string;
  body: Record<string, unknown>;
  headers?: Record<string, string>;
}
const CREATES: Create[] = [
  { path: '/v1/videos', body: { model, prompt } },
  { path: '/v1/videos', body: { model, content }, headers: { 'reelay-native-params': 'true' } },
  { path: '/v1/video/generations', body: { model, prompt } },
  { path: '/v1/video/create', body: { model, prompt } },
  { path: '/unified-video/generate', body: { model, prompt } },
  { path: '/v1/ula/generate-video', body: ULA },
  { path: '/v1/contents/generations/tasks', body: { model, content } },
  { path: '/api/v3/contents/generations/tasks', body: { model, content } },
];

/** Rows that a create makes; what earlier jobs of this file still do writes others. */
async function made(): Promise<{ jobs: number; holds: number; keys: number }> {
  const [row] = await gateway.sql<{ jobs: number; holds: number; keys: number }>(`
    SELECT (SELECT count(*)::int FROM jobs) AS jobs,
      (SELECT count(*)::int FROM ledger WHERE kind = 'hold') AS holds,
      (SELECT count(*)::int FROM idempotency) AS keys`);
  return row ?? { jobs: 0, holds: 0, keys: 0 };
}

describe.each(CREATES)('$path', ({ path, body, headers = {} }) => {
  test('a dry run says what would be sent to whom and at what price, and makes nothing', async () => {
    const before = await made();
    const asked = {
      body,
      headers: { ...headers, 'idempotency-key': `dry ${path}`.replace(' ', '-') },
    };
    const byQuery = await gateway.call('POST', `${path}?dry_run=true`, asked);
    const byHeader = await gateway.call('POST', path, {
      ...asked,
      headers: { ...asked.headers, 'reelay-dry-run': 'true' },
    });
    expect([byQuery.status, byHeader.status]).toEqual([200, 200]);
    expect(byQuery.json).toMatchObject({ object: 'dry_run', model, price: '25' });
    expect(byQuery.json.sends).toEqual(byHeader.json.sends);
    const [send] = byQuery.json.sends;
    expect(send).toMatchObject({
      ...{ channel: 'ark-simulated', provider: 'ark', method: 'POST' },
      path: '/contents/generations/tasks',
    });
    expect(send.model).toContain('seedance-2-0');
    expect(send.body.model).toBe(send.model);
    expect(JSON.stringify(send.body.content)).toContain('a paper boat');
    expect(JSON.stringify(send.headers).toLowerCase()).not.toContain('authorization');
    expect(await made()).toEqual(before);
  });

  test('a quote is the price that the create then holds, for that request and no other', async () => {
    const quote = await gateway.call('POST', `${path}/quote`, { body, headers });
    expect(quote.status).toBe(200);
    expect(quote.json).toMatchObject({ object: 'quote', model, price: '25' });
    expect(quote.json).not.toHaveProperty('sends');
    const at = { ...headers, 'reelay-quote': quote.json.quote_id };
    const before = await made();
    const other = { ...body, ...(body['content'] ? { duration: 8 } : { prompt: 'another' }) };
    const refused = await gateway.call('POST', path, { body: other, headers: at });
    expect([refused.status, refused.text]).toEqual([
      409,
      expect.stringContaining('was given for another request'),
    ]);
    const job = await gateway.call('POST', path, { body, headers: at });
    expect(job.status).toBeLessThan(300);
    expect(await made()).toMatchObject({ jobs: before.jobs + 1 });
    const [newest] = await gateway.sql<{ points: number }>(
      'SELECT (price / 1e6)::float8 AS points FROM jobs ORDER BY created_at DESC LIMIT 1',
    );
    expect(newest?.points).toBe(Number(quote.json.price));
  });
});

test('a quote of a body that passes through is for its very bytes', async () => {
  const path = '/api/v3/contents/generations/tasks';
  const body = { model, content };
  const quote = await gateway.call('POST', `${path}/quote`, { body });
  const tools = [{ type: 'web_search', pad: 'a'.repeat(250) }];
  const headers = { 'reelay-quote': quote.json.quote_id };
  const refused = await gateway.call('POST', path, { body: { ...body, tools }, headers });
  expect([refused.status, refused.text]).toEqual([
    409,
    expect.stringContaining('was given for another request'),
  ]);
});

test('a file of a dry run is told by its type and size', async () => {
  const body = { model, prompt, input_reference: PICTURE };
  const { json, status, text } = await gateway.call('POST', '/v1/videos?dry_run=true', { body });
  expect([status, text]).toEqual([200, expect.stringContaining('<image/png, 10 bytes>')]);
  expect(json.sends[0].body.content[1].image_url.url).toBe(
    'data:image/png;base64,<image/png, 10 bytes>',
  );
});

test('a dry run refuses what the create would, in its words', async () => {
  const body = { model, prompt, duration: 99 };
  const dry = await gateway.call('POST', '/v1/videos?dry_run=true', { body });
  const real = await gateway.call('POST', '/v1/videos', { body });
  expect([dry.status, dry.json.error.message]).toEqual([real.status, real.json.error.message]);
});

test('a dry run needs no points, and a wrong word for it is refused', async () => {
  const body = { model, prompt };
  const wrong = await gateway.call('POST', '/v1/videos?dry_run=perhaps', { body });
  expect([wrong.status, wrong.json.error.message]).toEqual([
    400,
    'dry_run: is neither yes nor no. Allowed: true, false.',
  ]);
  const no = await gateway.call('GET', '/v1/videos?dry_run=true');
  expect(no.status).toBe(400);
});

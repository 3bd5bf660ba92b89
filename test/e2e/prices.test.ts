import { readId } from '../../src/core/job/ids';
import { useTestGateway } from '../support/gateway';

/** A caller is billed by what was used, as the price said before, on real rows with simulated providers. */

const ark = (price: object) => ({
  channels: [{ channel: 'ark', model: 'doubao-seedance-2-0-260128' }],
  price,
});
const gateway = useTestGateway({
  channels: {
    ark: { provider: 'ark', simulated: true, costTimes: '0.5' },
    kling: { provider: 'kling', simulated: true },
  },
  // 108,900 tokens at 46 yuan for a million are 5.0094 yuan, at four points each.
  money: { pointsPer: { CNY: '4', USD: '10' } },
  groups: { default: { priceTimes: '1.25' } },
  models: {
    'by-token': ark({ costTimes: '2' }),
    'by-second': ark({ perSecond: '2' }),
    'by-unit': {
      channels: [{ channel: 'kling', model: 'kling-3.0' }],
      price: { costTimes: '2' },
    },
  },
});

const TOKENS = 108_900;
/** 5.0094 x 4 x 2 x 1.25. */
const PRICE = 50.094;

const body = (model: string, steer: string, more: object = {}) => ({
  ...{ model, prompt: `a boat [[sim seconds=1 video=shared ${steer}]]` },
  ...{ seconds: 5, aspect_ratio: '16:9', ...more },
});

interface Books {
  held: number;
  charged: number;
  review: string | null;
  cost: number | null;
  amount: number | null;
  currency: string | null;
  channel: string;
}

async function booksOf(id: string): Promise<Books | undefined> {
  const [books] = await gateway.sql<Books>(
    `SELECT price / 1e6::float8 AS held, j.charged / 1e6::float8 AS charged, review,
      cost_points / 1e6::float8 AS cost, cost_amount::float8 AS amount, cost_currency AS currency, u.channel
     FROM jobs j JOIN usage u ON u.job_id = j.id WHERE j.id = $1`,
    [readId(id)],
  );
  return books;
}

/** Makes a video, sees it delivered, and returns what was booked. */
async function made(request: object, headers = {}, key?: string): Promise<Books | undefined> {
  const caller = { headers, ...(key === undefined ? {} : { key }) };
  const created = await gateway.call('POST', '/v1/videos', { body: request, ...caller });
  expect([created.status, created.text]).toEqual([200, expect.any(String)]);
  const { id } = created.json;
  const job = await gateway.waitFor(id, 'end', async () => {
    const { json } = await gateway.call('GET', `/v1/videos/${id}`, caller);
    return json.status === 'completed' || json.status === 'failed' ? json : undefined;
  });
  expect(job.status).toBe('completed');
  const video = await gateway.call('GET', `/v1/videos/${id}/content`, caller);
  expect([video.status, video.headers.get('content-type')]).toEqual([200, 'video/mp4']);
  return booksOf(id);
}

const COST = { currency: 'CNY', channel: 'ark' };
/** What the account pays of the list price is half, 2.5047 yuan for 108,900 tokens. */
const cost = (share: number) => ({ amount: 2.5047 * share, cost: 10.0188 * share, ...COST });

const bills: [guarantee: string, request: object, Partial<Books>][] = [
  [
    'the tokens that the provider counts are the price that was held',
    body('by-token', ''),
    { held: PRICE, charged: PRICE, review: null, ...cost(1) },
  ],
  [
    'a third of the tokens is a third of the price, and the rest comes back',
    body('by-token', `usage=${String(TOKENS / 3)}`),
    { held: PRICE, charged: PRICE / 3, review: null, ...cost(1 / 3) },
  ],
  [
    'three times the tokens are charged at a fifth above the hold, and a person is told',
    body('by-token', `usage=${String(TOKENS * 3)}`),
    {
      ...{ held: PRICE, charged: 60.1128, ...cost(3) },
      review: 'used 150.282 points, charged 60.1128, not charged 90.1692',
    },
  ],
  [
    'tokens change nothing of a price for seconds',
    body('by-second', `usage=${String(TOKENS * 3)}`),
    { held: 12.5, charged: 12.5, review: null, ...cost(3) },
  ],
  [
    'a length that is left to the model is held at its longest and billed by what it was',
    body('by-second', '', { seconds: -1, duration: undefined }),
    { held: 37.5, charged: 12.5, review: null, ...cost(1) },
  ],
  [
    'units that the provider counts, in its currency',
    body('by-unit', 'usage=6'),
    { held: 10.5, charged: 12.6, review: 'used 21 points, charged 12.6, not charged 8.4' },
  ],
];

test.concurrent.each(bills)('%s', async (_guarantee, request, books) => {
  const found = await made(request);
  for (const [name, value] of Object.entries(books)) {
    const seen = found?.[name as keyof Books];
    if (typeof value === 'number') expect([name, seen]).toEqual([name, expect.closeTo(value, 4)]);
    else expect([name, seen]).toEqual([name, value]);
  }
});

test.concurrent(
  'a workspace that has no more than the hold pays the hold, and has its video',
  async () => {
    const admin = (path: string, asked: object, headers = {}) =>
      gateway.call('POST', `/v1/admin/${path}`, {
        key: gateway.keys.admin_key,
        body: asked,
        headers,
      });
    const { json: workspace } = await admin('workspaces', { name: 'small' });
    const once = { 'idempotency-key': 'once' };
    await admin(`workspaces/${String(workspace.id)}/top-ups`, { points: '51' }, once);
    const { json: key } = await admin(`workspaces/${String(workspace.id)}/keys`, { name: 'k' });
    const request = body('by-token', `usage=${String(TOKENS * 3)}`);
    expect(await made(request, {}, key.secret)).toMatchObject({
      ...{ held: PRICE, charged: PRICE },
      review: 'used 150.282 points, charged 50.094, not charged 100.188',
    });
  },
);

test.concurrent('a price that was quoted is the bill, whatever is used', async () => {
  const request = body('by-token', `usage=${String(TOKENS * 3)}`);
  const quote = await gateway.call('POST', '/v1/videos/quote', { body: request });
  expect(quote.json).toMatchObject({
    price: String(PRICE),
    price_lines: [{ of: 'token', quantity: String(TOKENS), rate: '460', amount: String(PRICE) }],
  });
  const books = await made(request, { 'reelay-quote': quote.json.quote_id });
  expect(books).toMatchObject({ held: PRICE, charged: PRICE, review: null });
});

test.concurrent(
  'what unified-video says a video costs is final, and its quote says why',
  async () => {
    const { model, prompt } = body('by-token', `usage=${String(TOKENS * 3)}`);
    const asked = { model, prompt, duration: 5, aspectRatio: '16:9' };
    const quote = await gateway.call('POST', '/unified-video/quote', { body: asked });
    expect(quote.json).toMatchObject({
      pointsCharged: PRICE,
      priceLines: [{ of: 'token', quantity: String(TOKENS), rate: '460', amount: String(PRICE) }],
    });
    const created = await gateway.call('POST', '/unified-video/generate', { body: asked });
    const { taskId } = created.json;
    const path = `/unified-video/${String(taskId)}/status`;
    const status = await gateway.waitFor(taskId, 'end', async () => {
      const { json } = await gateway.call('GET', path);
      return json.status === 'completed' ? json : undefined;
    });
    expect(status).toMatchObject({ pointsCharged: PRICE, videoUrl: expect.any(String) });
    expect(await booksOf(taskId)).toMatchObject({ charged: PRICE, review: null });
  },
);

test.concurrent('an operator reads what each attempt cost, and by what that is known', async () => {
  const created = await gateway.call('POST', '/v1/videos', { body: body('by-token', '') });
  await gateway.ended(created.json.id);
  const path = `/v1/admin/jobs/${String(created.json.id)}`;
  const { json } = await gateway.call('GET', path, { key: gateway.keys.admin_key });
  expect(json.attempts).toMatchObject([
    { cost: { points: '10.0188', amount: '2.5047', currency: 'CNY', told_by: 'tokens' } },
  ]);
});

test('lists of models say what their videos cost, from the cheapest to the dearest', async () => {
  const { json: unified } = await gateway.call('GET', '/unified-video/models');
  expect(unified.pricingHints['by-second']).toEqual({
    ...{ unit: 'second', pointsPerSecond: 2.5, from: 10, to: 37.5 },
  });
  expect(unified.pricingHints['by-unit']).toEqual({ unit: 'table', from: 6.3, to: 157.5 });
  const { json: videos } = await gateway.call('GET', '/v1/videos/models');
  const skus = Object.fromEntries(
    videos.data.map(({ id, pricing_skus: prices }: Record<string, unknown>) => [id, prices]),
  );
  expect(skus['by-second']).toEqual({ per_second: '2.5', from: '10', to: '37.5' });
  expect(skus['seedance-2.0']).toMatchObject({ from: expect.any(String) });
  const { json: ula } = await gateway.call('GET', '/v1/ula/models');
  const listed = ula.data.find(({ model }: { model: string }) => model === 'by-unit');
  expect(listed.price).toBe('6.3');
});

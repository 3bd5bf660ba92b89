import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  startNewerClients,
  type NewerClients,
  type Order,
  type Outcome,
} from '../support/newer-clients';
import { BYTES, MAKES, PICTURE, PROMPT, REFUSALS } from '../support/newer-clients/orders';
import { startUpstream, until, type Upstream } from '../support/simulator';

/**
 * Clients of several vendors that others wrote and that need a newer Node, unchanged: Vercel's AI SDK and its providers, and
 * MiniMax's own client. What they send is taken, and what they are answered they read. Where a client and its vendor's page
 * differ, the vendor's page is followed, and the row says so.
 */

let upstream: Upstream;
let clients: NewerClients;
beforeAll(async () => {
  clients = startNewerClients();
  upstream = await startUpstream();
}, 300_000);
afterAll(async () => {
  await clients.stop();
  await upstream.stop();
});

type Settings = Order['settings'];
type Client = Order['client'];

const PROVIDER: Readonly<Partial<Record<Client, string>>> = { 'minimax-mcp-js': 'minimax' };
/** A key that each vendor takes. */
const KEYS: Readonly<Partial<Record<Client, string>>> = { fal: 'an-id:a-secret' };

function make(client: Client, settings: Settings, more: Partial<Order> = {}): Promise<Outcome> {
  const base = upstream.baseUrlOf(PROVIDER[client] ?? client);
  const key = KEYS[client] ?? 'a-key';
  return clients.make({ client, base, key, settings: { prompt: PROMPT, ...settings }, ...more });
}

const VIDEO = { given: { videos: [{ mediaType: 'video/mp4', kind: 'ftyp' }], warnings: [] } };

describe('Vercel’s AI SDK makes a video', () => {
  test.each(
    Object.entries(MAKES).flatMap(([client, rows]) =>
      rows.map(([wish, model, settings]) => [client as Client, wish, model, settings] as const),
    ),
  )('%s: of %s', async (client, _, model, settings) => {
    expect(await make(client, settings, { model })).toMatchObject(VIDEO);
  });

  test('with every Veo that the client lists, but for one that Google’s pages have not', async () => {
    const types = join(clients.folder, 'node_modules/@ai-sdk/google/dist/index.d.ts');
    const listed = new Set(readFileSync(types, 'utf8').match(/(?<=')veo-[\w.-]+(?=')/g));
    const made: Record<string, number | string | undefined> = {};
    for (const model of listed) {
      const { given, thrown } = await make('google', {}, { model });
      made[model] = given?.videos[0]?.kind ?? thrown?.statusCode;
    }
    expect(made).toEqual({
      'veo-3.1-fast-generate-preview': 'ftyp',
      'veo-3.1-generate-preview': 'ftyp',
      'veo-3.1-generate': 404,
      'veo-3.1-lite-generate-preview': 'ftyp',
      'veo-3.0-generate-001': 'ftyp',
      'veo-3.0-fast-generate-001': 'ftyp',
      'veo-2.0-generate-001': 'ftyp',
    });
  });

  test('and says of Google that it takes no link of a picture', async () => {
    const prompt = { image: PICTURE, text: PROMPT };
    const made = await make('google', { prompt }, { model: 'veo-3.1-generate-preview' });
    const warnings = [{ feature: 'URL-based image input' }];
    expect(made).toMatchObject({ given: { ...VIDEO.given, warnings } });
  });

  test('and reads what MiniMax has counted', async () => {
    const made = await make('minimax', { duration: 6 }, { model: 'MiniMax-H3' });
    expect(made.given?.providerMetadata?.['minimax']).toMatchObject({
      duration: 6,
      ratio: '16:9',
      resolution: '2K',
      usage: { totalSeconds: 6, inputSeconds: 0, outputSeconds: 6 },
    });
  });

  test.each<[Client, string, Record<string, unknown>]>([
    ['fal', 'fal-ai/veo3.1', { status: 'OK' }],
    ['replicate', 'bytedance/seedance-1-pro', { status: 'succeeded' }],
  ])('%s: and is called at the end, instead of looking', async (client, model, body) => {
    const prompt = `called by ${client} [[sim seconds=5 video=shared]]`;
    const made = make(client, { prompt }, { model, isCalled: true });
    const named = encodeURIComponent(`called by ${client}`);
    await until(async () => {
      const found = await fetch(`${upstream.url}/_sim/jobs?contains=${named}`);
      return ((await found.json()) as { jobs: unknown[] }).jobs.length === 1;
    });
    upstream.advance(5_000);
    expect(await made).toMatchObject({ given: { ...VIDEO.given, called: { body } } });
  });
});

describe('Vercel’s AI SDK hears of', () => {
  test.each(REFUSALS)('%s: %s', async (client, _, settings, order, error) => {
    expect(await make(client, settings, order)).toMatchObject({
      thrown: { name: 'AI_APICallError', ...error },
    });
  });

  const UNREAD = 'Invalid JSON response';
  test.each<[Client, string, string, string]>([
    ['google', 'veo-3.1-generate-preview', 'fail', 'Video generation failed: Video generation'],
    // It drops the reasons that stand where the videos would.
    ['google', 'veo-3.1-generate-preview', 'policy', 'No videos in response'],
    ['google', 'veo-3.1-generate-preview', 'done-no-output', 'No videos in response'],
    ['fal', 'fal-ai/veo3.1', 'fail', 'Internal Server Error'],
    ['fal', 'fal-ai/veo3.1', 'policy', 'Unprocessable Entity'],
    ['fal', 'fal-ai/veo3.1', 'done-no-output', 'No video URL in response'],
    ['replicate', 'google/veo-3.1', 'fail', 'failed: Prediction interrupted'],
    ['replicate', 'google/veo-3.1', 'policy', 'flagged as sensitive'],
    // It lacks a word that Replicate's page has.
    ['replicate', 'google/veo-3.1', 'expired', UNREAD],
    ['minimax', 'MiniMax-H3', 'fail', 'failed: unknown error \\(1000\\)'],
    ['minimax', 'MiniMax-H3', 'policy', 'sensitive \\(1027\\)'],
    ['minimax', 'MiniMax-H3', 'expired', 'expired'],
  ])('%s: %s that ends as %s', async (client, model, fault, reason) => {
    const made = await make(client, { prompt: `a [[sim polls=1 fault=${fault}]]` }, { model });
    expect(made).toMatchObject({
      thrown: { message: expect.stringMatching(new RegExp(reason)) as unknown },
    });
  });
});

describe('MiniMax’s own client, on its older wire', () => {
  test.each<[string, Settings]>([
    ['a text', {}],
    ['a length and a size', { duration: 10, resolution: '768P' }],
    ['a picture in small', { resolution: '512P', firstFrameImage: BYTES }],
    ['a link', { firstFrameImage: PICTURE }],
  ])('makes a video of %s', async (_, settings) => {
    const made = await make('minimax-mcp-js', { model: 'MiniMax-Hailuo-02', ...settings });
    expect(made).toMatchObject({
      given: { words: ['Processing', 'Success'], videos: [{ kind: 'ftyp' }] },
    });
  });

  test.each<[string, Settings, Partial<Order>, RegExp]>([
    ['an empty balance', {}, { key: 'refused-1008' }, /insufficient balance/],
    ['a model that is gone', { model: 'T2V-01' }, {}, /T2V-01 does not exist/],
    ['a length that there is not', { duration: 7 }, {}, /duration does not support 7s/],
    ['a failed task', { prompt: 'a [[sim polls=1 fault=fail]]' }, {}, /unknown error/],
    ['a rejected video', { prompt: 'a [[sim polls=1 fault=policy]]' }, {}, /sensitive/],
  ])('hears of %s', async (_, settings, order, message) => {
    expect(await make('minimax-mcp-js', settings, order)).toMatchObject({
      thrown: { message: expect.stringMatching(message) as unknown },
    });
  });
});

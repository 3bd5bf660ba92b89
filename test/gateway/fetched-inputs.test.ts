import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalBlobs } from '../../src/blobs/local';
import { createCatalog } from '../../src/core/catalog/catalog';
import type { Provider } from '../../src/core/provider/provider';
import type { Capabilities } from '../../src/core/request/capabilities';
import type { MediaForms } from '../../src/core/request/media-forms';
import type { Input } from '../../src/core/request/request';
import { fetchInputs, withFetched } from '../../src/gateway/fetched-inputs';
import { closeAll, httpServer, outbound } from '../outbound/servers';

/** A link of which a model takes the bytes is fetched once, by a GET through the guard, or refused by the caller's own word. */

const folder = mkdtempSync(join(tmpdir(), 'reelay-fetched-'));
const blobs = createLocalBlobs(folder);
afterEach(closeAll);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100)]);
const MP4 = Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1');

const FILES: Readonly<Record<string, (response: import('node:http').ServerResponse) => void>> = {
  '/a.png': (response) => response.end(PNG),
  '/a.mp4': (response) => response.end(MP4),
  '/moved': (response) => response.writeHead(302, { location: '/a.png' }).end(),
  '/inside': (response) => response.writeHead(302, { location: 'http://10.0.0.7/a.png' }).end(),
  '/gone': (response) => response.writeHead(404).end(),
  '/page': (response) => response.end('<html>sign in</html>'),
  '/nothing': (response) => response.end(),
  '/large': (response) => response.end(Buffer.concat([PNG, Buffer.alloc(5_000)])),
  '/slow': () => undefined,
};

const PRINCIPAL = {
  ...{ workspaceId: 'ws_1', keyId: 'key_1', group: 'default', models: null },
  scopes: ['generate'],
} as const;
const mode = (images: number) => ({ aspectRatioDefault: '16:9', images, videos: 0, audios: 0 });
const CAPABILITIES: Capabilities = {
  modes: { text: mode(0), first_frame: mode(1), first_last_frame: mode(2), reference: mode(45) },
  ...{ promptLengthMax: 5_000, seconds: { min: 4, max: 8, default: 4 }, fps: 24, audio: true },
  ...{ resolutions: ['720p'], resolutionDefault: '720p', aspectRatios: ['16:9'] },
  sizes: { '720p': { '16:9': [1280, 720] } },
  ...{ seed: false, watermark: false, cameraFixed: false, lastFrame: false, serviceTiers: [] },
  ...{ expiresAfterSeconds: false, safetyIdentifierLengthMax: 0, negativePrompt: false },
  ...{ cancel: 'none', idempotency: [], deadlineSeconds: 3_600, usualSeconds: 60 },
  billed: { canceled: false, rejected: false, failed: false },
};

interface Scene {
  forms?: MediaForms[];
  isRepeat?: boolean;
  isSimulated?: boolean;
}
const BYTES: MediaForms = { assets: false, linkOnly: [], bytesOnly: ['reference_image'] };

async function scene({ forms = [BYTES], isRepeat = false, isSimulated = true }: Scene = {}) {
  const asked: string[] = [];
  const { origin } = await httpServer(({ method, url = '' }, response) => {
    asked.push(`${String(method)} ${url}`);
    FILES[url]?.(response);
  });
  const provider = {
    name: 'paper',
    models: Object.fromEntries(forms.map((media, at) => [`m-${at}`, { ...CAPABILITIES, media }])),
  } as unknown as Provider; // nothing here talks to it
  const catalog = createCatalog({
    models: [
      {
        ...{ name: 'boat', aliases: [], groups: ['default'] },
        price: { rows: [{ rates: { perVideo: '25' } }] },
        channels: forms.map((_, at) => ({ channel: 'paper', model: `m-${at}` })),
      },
    ],
    channels: [
      {
        ...{ name: 'paper', provider: 'paper', baseUrl: origin, credentials: {} },
        ...{ resultOrigins: [origin], simulated: isSimulated },
      },
    ],
    providers: { paper: provider },
    now: Date.now,
  });
  const deps = {
    store: { jobs: { earlier: async () => (isRepeat ? { kind: 'replayed' } : undefined) } },
    catalog,
    outbound: outbound(),
    links: { read: (url: string) => (url.includes('/ours/') ? { problem: 'old' } : undefined) },
    ...{ blobs, waits: { inputFetchMs: 300 }, limits: { inputBytesMax: 1_000 }, now: Date.now },
  } as unknown as Parameters<typeof fetchInputs>[0]; // the parts that are used here
  const fetch = (paths: readonly string[], role: Input['role'] = 'reference_image') => {
    const inputs = paths.map((path) => ({
      role,
      media: { url: path.startsWith('http') ? path : `${origin}${path}`, param: 'image_url' },
    }));
    const draft = {
      request: { model: 'boat', prompt: 'a boat', inputs, passthrough: {} },
      ...{ names: {}, metadata: {}, echo: {}, idempotency: undefined },
      render: () => ({ status: 200 }),
    };
    return fetchInputs(deps, PRINCIPAL, draft).then((fetched) => withFetched(draft, fetched));
  };
  return { asked, fetch };
}

test('a picture becomes a stored file, and a link that is named twice is fetched once', async () => {
  const { asked, fetch } = await scene();
  const { request } = await fetch(['/a.png', '/a.png']);
  const media = { blob: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, mime: 'image/png' };
  expect(request.inputs.map((input) => input.media)).toEqual([media, media]);
  expect(asked).toEqual(['GET /a.png']);
});

test('a redirect is followed', async () => {
  const { asked, fetch } = await scene();
  const { request } = await fetch(['/moved']);
  expect(request.inputs[0]?.media).toMatchObject({ mime: 'image/png' });
  expect(asked).toEqual(['GET /moved', 'GET /a.png']);
});

const NOT_HAD = 'could not be fetched, and the model takes the file itself:';
test.each([
  ['/gone', `${NOT_HAD} it answers HTTP 404`],
  ['/slow', `${NOT_HAD} there is no answer that we may take`],
  ['/inside', `${NOT_HAD} there is no answer that we may take`],
  ['/page', 'leads to no picture, video or sound that we know'],
  ['/nothing', 'leads to no picture, video or sound that we know'],
  ['/a.mp4', 'is video/mp4; it must be image/*'],
  ['/large', 'leads to a file of more than 1000 bytes'],
  ['http://10.0.0.7/a.png', 'must name a public host, since the provider fetches it'],
  ['http://169.254.169.254/latest', 'must name a public host, since the provider fetches it'],
])('%s is refused by the name of its field', async (path, says) => {
  const { fetch } = await scene();
  await expect(fetch([path])).rejects.toMatchObject({
    code: 'invalid_request',
    param: 'image_url',
    message: `image_url: ${says}.`,
  });
});

test.each<[says: string, scene: Scene, path: string, role: Input['role']]>([
  [
    'of a model that takes links',
    { forms: [{ assets: false, linkOnly: [] }] },
    '/a.png',
    'reference_image',
  ],
  ['in another role', {}, '/a.png', 'first_frame'],
  [
    'that another channel takes as a link alone',
    { forms: [BYTES, { assets: false, linkOnly: ['reference_image'] }] },
    '/a.png',
    'reference_image',
  ],
  ['of a request that was answered before', { isRepeat: true }, '/gone', 'reference_image'],
  ['to a result of ours', {}, '/ours/a.png', 'reference_image'],
])('a link %s stays', async (_, given, path, role) => {
  const { asked, fetch } = await scene(given);
  const { request } = await fetch([path], role);
  expect(request.inputs[0]?.media).toHaveProperty('url');
  expect(asked).toEqual([]);
});

test('an origin that the operator wrote for results vouches for no link of a caller', async () => {
  const { asked, fetch } = await scene({ isSimulated: false });
  await expect(fetch(['/a.png'])).rejects.toMatchObject({
    message: `image_url: ${NOT_HAD} there is no answer that we may take.`,
  });
  expect(asked).toEqual([]);
});

test('a few links are fetched at a time, and the first that is refused ends the others', async () => {
  const { asked, fetch } = await scene();
  const many = Array.from({ length: 40 }, (_, index) => `/slow?${String(index)}`);
  const before = Date.now();
  await expect(fetch(['/a.mp4', ...many])).rejects.toMatchObject({
    message: 'image_url: is video/mp4; it must be image/*.',
  });
  expect(asked.length).toBeLessThanOrEqual(4);
  // None was waited for until its time ran out.
  expect(Date.now() - before).toBeLessThan(300);
});

test('nobody is asked for anything where the request is wrong anyhow', async () => {
  const { asked, fetch } = await scene();
  const many = Array.from({ length: 46 }, (_, index) => `/a.png?${String(index)}`);
  await expect(fetch(many)).rejects.toMatchObject({ code: 'invalid_request' });
  expect(asked).toEqual([]);
});

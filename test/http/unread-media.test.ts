import { useTestApp, PNG } from './test-app';

/**
 * A word that carries a medium and that nothing reads is a 400 that names it and the field to use: in every API that
 * passes a vendor's words on, and known by its value, since there are more names than a list can hold.
 */

const app = useTestApp();

const URL = 'https://example.com/cat.png';
const DATA_URL = `data:image/png;base64,${PNG.toString('base64')}`;
const BASE64 = PNG.toString('base64');
const B = '/v1/video/generations';
const CREATES = [B, '/v1/video/create'];

const VALUES: [what: string, value: unknown, path: string][] = [
  ['a URL', URL, ''],
  ['a URL with spaces before it', `  HTTP://example.com/a.png`, ''],
  ['a URL without a scheme', '//example.com/a.png', ''],
  ['a URL of a cloud store', 'oss://bucket/cat.png', ''],
  ['an asset', 'asset://cat-1', ''],
  ['a data URL', DATA_URL, ''],
  ['base64 of a picture', BASE64, ''],
  ['a list of URLs', [URL, URL], '.0'],
  ['an object that holds one', { type: 'image', source: { uri: URL } }, '.source.uri'],
  ['JSON text that holds one', JSON.stringify({ url: URL }), '.url'],
  ['a list of settings and one of them', [{ weight: 1 }, { weight: 2, file: BASE64 }], '.1.file'],
];

const message = async (response: Response): Promise<string> => {
  const body = (await response.json()) as {
    message?: string;
    error?: string | { message: string };
  };
  const { error } = body;
  return body.message ?? (typeof error === 'object' ? error.message : error) ?? '';
};

describe.each(CREATES)('%s', (path) => {
  test.each(VALUES)('refuses a word of a vendor with %s', async (_, value, below) => {
    const body = { model: 'clip-1', prompt: 'a cat' };
    for (const [sent, place] of [
      [{ ...body, some_word: value }, 'some_word'],
      [{ ...body, metadata: { some_word: value } }, 'metadata.some_word'],
      [{ ...body, metadata: JSON.stringify({ some_word: value }) }, 'metadata.some_word'],
    ] as const) {
      const response = await app.postJson(path, sent);
      expect(response.status).toBe(400);
      const said = await message(response);
      expect(said).toContain(`${place}${below}: carries a`);
      expect(said).toContain('image or images');
    }
    expect(app.gateway.creations).toEqual([]);
  });
});

test.each([
  ['image_url', 'use image or images'],
  ['first_frame', 'use image or images'],
  ['firstFrameUrl', 'use image or images'],
  ['start_image', 'use image or images'],
  ['image_urls', 'use image or images'],
  ['reference_image', 'use image or images'],
  ['img', 'use image or images'],
  ['frame_images', 'use image or images'],
  ['input_references', 'use image or images'],
  ['last_frame', 'use image_tail'],
  ['end_image', 'use image_tail'],
  ['video_url', 'this API takes pictures only'],
  ['webhook_url', 'callbacks go to callback_url'],
  ['notifyHook', 'callbacks go to callback_url'],
])('names for %s the field that is read: %s', async (name, use) => {
  for (const body of [{ [name]: URL }, { [name]: [URL] }, { metadata: { [name]: URL } }]) {
    const response = await app.postJson(B, { model: 'clip-1', prompt: 'a cat', ...body });
    expect([response.status, await message(response)]).toEqual([400, expect.stringContaining(use)]);
  }
});

test('refuses a plain name of an input whose value is an id of another store', async () => {
  const body = { model: 'clip-1', prompt: 'a cat', first_frame: { file_id: 'file-1' } };
  const response = await app.postJson(B, body);
  expect([response.status, await message(response)]).toEqual([
    400,
    expect.stringContaining('first_frame: is an input that nothing reads here'),
  ]);
});

test('a form is asked the same', async () => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ model: 'clip-1', prompt: 'a cat', img: URL })) {
    form.append(name, value);
  }
  const response = await app.send(B, { method: 'POST', body: form });
  expect([response.status, await message(response)]).toEqual([
    400,
    expect.stringContaining('img: carries a URL'),
  ]);
});

test('settings stay the vendor`s, whatever they are called, and what is read stays read', async () => {
  const settings = {
    style: 'ink',
    image_strength: 0.5,
    ratio_text: '16:9 // wide',
    note: 'see https://example.com for the style',
    audio: true,
    cfg: { scale: 1, list: [1, 'two', null] },
  };
  const body = { model: 'clip-1', prompt: 'look at https://example.com', image: URL, ...settings };
  const response = await app.postJson(B, body);
  expect(response.status).toBe(200);
  const creation = app.gateway.creations.at(-1);
  expect(creation?.request.passthrough).toEqual(settings);
  expect(creation?.request.inputs).toHaveLength(1);
});

test.each([
  ['/v1/videos', { image_url: URL }, /image_url: .*use input_reference/],
  ['/v1/videos', { end_frame: URL }, /end_frame: .*use frame_images/],
  ['/v1/videos', { source_video: URL }, /source_video: .*use input_references/],
  ['/v1/videos', { webhook: URL }, /webhook: .*use callback_url/],
  ['/v1/videos', { frame_image: [] }, /frame_image: is not a known field; .*known: frame_images, /],
  ['/v1/videos', { sed: 5 }, /sed: is not a known field.*known: seed, /],
  ['/unified-video/generate', { image_urls: [URL] }, /image_urls: .*use images \(known: images, /],
  ['/unified-video/quote', { referenceVideo: URL }, /referenceVideo: .*use referenceVideoUrls/],
  ['/unified-video/generate', { callback_url: URL }, /callback_url: .*known: callbackUrl, /],
  [
    '/v1/ula/generate-video',
    { image_url: URL },
    /image_url: .*send a form, with media as its files/,
  ],
])('%s names the known fields for %j, the nearest first', async (path, more, said) => {
  const ula = { resolution: '720p', aspect_ratio: '16:9', duration: 4, generate_audio: false };
  const rest = path.includes('ula') ? { ...ula, camera_fixed: false, service_tier: 'default' } : {};
  const response = await app.postJson(path, { model: 'clip-1', prompt: 'x', ...rest, ...more });
  expect([400, 422]).toContain(response.status);
  expect(await message(response)).toMatch(said);
});

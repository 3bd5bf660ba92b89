import { useTestApp } from './test-app';
import { MODEL } from './memory-gateway';

/** Token360's `/v1/videos` infers what to do from which frames and references a request has. */

const app = useTestApp();

const url = 'https://example.com/a';
const first = { type: 'image_url', frame_type: 'first_frame', image_url: { url } };
const last = { type: 'image_url', frame_type: 'last_frame', image_url: { url } };
const image = { type: 'image_url', image_url: { url } };
const video = { type: 'video_url', video_url: { url } };
const audio = { type: 'audio_url', audio_url: { url } };

const submit = (body: object) =>
  app.postJson('/v1/videos', { model: MODEL, prompt: 'a cat', ...body });

test.each<[body: object, mode: string, roles: string[]]>([
  [{}, 'text', []],
  [{ frame_images: [], input_references: [] }, 'text', []],
  [{ frame_images: [first] }, 'first_frame', ['first_frame']],
  [{ input_reference: { image_url: url } }, 'first_frame', ['first_frame']],
  [{ frame_images: [first, last] }, 'first_last_frame', ['first_frame', 'last_frame']],
  [{ frame_images: [last, first] }, 'first_last_frame', ['last_frame', 'first_frame']],
  [
    { input_reference: { image_url: url }, frame_images: [last] },
    'first_last_frame',
    ['first_frame', 'last_frame'],
  ],
  [
    {
      input_references: [
        { ...image, role: 'first_frame' },
        { ...image, role: 'last_frame' },
      ],
    },
    'first_last_frame',
    ['first_frame', 'last_frame'],
  ],
  [{ input_references: [image] }, 'reference', ['reference_image']],
  [{ input_references: [{ image_url: url }] }, 'reference', ['reference_image']],
  [{ input_references: [{ ...image, role: 'reference_image' }] }, 'reference', ['reference_image']],
  [{ reference_images: [url, { url }] }, 'reference', ['reference_image', 'reference_image']],
  [{ input_references: [video] }, 'reference', ['reference_video']],
  [
    { input_references: [audio, image], reference_images: [url] },
    'reference',
    ['reference_audio', 'reference_image', 'reference_image'],
  ],
  [
    { input_references: [image, video, audio] },
    'reference',
    ['reference_image', 'reference_video', 'reference_audio'],
  ],
])('%j is %s', async (body, mode, roles) => {
  const response = await submit(body);
  expect(await response.json()).toMatchObject({ parameters: { mode } });
  const inputs = app.gateway.creations.at(-1)?.request.inputs ?? [];
  expect(inputs.map(({ role }) => role)).toEqual(roles);
});

test.each<[body: object, param: string, said: string]>([
  [{ frame_images: [last] }, 'frame_images', 'a last frame without a first frame'],
  [{ frame_images: [first, first] }, 'frame_images', 'more than one image for the same frame'],
  [{ frame_images: [first, last, last] }, 'frame_images', 'more than one image for the same frame'],
  [
    { input_reference: { image_url: url }, frame_images: [first] },
    'input_reference',
    'more than one image for the same frame',
  ],
  [{ frame_images: [first], input_references: [image] }, 'frame_images', 'mixes frames with'],
  [{ frame_images: [first], reference_images: [url] }, 'frame_images', 'mixes frames with'],
  [
    { input_references: [{ ...image, role: 'first_frame' }, image] },
    'input_references',
    'mixes frames with',
  ],
  [
    { input_reference: { image_url: url }, input_references: [video] },
    'input_reference',
    'mixes frames with',
  ],
  [{ input_references: [audio] }, 'input_references', 'audio as its only reference'],
  [{ input_references: [image, image, image, image, image] }, 'input_references', 'at most 4'],
  [{ reference_images: [url, url, url, url, url] }, 'reference_images', 'at most 4'],
  [{ input_references: [video, video] }, 'input_references', 'at most 1'],
  [
    { input_references: [{ type: 'video_url', image_url: { url } }] },
    'input_references.0.type',
    'image_url',
  ],
  [
    { input_references: [{ ...video, role: 'first_frame' }] },
    'input_references.0.role',
    'Allowed: reference_video.',
  ],
  [{ input_references: [{ type: 'image_url' }] }, 'input_references.0', 'exactly one of'],
  [{ input_references: ['ftp://example.com/a'] }, 'input_references.0', 'must be an object'],
  [{ reference_images: ['ftp://example.com/a'] }, 'reference_images.0', 'http(s) URL'],
])('%j is refused and names %s', async (body, param, said) => {
  const response = await submit(body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: { param, message: expect.stringContaining(said), code: 'invalid_request' },
  });
});

test('what the provider is asked besides comes back in the answer', async () => {
  const response = await submit({
    return_last_frame: true,
    execution_expires_after: 7200,
    safety_identifier: 'user-1',
    request_id: 'r-1',
  });
  expect(await response.json()).toMatchObject({
    request_id: 'r-1',
    parameters: {
      return_last_frame: true,
      execution_expires_after: 7200,
      safety_identifier: 'user-1',
    },
  });
});

test.each<[body: object, param: string]>([
  [{ execution_expires_after: 60 }, 'execution_expires_after'],
  [{ safety_identifier: 'x'.repeat(65) }, 'safety_identifier'],
  [{ request_id: 'x'.repeat(201) }, 'request_id'],
])('%j is out of range and names %s', async (body, param) => {
  const response = await submit(body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param } });
});

test('the list of models with their abilities is not taken for a video', async () => {
  const models = await app.send('/v1/videos/models');
  expect(await models.json()).toMatchObject({ object: 'list', data: [{ id: MODEL }] });
  expect((await app.send('/v1/videos/models', { method: 'DELETE' })).status).toBe(404);
});

import type { RoutedModel } from '../../src/core/catalog/catalog';
import { withCallerWords, SELF_HOSTED_KEYS } from '../../src/providers/openai/vendor-keys';
import { MODEL } from './memory-gateway';
import { startTestApp, type TestApp } from './test-app';

/** What callers of vLLM-Omni, SGLang and LiteLLM write into a create: read as our own word for it, or refused by name. */

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const BODY = { model: MODEL, prompt: 'a cat' };
const post = (body: object): Promise<Response> => app.postJson('/v1/videos', { ...BODY, ...body });
const formOf = (fields: Record<string, string>): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...BODY, ...fields })) form.append(name, value);
  return form;
};
const created = (): object | undefined => app.gateway.creations.at(-1)?.request;
const PICTURE = 'https://example.com/cat.png';
const FILM = 'https://example.com/cat.mp4';

test.each<[words: object, means: object]>([
  [{ width: 1280, height: 720 }, { size: { width: 1280, height: 720 } }],
  [{ width: 720, height: 1280, size: '720x1280' }, { size: { width: 720, height: 1280 } }],
  [{ fps: 24 }, { fps: 24 }],
  [{ generate_sound: true }, { generateAudio: true }],
  [{ n: 1 }, {}],
  [
    { reference_url: PICTURE },
    { inputs: [{ role: 'first_frame', media: { url: PICTURE, param: 'reference_url' } }] },
  ],
  [
    { video_url: FILM },
    { inputs: [{ role: 'reference_video', media: { url: FILM, param: 'video_url' } }] },
  ],
  [{ extra_body: { seconds: 5, seed: 7 } }, { seconds: 5, seed: 7 }],
  [{ extra_body: { seconds: '5' }, seconds: 5 }, { seconds: 5 }],
  [{ extra_body: { input_reference: PICTURE } }, { inputs: [{ role: 'first_frame' }] }],
])('%j is read', async (words, means) => {
  const response = await post(words);
  expect([response.status, await response.json()]).toMatchObject([200, { status: 'queued' }]);
  expect(created()).toMatchObject(means);
});

test.each<[fields: Record<string, string>, means: object]>([
  [{ width: '1280', height: '720', n: '1' }, { size: { width: 1280, height: 720 } }],
  [{ extra_body: '{"seconds": 5}' }, { seconds: 5 }],
  [{ 'extra_body[seed]': '7' }, { seed: 7 }],
])('%j is read in a form', async (fields, means) => {
  const response = await app.send('/v1/videos', { method: 'POST', body: formOf(fields) });
  expect([response.status, await response.json()]).toMatchObject([200, { status: 'queued' }]);
  expect(created()).toMatchObject(means);
});

test.each<[words: object, param: string, said: RegExp]>([
  [{ n: 2 }, 'n', /Allowed: 1/],
  [{ width: 1280 }, 'height', /is required beside the other side/],
  [{ width: 1280, height: 720, size: '720x1280' }, 'size', /contradicts width and height/],
  [{ width: 1, height: 2 }, 'width', /Allowed: 1280x720/],
  [{ fps: 60 }, 'fps', /Allowed: 24/],
  [{ negative_prompt: 'dogs' }, 'negative_prompt', /is not supported/],
  [{ generate_sound: true, generate_audio: false }, 'generate_sound', /contradicts generate_audio/],
  [{ num_frames: 81 }, 'num_frames', /use seconds/],
  [{ guidance_scale: 4 }, 'guidance_scale', /no word that callers of this model may use/],
  [{ extra_params: { a: 1 } }, 'extra_params', /no word that callers of this model may use/],
  [{ extra_body: { seconds: 5 }, seconds: 4 }, 'extra_body.seconds', /contradicts seconds/],
  [{ extra_body: { secods: 5 } }, 'extra_body.secods', /did you mean "seconds"/],
  [{ extra_body: { model: 'other' } }, 'extra_body.model', /is not a known field/],
  [{ image_reference: PICTURE }, 'image_reference', /input_reference/],
])('%j is refused by name', async (words, param, said) => {
  const before = app.gateway.jobs.size;
  const response = await post(words);
  const { error } = (await response.json()) as { error: { message: string } };
  expect([response.status, error]).toMatchObject([400, { param }]);
  expect(error.message).toMatch(said);
  expect(app.gateway.jobs.size).toBe(before);
});

describe('a model of a server whose operator has opened a word', () => {
  beforeAll(() => {
    const { models } = app.gateway;
    const vendorKeys = withCallerWords(SELF_HOSTED_KEYS, ['num_inference_steps']);
    const opened = ({ routes: [first], ...model }: RoutedModel): RoutedModel => ({
      ...model,
      routes: [{ ...first, capabilities: { ...first.capabilities, vendorKeys } }],
    });
    app.gateway.models = (principal) => models(principal).map(opened);
  });

  test('has it and those that its page documents, in JSON and in a form', async () => {
    expect((await post({ guidance_scale: 4.5, num_inference_steps: 30 })).status).toBe(200);
    expect(created()).toMatchObject({
      passthrough: { guidance_scale: 4.5, num_inference_steps: 30 },
    });
    const form = formOf({ guidance_scale: '4.5', num_inference_steps: '30' });
    expect((await app.send('/v1/videos', { method: 'POST', body: form })).status).toBe(200);
    expect(created()).toMatchObject({
      passthrough: { guidance_scale: 4.5, num_inference_steps: 30 },
    });
  });

  test('tells what it has, and refuses the others with the names of those', async () => {
    const listed = (await (await app.send('/v1/videos/models')).json()) as { data: object[] };
    const words = ['guidance_scale', 'guidance_scale_2', 'num_inference_steps', 'nvext'];
    expect(listed.data).toMatchObject([{ supported_server_words: words }]);
    const response = await post({ lora: { name: 'ink' } });
    expect(await response.json()).toMatchObject({
      error: {
        param: 'lora',
        message: expect.stringContaining(`Allowed: ${words.join(', ')}.`),
      },
    });
  });
});

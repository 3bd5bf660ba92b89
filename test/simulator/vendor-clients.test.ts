import { createByteDance } from '@ai-sdk/bytedance';
import type { Experimental_VideoModelV3 as VideoModel } from '@ai-sdk/provider';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI, { APIError, toFile } from 'openai';
import { secretOf } from '../../simulators/kling/token';
import { startUpstream, type Upstream } from '../support/simulator';

/**
 * Clients that others wrote for the real vendors, pointed at the simulators: what they send is taken, and what they are
 * answered they can read. The one for Kling is a copy, whose README says of what.
 */

const ROOT = join(__dirname, '../..');
const COPY = 'test/vendor/ai-sdk-klingai/src';

type CallOptions = Parameters<VideoModel['doGenerate']>[0];
interface KlingSettings {
  baseURL: string;
  apiKey?: string;
  accessKey?: string;
  secretKey?: string;
}
/** The compiler does not look into the copy, so that its type is told here. */
interface Copy {
  createKlingAI(settings: KlingSettings): { video(model: string): VideoModel };
}
const { createKlingAI } = jest.requireActual<Copy>(join(ROOT, COPY, 'index'));

let upstream: Upstream;
beforeAll(async () => {
  // It stands still, and a client's token begins five seconds before it is made: ahead, so that a slow machine is in time.
  upstream = await startUpstream({ startAt: Date.now() + 60_000 });
});
afterAll(() => upstream.stop());

const NOTHING = {
  n: 1,
  prompt: undefined,
  image: undefined,
  aspectRatio: undefined,
  resolution: undefined,
  duration: undefined,
  fps: undefined,
  seed: undefined,
  generateAudio: undefined,
};
/** The first look finds it running, the second at its end. */
const PROMPT = 'a cat [[sim polls=2 video=shared]]';
const PICTURE = {
  type: 'url' as const,
  url: 'https://media.example/a.png',
  mediaType: 'image/png',
};
const FIRST = { frameType: 'first_frame' as const, image: PICTURE };
const LAST = { frameType: 'last_frame' as const, image: PICTURE };

type Wishes = Partial<CallOptions> & { own?: Record<string, unknown> };
function generate(vendor: 'klingai' | 'bytedance', model: VideoModel, { own, ...wishes }: Wishes) {
  const providerOptions = { [vendor]: { pollIntervalMs: 1, ...own } };
  // Sound because `own` holds what the vendor's options may hold, which are JSON.
  return model.doGenerate({
    ...NOTHING,
    prompt: PROMPT,
    ...wishes,
    providerOptions,
  } as CallOptions);
}

const ownKey: Omit<KlingSettings, 'baseURL'> = { apiKey: 'a-key' };
const signed = { accessKey: 'a-client', secretKey: secretOf('a-client') };
const onKling = (id: string, wishes: Wishes = {}, credentials = ownKey) =>
  generate(
    'klingai',
    createKlingAI({ baseURL: upstream.baseUrlOf('kling'), ...credentials }).video(id),
    wishes,
  );
const onArk = (id: string, wishes: Wishes = {}) =>
  generate(
    'bytedance',
    createByteDance({ baseURL: upstream.baseUrlOf('ark'), apiKey: 'a-key' }).video(id),
    wishes,
  );

/** Fails unless the result is one link to an MP4 file. */
async function expectVideo({ videos, warnings }: Awaited<ReturnType<typeof generate>>) {
  expect(warnings).toEqual([]);
  expect(videos).toEqual([
    { type: 'url', url: expect.any(String) as unknown, mediaType: 'video/mp4' },
  ]);
  const [video] = videos;
  const file = await fetch(video?.type === 'url' ? video.url : '');
  const bytes = Buffer.from(await file.arrayBuffer());
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
}

/** Names the models of a text that lists them in quotes: `'kling-v1-t2v' |`. */
const listedIn = (path: string, pattern: RegExp): string[] => [
  ...new Set(readFileSync(join(ROOT, path), 'utf8').match(pattern) ?? []),
];

describe('Vercel’s client of Kling, on the older wire', () => {
  const listed = listedIn(`${COPY}/klingai-video-settings.ts`, /(?<=')kling-[\w.-]+(?=')/g);
  const isMotion = (id: string): boolean => id.endsWith('-motion-control');

  test('lists its models where this test reads them', () => {
    expect(listed.length).toBeGreaterThan(15);
  });

  test.each(listed.filter((id) => !isMotion(id)))('%s makes a video', async (id) => {
    const result = await onKling(id, id.endsWith('-i2v') ? { image: PICTURE } : {}, signed);
    await expectVideo(result);
    expect(result.providerMetadata?.['klingai']).toMatchObject({ videos: [{ duration: '5' }] });
  });

  test.each<[string, string, Wishes]>([
    ['a shape and a length', 'kling-v3.0-t2v', { aspectRatio: '9:16', duration: 10 }],
    ['sound', 'kling-v2.6-t2v', { generateAudio: true, own: { mode: 'pro' } }],
    ['first and last frame', 'kling-v3.0-i2v', { frameImages: [FIRST, LAST] }],
    ['references', 'kling-v1.6-i2v', { inputReferences: [PICTURE, PICTURE] }],
    ['what to leave out', 'kling-v2.6-t2v', { own: { negativePrompt: 'dogs' } }],
    ['a watermark', 'kling-v3.0-t2v', { own: { watermarkEnabled: true } }],
    [
      'several shots',
      'kling-v3.0-t2v',
      {
        own: {
          multiShot: true,
          shotType: 'customize',
          multiPrompt: [
            { index: 1, prompt: 'a cat', duration: '2' },
            { index: 2, prompt: 'a dog', duration: '3' },
          ],
        },
      },
    ],
  ])('asks for %s', async (_, id, wishes) => {
    await expectVideo(await onKling(id, wishes));
  });

  test.each(listed.filter(isMotion))(
    '%s is not simulated: no such path, says Kling',
    async (id) => {
      const own = { videoUrl: 'https://media.example/a.mp4', characterOrientation: 'image' };
      const asked = onKling(id, { image: PICTURE, own: { ...own, mode: 'std' } });
      await expect(asked).rejects.toMatchObject({ statusCode: 404, data: { code: 1202 } });
    },
  );

  test.each<[string, number, number, Wishes, typeof ownKey]>([
    ['a wrong secret', 401, 1002, {}, { accessKey: 'a-client', secretKey: 'guessed' }],
    ['a spent pack', 429, 1102, {}, { apiKey: 'refused-1102' }],
    ['a full account', 429, 1303, {}, { apiKey: 'refused-1303' }],
    ['a length that there is not', 400, 1201, { duration: 7 }, ownKey],
  ])('hears of %s', async (_, statusCode, code, wishes, credentials) => {
    const asked = onKling('kling-v2.5-turbo-t2v', wishes, credentials);
    await expect(asked).rejects.toMatchObject({
      name: 'AI_APICallError',
      statusCode,
      data: { code },
    });
  });

  test.each([
    ['fail', 'Internal error'],
    ['policy', 'risk control'],
  ])('hears why a task failed: %s', async (fault, reason) => {
    const prompt = `a cat [[sim polls=2 fault=${fault}]]`;
    await expect(onKling('kling-v3.0-t2v', { prompt })).rejects.toMatchObject({
      name: 'KLINGAI_VIDEO_GENERATION_FAILED',
      message: expect.stringContaining(reason) as unknown,
    });
  });
});

describe('Vercel’s client of Ark', () => {
  const listed = listedIn(
    'node_modules/@ai-sdk/bytedance/dist/index.d.ts',
    /(?<=')(dreamina-)?seedance-[\w-]+(?=')/g,
  );
  /** Which the provider serves no longer, so that the simulator has them neither. */
  const isGone = (id: string): boolean => id.includes('-lite-');

  test('lists its models where this test reads them', () => {
    expect(listed.length).toBeGreaterThan(5);
  });

  test.each(listed.filter((id) => !isGone(id)))('%s makes a video', async (id) => {
    const result = await onArk(id, { aspectRatio: '16:9', resolution: '1280x720', duration: 5 });
    await expectVideo(result);
    const tokens = expect.any(Number) as unknown;
    expect(result.providerMetadata?.['bytedance']).toMatchObject({
      usage: { completion_tokens: tokens },
    });
  });

  test.each(listed.filter(isGone))('%s is unknown', async (id) => {
    await expect(onArk(id)).rejects.toMatchObject({
      statusCode: 404,
      data: { error: { code: 'InvalidEndpointOrModel.NotFound' } },
    });
  });

  const NEW = 'dreamina-seedance-2-0-260128';
  const OLD = 'seedance-1-0-pro-250528';
  test.each<[string, string, Wishes]>([
    ['a first frame', 'seedance-1-0-pro-fast-251015', { image: PICTURE }],
    ['first and last frame', NEW, { frameImages: [FIRST, LAST] }],
    ['references', 'dreamina-seedance-2-0-mini-260615', { inputReferences: [PICTURE, PICTURE] }],
    [
      'references of its own words',
      NEW,
      { own: { referenceImages: [PICTURE.url], referenceVideos: ['https://media.example/a.mp4'] } },
    ],
    ['a seed and a still camera', OLD, { seed: 7, own: { cameraFixed: true } }],
    ['a cheap tier', OLD, { own: { serviceTier: 'flex', watermark: false } }],
    ['a field that it does not know', NEW, { own: { priority: 3 } }],
  ])('asks for %s', async (_, id, wishes) => {
    await expectVideo(await onArk(id, wishes));
  });

  test.each<[string, string, Wishes]>([
    ['a seed on 2.0', NEW, { seed: 7 }],
    [
      'a last frame on 1.0 pro fast',
      'seedance-1-0-pro-fast-251015',
      { frameImages: [FIRST, LAST] },
    ],
    ['a length that there is not', NEW, { duration: 99 }],
  ])('hears of %s', async (_, id, wishes) => {
    await expect(onArk(id, wishes)).rejects.toMatchObject({
      name: 'AI_APICallError',
      statusCode: 400,
      data: { error: { code: 'InvalidParameter' } },
    });
  });

  test.each(['fail', 'policy'])('hears that a task failed: %s', async (fault) => {
    const prompt = `a cat [[sim polls=2 fault=${fault}]]`;
    await expect(onArk(NEW, { prompt })).rejects.toMatchObject({
      name: 'BYTEDANCE_VIDEO_GENERATION_FAILED',
    });
  });
});

describe('OpenAI’s own client', () => {
  const client = (apiKey = 'a-key') =>
    new OpenAI({ apiKey, baseURL: upstream.baseUrlOf('openai'), maxRetries: 0 });
  const made = async (wishes: Partial<OpenAI.VideoCreateParams>, apiKey?: string) => {
    const { videos } = client(apiKey);
    const { id } = await videos.create({ prompt: PROMPT, ...wishes });
    // LiteLLM's proxy itself shows another id at a look, and takes both.
    const shown = apiKey === 'simulated-litellm' ? {} : { id };
    expect(await videos.retrieve(id)).toMatchObject({ object: 'video', ...shown });
    return videos.retrieve(id);
  };
  const picture = () => toFile(Buffer.from('a picture'), 'a.png', { type: 'image/png' });

  test.each<[string, () => Promise<Partial<OpenAI.VideoCreateParams>>]>([
    ['a text alone', () => Promise.resolve({})],
    ['a length and a size', () => Promise.resolve({ seconds: '8', size: '1280x720' })],
    ['the larger model', () => Promise.resolve({ model: 'sora-2-pro', size: '1024x1792' })],
    ['a picture as a file', async () => ({ input_reference: await picture() })],
    [
      'a picture by its link',
      () => Promise.resolve({ input_reference: { image_url: PICTURE.url } }),
    ],
  ])('makes a video of %s, and downloads it', async (_, wishes) => {
    const video = await made(await wishes());
    expect(video).toMatchObject({ status: 'completed', progress: 100, error: null });
    const file = await client().videos.downloadContent(video.id);
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  });

  test.each(['sglang', 'tensorrt', 'litellm', 'newapi', 'vllm'])(
    'makes a video on %s, and downloads it',
    async (server) => {
      const key = `simulated-${server}`;
      const video = await made({ model: 'wan' as OpenAI.VideoModel }, key);
      expect(video).toMatchObject({ status: 'completed' });
      const file = await client(key).videos.downloadContent(video.id);
      expect(file.headers.get('content-type')).toBe('video/mp4');
    },
  );

  test('lists every video, page by page, and deletes one', async () => {
    const { videos } = client('a-key-of-lists');
    const ids = [];
    for (let count = 0; count < 3; count += 1)
      ids.unshift((await videos.create({ prompt: PROMPT })).id);
    const listed = [];
    for await (const { id } of videos.list({ limit: 2 })) listed.push(id);
    expect(listed).toEqual(ids);
    const [id = ''] = ids;
    await videos.retrieve(id);
    await videos.retrieve(id);
    expect(await videos.delete(id)).toMatchObject({ id, deleted: true });
    await expect(videos.retrieve(id)).rejects.toMatchObject({ status: 404 });
  });

  test.each<[string, number, string | null, Partial<OpenAI.VideoCreateParams>]>([
    ['a model that there is not', 404, 'model_not_found', { model: 'sora-9' as 'sora-2' }],
    ['a length that there is not', 400, 'invalid_value', { seconds: '5' as '4' }],
    ['a size of the larger model', 400, 'invalid_value', { size: '1024x1792' }],
  ])('hears of %s', async (_, status, code, wishes) => {
    const asked = client().videos.create({ prompt: PROMPT, ...wishes });
    const error: unknown = await asked.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status, code });
  });

  test.each([
    ['fail', 'video_generation_failed'],
    ['policy', 'moderation_blocked'],
  ])('hears why a job failed: %s', async (fault, code) => {
    const prompt = `a cat [[sim polls=2 fault=${fault}]]`;
    expect(await made({ prompt })).toMatchObject({ status: 'failed', error: { code } });
  });
});

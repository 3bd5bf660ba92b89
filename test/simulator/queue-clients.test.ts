import { createFalClient, type FalClient, type RequestMiddleware } from '@fal-ai/client';
import Replicate from 'replicate';
import { startUpstream, type Upstream } from '../support/simulator';

/** The vendors' own clients of fal and Replicate, unchanged: what they send is taken, and what they are answered they read. */

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.stop());

/** The first look finds it running, the second at its end. */
const PROMPT = 'a cat [[sim polls=2 video=shared]]';
const PICTURE = 'https://media.example/a.png';

async function expectVideo(url: unknown): Promise<void> {
  const file = await fetch(String(url), { headers: { connection: 'close' } });
  const bytes = Buffer.from(await file.arrayBuffer());
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
}

describe('fal’s client', () => {
  /** It knows one host; what it sends there goes to the simulator. */
  const toSimulator: RequestMiddleware = (request) =>
    Promise.resolve({
      ...request,
      url: request.url.replace('https://queue.fal.run', upstream.baseUrlOf('fal')),
    });
  const client = (credentials = 'an-id:a-secret'): FalClient =>
    createFalClient({ credentials, requestMiddleware: toSimulator, retry: { maxRetries: 0 } });
  /** The client has types of some endpoints, which would not let us send what is wrong. */
  type Input = Record<string, unknown>;

  test.each<[string, Input]>([
    ['fal-ai/veo3.1', { prompt: PROMPT, duration: '4s', resolution: '1080p' }],
    ['fal-ai/veo3.1/fast/image-to-video', { prompt: PROMPT, image_url: PICTURE }],
    ['fal-ai/kling-video/v3/pro/text-to-video', { prompt: PROMPT, duration: '3', cfg_scale: 0.7 }],
    [
      'bytedance/seedance-2.0/reference-to-video',
      { prompt: PROMPT, duration: '4', image_urls: [PICTURE] },
    ],
  ])('%s makes a video', async (endpoint, input) => {
    const words: string[] = [];
    const result = await client().subscribe(endpoint, {
      input,
      pollInterval: 1,
      onQueueUpdate: ({ status }) => words.push(status),
    });
    expect([...new Set(words)]).toEqual(expect.arrayContaining(['IN_PROGRESS', 'COMPLETED']));
    expect(result.requestId).toMatch(/^[\w-]{36}$/);
    const { video } = result.data as { video: { url: string } };
    await expectVideo(video.url);
  });

  test('reads the place of what is refused, and who is not known', async () => {
    const input: Input = { prompt: 'a', duration: '5s' };
    const endpoint: string = 'fal-ai/veo3.1';
    const wrong = client().queue.submit(endpoint, { input });
    await expect(wrong).rejects.toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'duration'] }] },
    });
    const unknown = client('no-secret').queue.submit('fal-ai/veo3.1', { input: { prompt: 'a' } });
    await expect(unknown).rejects.toMatchObject({ status: 401 });
  });

  test('finds the reason of a rejected video in its result', async () => {
    const input = { prompt: 'a cat [[sim polls=1 fault=policy]]' };
    const rejected = client().subscribe('fal-ai/veo3.1', { input, pollInterval: 1 });
    await expect(rejected).rejects.toMatchObject({
      status: 422,
      body: { detail: [{ type: 'content_policy_violation' }] },
    });
  });

  test('cancels', async () => {
    const { queue } = client();
    const input = { prompt: 'a cat [[sim queued=100]]' };
    const { request_id: requestId } = await queue.submit('fal-ai/veo3.1', { input });
    await queue.cancel('fal-ai/veo3.1', { requestId });
    const { status } = await queue.status('fal-ai/veo3.1', { requestId });
    expect(status).toBe('COMPLETED');
  });
});

describe('Replicate’s client', () => {
  const client = (): Replicate =>
    new Replicate({
      auth: 'r8_abc',
      baseUrl: upstream.baseUrlOf('replicate'),
      useFileOutput: false,
    });

  test.each<[`${string}/${string}`, Record<string, unknown>]>([
    ['google/veo-3.1', { prompt: PROMPT, duration: 4, reference_images: [] }],
    ['kwaivgi/kling-v3-video', { prompt: PROMPT, mode: 'standard', start_image: PICTURE }],
    ['bytedance/seedance-1-pro', { prompt: PROMPT, fps: 24, aspect_ratio: '9:21' }],
  ])('%s makes a video', async (model, input) => {
    const words: string[] = [];
    const wait = { mode: 'poll' as const, interval: 1 };
    const output = await client().run(model, { input, wait }, ({ status }) => words.push(status));
    expect(words).toEqual(expect.arrayContaining(['processing', 'succeeded']));
    await expectVideo(output);
  });

  test('waits where it asked for the answer to wait', async () => {
    const input = { prompt: PROMPT };
    await expectVideo(await client().run('bytedance/seedance-1-pro', { input }));
  });

  test('lists, cancels, and reads why something failed', async () => {
    const { predictions } = client();
    const model = 'bytedance/seedance-1-pro';
    const input = { prompt: 'a cat [[sim queued=100]]' };
    const { id } = await predictions.create({ model, input });
    expect((await predictions.list()).results.map((one) => one.id)).toContain(id);
    expect(await predictions.cancel(id)).toMatchObject({ id, status: 'canceled' });
    const failing = { prompt: 'a cat [[sim polls=1 fault=policy]]' };
    await expect(client().run(model, { input: failing })).rejects.toThrow(/flagged as sensitive/);
  });

  test('validates a callback by the secret that it is shown', async () => {
    expect((await client().webhooks.default.secret.get()).key).toMatch(/^whsec_/);
  });
});

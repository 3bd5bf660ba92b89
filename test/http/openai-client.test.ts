import OpenAI, { APIError, toFile } from 'openai';
import { KEY, MP4, startTestApp, PNG, until, type TestApp } from './test-app';
import { KEPT_FOR, MODEL } from './memory-gateway';
import { failure } from '../../src/core/errors';
import type { Job } from '../../src/core/job/job';

/** All that OpenAI declares of a video. */
const FIELDS = [
  ...(['id', 'object', 'model', 'status', 'progress', 'created_at', 'completed_at'] as const),
  ...(['expires_at', 'prompt', 'size', 'seconds', 'remixed_from_video_id', 'error'] as const),
];

describe('the unchanged OpenAI client', () => {
  let app: TestApp;
  let client: OpenAI;
  beforeAll(async () => {
    app = await startTestApp();
    client = new OpenAI({ apiKey: KEY, baseURL: `${app.origin}/v1`, maxRetries: 2 });
  });
  afterAll(() => app.close());

  test('creates a video without a file and reads the answer as its own type', async () => {
    const video = await client.videos.create({
      model: MODEL as OpenAI.VideoModel,
      prompt: 'a cat',
      seconds: '4',
      size: '1280x720',
    });
    expect(video).toMatchObject({
      object: 'video',
      status: 'queued',
      progress: 0,
      seconds: '4',
      size: '1280x720',
      prompt: 'a cat',
      completed_at: null,
      expires_at: null,
      error: null,
      remixed_from_video_id: null,
    });
    expect(video.id).toMatch(/^video_[0-9a-f]{32}$/);
    expect(app.gateway.creations.at(-1)?.request).toMatchObject({
      seconds: 4,
      size: { width: 1280, height: 720 },
      inputs: [],
    });
  });

  test('uploads a file, which becomes the first frame and is stored once', async () => {
    const before = app.blobFiles().length;
    for (let round = 0; round < 2; round += 1) {
      await client.videos.create({
        model: MODEL as OpenAI.VideoModel,
        prompt: 'the picture moves',
        input_reference: await toFile(PNG, 'photo.png', { type: 'image/png' }),
      });
    }
    const [input] = app.gateway.creations.at(-1)?.request.inputs ?? [];
    expect(input).toEqual({
      role: 'first_frame',
      media: { blob: expect.stringMatching(/^[0-9a-f]{64}$/), mime: 'image/png' },
    });
    expect(app.blobFiles().length).toBe(before + 1);
  });

  test('names an image by URL in a multipart object', async () => {
    await client.videos.create({
      model: MODEL as OpenAI.VideoModel,
      prompt: 'the picture moves',
      input_reference: { image_url: 'https://example.com/photo.png' },
    });
    expect(app.gateway.creations.at(-1)?.request.inputs).toEqual([
      {
        role: 'first_frame',
        media: { url: 'https://example.com/photo.png', param: 'input_reference.image_url' },
      },
    ]);
  });

  test('is told the field and the allowed values when a model cannot do something', async () => {
    const refused = client.videos.create({
      model: MODEL as OpenAI.VideoModel,
      prompt: 'a cat',
      seconds: '12',
    });
    await expect(refused).rejects.toMatchObject({
      status: 400,
      param: 'seconds',
      type: 'invalid_request_error',
      code: 'invalid_request',
      message: expect.stringContaining('Allowed: 4, 5, 6, 7, 8.'),
    });
  });

  test('retrieves, downloads and deletes a finished video', async () => {
    const { id } = await client.videos.create({
      model: MODEL as OpenAI.VideoModel,
      prompt: 'a dog',
    });
    app.gateway.file = MP4;
    app.gateway.finish(id);

    const video = await client.videos.retrieve(id);
    expect(video).toMatchObject({ status: 'completed', progress: 100 });
    const response = await client.videos.downloadContent(id);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(MP4);
    expect(response.headers.get('content-type')).toBe('video/mp4');

    expect(await client.videos.delete(id)).toEqual({ id, object: 'video.deleted', deleted: true });
    await expect(client.videos.retrieve(id)).rejects.toMatchObject({
      status: 404,
      type: 'not_found_error',
    });
  });

  test.each<[state: string, change: Partial<Job>, ends: boolean[]]>([
    ['completed', {}, [true, false]],
    ['failed', { state: 'failed', failure: failure('content_rejected') }, [false, true]],
    ['canceled', { state: 'canceled', failure: failure('canceled') }, [false, true]],
  ])('finds each field of its own type in a video that is %s', async (_state, change, ends) => {
    const { id } = await client.videos.create({
      model: MODEL as OpenAI.VideoModel,
      prompt: 'a dog',
    });
    const open = await client.videos.retrieve(id);
    expect(FIELDS.filter((field) => open[field] === undefined)).toEqual([]);
    app.gateway.finish(id, change);
    const ended = await client.videos.retrieve(id);
    expect(FIELDS.filter((field) => ended[field] === undefined)).toEqual([]);
    expect(ended.completed_at).toBeGreaterThanOrEqual(ended.created_at);
    const kept = ended.expires_at === null ? 0 : ended.expires_at - (ended.completed_at ?? 0);
    expect(kept).toBe(ends[0] ? KEPT_FOR.filesMs / 1000 : 0);
    expect(ended.error !== null).toBe(ends[1]);
  });

  test('pages through every video by itself', async () => {
    app.gateway.jobs.clear();
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const video = await client.videos.create({
        model: MODEL as OpenAI.VideoModel,
        prompt: `number ${String(index)}`,
      });
      made.push(video.id);
    }
    const seen: string[] = [];
    for await (const video of client.videos.list({ limit: 2, order: 'asc' })) seen.push(video.id);
    expect(seen).toEqual(made);
  });

  test('does not repeat a request that can never succeed', async () => {
    const { id } = await client.videos.create({
      model: MODEL as OpenAI.VideoModel,
      prompt: 'a dog',
    });
    app.gateway.finish(id, { state: 'running' });
    const logged = (): number => app.log.filter((line) => line['method'] === 'DELETE').length;
    const before = logged();
    const error = await client.videos.delete(id).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: 409, code: 'conflict' });
    // Only after one more exchange is it certain that a repeat would have been seen.
    await client.videos.retrieve(id);
    await until('the request is logged', () => logged() > before);
    expect(logged()).toBe(before + 1);
  });

  test('makes a video of an earlier one or of a file, and is told of which', async () => {
    const { id } = await client.videos.create({
      model: MODEL as OpenAI.VideoModel,
      prompt: 'a dog',
    });
    await expect(client.videos.remix(id, { prompt: 'in winter' })).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('not completed'),
    });
    app.gateway.finish(id);
    const file = await toFile(MP4, 'dog.mp4', { type: 'video/mp4' });
    const asked = [
      await client.videos.remix(id, { prompt: 'in winter' }),
      await client.videos.edit({ prompt: 'in winter', video: { id } }),
      await client.videos.edit({ prompt: 'in winter', video: file }),
      await client.videos.extend({ prompt: 'it snows', seconds: '4', video: { id } }),
      await client.videos.extend({ prompt: 'it snows', seconds: '4', video: file }),
    ];
    expect(asked.map((video) => [video.model, video.remixed_from_video_id])).toEqual([
      [MODEL, id],
      [MODEL, id],
      [MODEL, null],
      [MODEL, id],
      [MODEL, null],
    ]);
    const inputs = app.gateway.creations.slice(-5).map(({ request }) => request.inputs);
    const link = { url: expect.stringContaining(id), param: 'video' };
    const stored = { blob: expect.any(String), mime: 'video/mp4' };
    const media = [link, link, stored, link, stored];
    expect(inputs).toEqual(media.map((one) => [{ role: 'reference_video', media: one }]));
  });

  test('hears that no model of its key takes a video, by the name of what it asked', async () => {
    const { models } = app.gateway;
    const { id } = await client.videos.create({
      model: MODEL as OpenAI.VideoModel,
      prompt: 'a dog',
    });
    app.gateway.finish(id);
    app.gateway.models = () => [];
    const asked: [verb: string, ask: () => Promise<unknown>][] = [
      ['remix', () => client.videos.remix(id, { prompt: 'in winter' })],
      ['edit', () => client.videos.edit({ prompt: 'in winter', video: { id } })],
      ['extend', () => client.videos.extend({ prompt: 'on', seconds: '4', video: { id } })],
    ];
    for (const [verb, ask] of asked) {
      const error = await ask().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        status: 400,
        param: 'model',
        message: expect.stringContaining(`No model here can ${verb} a video.`),
      });
    }
    app.gateway.models = models;
  });

  test('hears of each thing that no model can do, with what it can do instead, and is not led to repeat it', async () => {
    const { id } = await client.videos.create({
      model: MODEL as OpenAI.VideoModel,
      prompt: 'a dog',
    });
    const video = await toFile(MP4, 'dog.mp4', { type: 'video/mp4' });
    const refused: [ask: () => Promise<unknown>, said: RegExp][] = [
      [() => client.videos.createCharacter({ name: 'Tom', video }), /Characters.*clip-1/],
    ];
    const blobs = app.blobFiles().length;
    for (const [ask, said] of refused) {
      const before = app.log.length;
      const error = await ask().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error).toMatchObject({
        message: expect.stringMatching(said),
        code: 'invalid_request',
      });
      await client.videos.retrieve(id);
      await until('both exchanges are logged', () => app.log.length >= before + 2);
      expect(app.log.length).toBe(before + 2);
    }
    expect(app.blobFiles().length).toBe(blobs);
    await expect(client.videos.getCharacter('char_1')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(
      client.videos.remix('video_00000000000000000000000000000000', { prompt: 'x' }),
    ).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  test('lists the models of its key', async () => {
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toEqual([MODEL]);
    expect(await client.models.retrieve(MODEL)).toMatchObject({ id: MODEL, object: 'model' });
    await expect(client.models.retrieve('other')).rejects.toMatchObject({
      status: 404,
      type: 'model_not_found',
    });
  });
});

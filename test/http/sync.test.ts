import { failure } from '../../src/core/errors';
import { MODEL } from './memory-gateway';
import { MP4, startTestApp, until, type TestApp } from './test-app';

describe('a create that answers with the file', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
    app.gateway.file = MP4;
  });
  afterAll(() => app.close());

  const post = (headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> =>
    app.send('/v1/videos/sync', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model: MODEL, prompt: 'a cat' }),
      ...(signal ? { signal } : {}),
    });
  const newest = (): string => [...app.gateway.jobs.keys()].at(-1) ?? '';
  /** The id of the job that a request has made, once it is there. */
  async function made(before: number): Promise<string> {
    await until('the job is made', () => app.gateway.jobs.size > before);
    return newest();
  }

  test('waits for the video and gives its bytes, with what they are of', async () => {
    const asked = post();
    const id = await made(0);
    app.gateway.start(id, 'p-1');
    app.gateway.finish(id);
    const response = await asked;
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(MP4)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'x-model': MODEL,
      'x-video-id': `video_${id.replaceAll('-', '')}`,
      'x-inference-time-s': expect.stringMatching(/^\d+\.\d{3}$/),
      'x-request-id': expect.stringMatching(/./),
    });
  });

  test('is 504 with the video when the wait is over, and the video goes on', async () => {
    const response = await post({ prefer: 'wait=0' });
    expect(response.status).toBe(504);
    expect(response.headers.get('x-should-retry')).toBe('false');
    const { error, video } = (await response.json()) as {
      error: object;
      video: { id: string; status: string };
    };
    expect(error).toMatchObject({ code: 'not_ready', message: expect.stringContaining(video.id) });
    expect(response.headers.get('location')).toBe(`/v1/videos/${video.id}`);
    app.gateway.finish(video.id);
    const look = await app.send(`/v1/videos/${video.id}`);
    expect(await look.json()).toMatchObject({ status: 'completed' });
  });

  test.each([
    ['content_rejected', 400, 'invalid_request_error'],
    ['canceled', 409, 'invalid_request_error'],
    ['provider_busy', 503, 'api_error'],
    ['provider_error', 502, 'api_error'],
  ] as const)('tells of a video that ended by %s, once', async (code, status, type) => {
    const before = app.gateway.jobs.size;
    const asked = post();
    app.gateway.finish(await made(before), { state: 'failed', failure: failure(code) });
    const response = await asked;
    expect(response.status).toBe(status);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await response.json()).toMatchObject({
      error: { code, type },
      video: { status: 'failed', error: { code } },
    });
    expect(app.gateway.jobs.size).toBe(before + 1);
  });

  test('loses no video of a caller who hangs up', async () => {
    const before = app.gateway.jobs.size;
    const caller = new AbortController();
    const asked = post({}, caller.signal).catch((error: unknown) => error);
    const id = await made(before);
    caller.abort();
    await asked;
    expect(app.gateway.jobs.get(id)?.state).toBe('queued');
    app.gateway.finish(id);
    const content = await app.send(`/v1/videos/${id}/content`);
    expect(Buffer.from(await content.arrayBuffer()).equals(MP4)).toBe(true);
  });
});

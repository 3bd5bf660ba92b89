import type { Call, Reply } from '../../src/core/provider/exchange';
import { google } from '../../src/providers/google';
import { google as simulation } from '../../simulators/google';
import { createSimulatedProvider } from '../support/simulated-provider';
import type { SimulatedProvider } from '../support/simulated-provider';

/** Google's three wires as its pages describe them, called as a client of its own would. */

let upstream: SimulatedProvider;
beforeEach(() => {
  upstream = createSimulatedProvider(google, simulation);
});

interface Answer {
  status: number;
  body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests read what the wire says
}
const answerOf = ({ status, body }: Reply): Answer => ({
  status,
  body: JSON.parse(Buffer.from(body).toString()) as unknown,
});
const call = (method: 'GET' | 'POST', path: string, body?: unknown): Call => ({
  method,
  target: { path },
  headers: { 'content-type': 'application/json' },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});
const get = (path: string): Answer => answerOf(upstream.send(call('GET', path)));
const post = (path: string, body: unknown = {}): Answer =>
  answerOf(upstream.send(call('POST', path, body)));

const prompt = 'a cat [[sim seconds=1 queued=0]]';
const GEMINI = '/v1beta/models/veo-3.1-generate-preview';
const VERTEX = '/v1/projects/p/locations/us-central1/publishers/google/models/veo-3.1-generate-001';
const INTERACTIONS = '/v1beta/interactions';
const picture = { bytesBase64Encoded: 'iVBORw0KGgo=', mimeType: 'image/png' };

describe('an interaction', () => {
  const OMNI = { model: 'gemini-omni-1.1-flash', input: prompt, background: true };

  test('is created, looked at with a query that clients add, and has its video and tokens', () => {
    const { body } = post(INTERACTIONS, OMNI);
    expect(body).toMatchObject({ object: 'interaction', status: 'in_progress' });
    const look = (): Answer => get(`${INTERACTIONS}/${String(body.id)}?stream=false`);
    expect(look().body).toMatchObject({ status: 'in_progress' });
    upstream.advance(1_000);
    const ended = look().body;
    expect(ended.status).toBe('completed');
    expect(ended.steps.at(-1).content).toEqual([
      {
        type: 'video',
        mime_type: 'video/mp4',
        uri: expect.stringMatching(/\/v1beta\/files\/[a-z0-9]+:download\?alt=media$/) as unknown,
      },
    ]);
    expect(ended.usage.output_tokens_by_modality).toContainEqual({
      modality: 'video',
      tokens: 8 * 5_792,
    });
  });

  test.each([
    [{ safety_settings: [] }, 'parameter_unknown'],
    [{ response_format: { type: 'video', duration: 6 } }, 'invalid_request'],
    [{ response_format: { type: 'video', duration: '11s' } }, 'invalid_request'],
    [{ response_format: { type: 'video', aspect_ratio: '1:1' } }, 'invalid_request'],
    [{ generation_config: { video_config: { task: 'image_to_video' } } }, 'invalid_request'],
    [{ input: [{ type: 'image', uri: 1 }] }, 'invalid_request'],
    [{ model: 'gemini-omni-flash-preview' }, 'model_not_found'],
  ])('with %j is refused by a word of its own', (wish, code) => {
    const { status, body } = post(INTERACTIONS, { ...OMNI, ...wish });
    expect([status, body.error.code]).toEqual([code === 'model_not_found' ? 404 : 400, code]);
    expect(upstream.jobs()).toBe(0);
  });

  test('is cancelled while it runs, and not after', () => {
    const { body } = post(INTERACTIONS, OMNI);
    const cancel = (): Answer => post(`${INTERACTIONS}/${String(body.id)}/cancel`);
    expect(cancel().body).toMatchObject({ status: 'cancelled' });
    expect(cancel().status).toBe(400);
  });

  test('that is unknown is 400, not 404', () => {
    expect(get(`${INTERACTIONS}/v1_nobody`)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request' } },
    });
  });

  test('tells its end alone to its webhook', () => {
    post(INTERACTIONS, { ...OMNI, webhook_config: { uris: ['https://a.example/hook'] } });
    expect(upstream.callback()).toBeUndefined();
    upstream.advance(1_000);
    expect(JSON.parse(upstream.callback()?.body ?? '')).toMatchObject({
      type: 'interaction.completed',
      version: 'v1',
    });
  });
});

describe('an operation of the Gemini API', () => {
  const create = (body: object): Answer => post(`${GEMINI}:predictLongRunning`, body);

  test('may have no parameters, and its file is opened with the key alone', () => {
    const { body } = create({ instances: [{ prompt }] });
    expect(body.name).toMatch(/^models\/veo-3\.1-generate-preview\/operations\/[a-z0-9]+$/);
    const look = (): Answer['body'] => get(`/v1beta/${String(body.name)}`).body;
    expect(look()).toEqual({ name: body.name });
    upstream.advance(1_000);
    const [{ video }] = look().response.generateVideoResponse.generatedSamples;
    const { pathname, search } = new URL(video.uri);
    const path = `${pathname.replace('/google', '')}${search}`;
    const unsigned = answerOf(upstream.sendUnsigned(call('GET', path)));
    expect([unsigned.status, unsigned.body.error.status]).toEqual([403, 'PERMISSION_DENIED']);
    expect(upstream.send(call('GET', path)).status).toBe(200);
  });

  test.each([
    [{ durationSeconds: 6, resolution: '1080p' }, 'duration'],
    [{ generateAudio: true }, 'generateAudio'],
    [{ aspectRatio: '1:1' }, 'Aspect ratio'],
    [{ personGeneration: 'everybody' }, 'personGeneration'],
  ])('with %j is refused', (parameters, said) => {
    const { status, body } = create({ instances: [{ prompt }], parameters });
    expect([status, body.error.status]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(body.error.message).toContain(said);
  });

  test.each([
    [{ lastFrame: picture }],
    [{ image: picture, referenceImages: [{ image: picture, referenceType: 'asset' }] }],
    [{ image: { uri: 'https://media.example/a.png' } }],
  ])('with the picture %j is refused', (instance) => {
    expect(create({ instances: [{ prompt, ...instance }] }).status).toBe(400);
  });

  test('of a model that is not there is 404', () => {
    const { status, body } = post('/v1beta/models/veo-9:predictLongRunning', {
      instances: [{ prompt }],
    });
    expect([status, body.error.status]).toEqual([404, 'NOT_FOUND']);
  });

  test('takes the key in the query too, and refuses a wrong one with 400', () => {
    const send = (key: string): Answer =>
      answerOf(upstream.sendUnsigned(call('GET', `/v1beta/models?key=${key}`)));
    expect(send('other').status).toBe(200);
    expect(send('wrong')).toMatchObject({
      status: 400,
      body: { error: { message: 'API key not valid. Please pass a valid API key.' } },
    });
  });
});

describe('an operation of Vertex AI', () => {
  const create = (parameters: object, at = VERTEX): Answer =>
    post(`${at}:predictLongRunning`, { instances: [{ prompt }], parameters });
  const fetchOf = (operationName: string, at = VERTEX): Answer =>
    post(`${at}:fetchPredictOperation`, { operationName });

  test('is looked at by a POST to its model, on either version of the API', () => {
    const beta = VERTEX.replace('/v1/', '/v1beta1/');
    const { body } = create({ storageUri: 'gs://bucket/videos/' }, beta);
    expect(body.name).toMatch(/^projects\/p\/locations\/us-central1\/.+\/operations\/[a-z0-9-]+$/);
    upstream.advance(1_000);
    expect(fetchOf(body.name).body).toMatchObject({
      done: true,
      response: { videos: [{ gcsUri: expect.stringMatching(/^gs:\/\/bucket\/videos\/.+\.mp4$/) }] },
    });
    expect(fetchOf(body.name, beta).status).toBe(200);
  });

  test('has its video in the reply where no bucket is named', () => {
    const { body } = create({ durationSeconds: 4, generateAudio: false });
    upstream.advance(1_000);
    const [video] = fetchOf(body.name).body.response.videos;
    const bytes = Buffer.from(video.bytesBase64Encoded, 'base64');
    expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  });

  test('is not shown under another model, and an unknown one is 404', () => {
    const { body } = create({});
    const other = VERTEX.replace('veo-3.1', 'veo-3.1-fast');
    expect(fetchOf(body.name, other).status).toBe(400);
    expect(fetchOf(`${String(body.name)}x`).body.error.status).toBe('NOT_FOUND');
  });

  test('drops a parameter that it does not know, and refuses a wrong one', () => {
    expect(create({ gcsOutputDirectory: 'gs://bucket' }).status).toBe(200);
    expect(create({ durationSeconds: 5 }).status).toBe(400);
    expect(create({ sampleCount: 9 }).status).toBe(400);
  });

  test('is refused without a token, with one that another has signed, and with one that is over', () => {
    const at = call('POST', `${VERTEX}:predictLongRunning`, { instances: [{ prompt }] });
    const signed = google.authorize(at, simulation.credentials, upstream.now());
    const token = signed.headers['authorization'] ?? '';
    const send = (authorization: string): number =>
      upstream.sendUnsigned({ ...at, headers: { ...at.headers, authorization } }).status;
    expect(send(token)).toBe(200);
    expect(send(`${token.slice(0, -8)}AAAAAAAA`)).toBe(401);
    expect(upstream.sendUnsigned(at).status).toBe(401);
    upstream.advance(3_600_000);
    expect(send(token)).toBe(401);
    // A token of Google's own token service is none that is looked into.
    expect(send('Bearer ya29.a0Af')).toBe(200);
  });
});

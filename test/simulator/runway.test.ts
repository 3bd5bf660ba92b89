import { runway } from '../../src/providers/runway';
import { IMAGE_TO_VIDEO, TEXT_TO_VIDEO } from '../../src/providers/runway/schema';
import { runway as simulation } from '../../simulators/runway';
import type { Call, Reply } from '../../src/core/provider/exchange';
import { createSimulatedProvider, type SimulatedProvider } from '../support/simulated-provider';

/** Runway as its pages and its client describe it: a version in every call, strict bodies, credits, a DELETE that forgets. */

let upstream: SimulatedProvider;
beforeEach(() => {
  upstream = createSimulatedProvider(runway, simulation);
});

type Body = Record<string, unknown>;
const VERSION = { 'x-runway-version': '2024-11-06' };

const call = (method: Call['method'], path: string, body?: Body, headers = VERSION): Call => ({
  method,
  target: { path },
  headers,
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});
const answered = ({ status, body }: Reply): { status: number; body: Body } => ({
  status,
  body: JSON.parse(Buffer.from(body).toString() || '{}') as Body,
});
const send = (...asked: Parameters<typeof call>) => answered(upstream.send(call(...asked)));
/** Sends as another account, whose key says what it meets. */
const as = (apiKey: string, asked: Call) =>
  answered(upstream.sendUnsigned(runway.authorize(asked, { apiKey }, 0)));

const GEN45 = { model: 'gen4.5', promptText: 'a cat', duration: 5, ratio: '1280:720' };
const TURBO = { model: 'gen4_turbo', promptImage: 'https://a.example/x.png', ratio: '960:960' };
const SEEDANCE = { model: 'seedance2', promptText: 'a cat', duration: 5, ratio: '1280:720' };
const create = (more: Body = {}) => send('POST', TEXT_TO_VIDEO, { ...GEN45, ...more });
const idOf = ({ body }: { body: Body }): string => String(body['id']);
const steered = (token: string, more: Body = {}): string =>
  idOf(create({ promptText: `a cat [[sim ${token}]]`, ...more }));
const look = (id: string) => send('GET', `/v1/tasks/${id}`);

test('a task waits, runs by parts of one, and has a link and what it has cost', () => {
  const made = create({ promptText: 'a cat [[sim seconds=10]]' });
  expect(made).toMatchObject({ status: 200, body: { estimatedCost: { credits: 60 } } });
  const id = idOf(made);
  expect(look(id).body).toMatchObject({ status: 'PENDING', estimatedCost: { credits: 60 } });
  upstream.advance(5_000);
  expect(look(id).body).toMatchObject({ status: 'RUNNING', progress: 0.5 });
  upstream.advance(5_000);
  const { body } = look(id);
  expect(body).toMatchObject({ status: 'SUCCEEDED', cost: { credits: 60 } });
  expect(body['output']).toEqual([expect.stringMatching(/^http/)]);
  expect(body).not.toHaveProperty('estimatedCost');
});

test.each([
  ['fail', 'INTERNAL.BAD_OUTPUT.CODE01'],
  ['policy', 'SAFETY.OUTPUT.VIDEO'],
  ['expired', 'INTERNAL'],
])('a task that ends by %s has failed, names its code and costs nothing', (fault, failureCode) => {
  const id = steered(`seconds=1 fault=${fault}`);
  upstream.advance(90_000_000);
  expect(look(id).body).toMatchObject({ status: 'FAILED', failureCode, cost: { credits: 0 } });
});

test.each<[string, Body, number]>([
  ['a text', { promptText: 'a cat [[sim seconds=1 usage=42]]' }, 60],
  ['ten seconds', { promptText: 'a cat [[sim seconds=1 usage=42]]', duration: 10 }, 120],
])('the most that %s may cost is told before, and what it has cost after', (_, more, most) => {
  const made = create(more);
  expect(made.body).toMatchObject({ estimatedCost: { credits: most } });
  upstream.advance(5_000);
  expect(look(idOf(made)).body).toMatchObject({ cost: { credits: 42 } });
});

test('a length that the model decides is taken at its longest, and the rest given back', () => {
  const promptText = 'a cat [[sim seconds=1]]';
  const made = send('POST', TEXT_TO_VIDEO, { ...SEEDANCE, promptText, duration: 'auto' });
  expect(made.body).toMatchObject({ estimatedCost: { credits: 15 * 36 } });
  upstream.advance(5_000);
  const { cost } = look(idOf(made)).body;
  expect((cost as { credits: number }).credits).toBeLessThan(15 * 36);
});

test('a task that waits for another one is queued, whatever it is called', () => {
  const id = steered('queued=100 word=THROTTLED');
  expect(look(id).body).toMatchObject({ status: 'THROTTLED' });
  const waits = steered('queued=100 word=THROTTLED');
  expect(upstream.look({ taskId: waits })).toMatchObject({
    verdict: { state: 'running', phase: 'queued' },
  });
});

test.each([
  ['waits', 'queued=100', 0],
  ['runs', 'seconds=100 queued=0', 5_000],
  ['is over', 'seconds=1', 5_000],
])('a DELETE of a task that %s leaves none to be looked at', (_, token, afterMs) => {
  const id = steered(token);
  upstream.advance(afterMs);
  expect(send('DELETE', `/v1/tasks/${id}`)).toEqual({ status: 204, body: {} });
  expect(look(id)).toEqual({ status: 404, body: { error: 'Could not find Task' } });
  expect(send('DELETE', `/v1/tasks/${id}`).status).toBe(404);
});

test('a task of another account is not found', () => {
  const id = idOf(create());
  expect(as('another-key', call('GET', `/v1/tasks/${id}`)).status).toBe(404);
});

test.each([undefined, '2023-01-01'])('a call of version %s is refused', (version) => {
  const headers = version === undefined ? {} : { 'x-runway-version': version };
  const asked = call('POST', TEXT_TO_VIDEO, GEN45, headers as typeof VERSION);
  expect(answered(upstream.send(asked))).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('X-Runway-Version') as unknown },
  });
});

const frame = (position: string, uri = 'https://a.example/x.png') => ({ uri, position });
const HUGE = `data:image/png;base64,${'A'.repeat(5 * 1024 * 1024)}`;

test.each<[string, string, Body, (string | number)[]]>([
  ['a word that it does not know', TEXT_TO_VIDEO, { ...GEN45, watermark: false }, []],
  ['a length that there is not', TEXT_TO_VIDEO, { ...GEN45, duration: 11 }, ['duration']],
  ['a length as text', TEXT_TO_VIDEO, { ...GEN45, duration: '5' }, ['duration']],
  ['no length', TEXT_TO_VIDEO, { ...GEN45, duration: undefined }, ['duration']],
  ['a shape of pictures alone', TEXT_TO_VIDEO, { ...GEN45, ratio: '960:960' }, ['ratio']],
  ['a shape in other words', TEXT_TO_VIDEO, { ...GEN45, ratio: '16:9' }, ['ratio']],
  ['no text', TEXT_TO_VIDEO, { ...GEN45, promptText: '' }, ['promptText']],
  ['a long text', TEXT_TO_VIDEO, { ...GEN45, promptText: 'x'.repeat(1_001) }, ['promptText']],
  ['a model of another path', TEXT_TO_VIDEO, { ...GEN45, model: 'gen4_turbo' }, ['model']],
  ['a model that is gone', TEXT_TO_VIDEO, { ...GEN45, model: 'gen3a_turbo' }, ['model']],
  ['no picture', IMAGE_TO_VIDEO, { ...TURBO, promptImage: undefined }, ['promptImage']],
  ['a sound of a model without any', TEXT_TO_VIDEO, { ...GEN45, model: 'gen4.5', audio: true }, []],
])('%s is refused with its place', (_, path, body, place) => {
  expect(send('POST', path, body)).toMatchObject({
    status: 400,
    body: { error: 'Validation of body failed', issues: [{ path: place }] },
  });
  expect(upstream.jobs()).toBe(0);
});

test.each<[string, unknown]>([
  ['without TLS', 'http://a.example/x.png'],
  ['to an address of numbers', 'https://192.0.2.1/x.png'],
  ['of another kind', 'data:video/mp4;base64,AAAA'],
  ['that is too large', HUGE],
  ['that is too long', `https://a.example/${'x'.repeat(2_048)}`],
  ['as a last frame', [frame('last')]],
  ['twice in its place', [frame('first'), frame('first')]],
])('a picture %s is refused', (_, promptImage) => {
  const veo = { model: 'veo3.1', ratio: '1280:720', promptImage };
  expect(send('POST', IMAGE_TO_VIDEO, veo).status).toBe(400);
  expect(upstream.jobs()).toBe(0);
});

test.each<[string, string, Body]>([
  ['a picture alone', IMAGE_TO_VIDEO, TURBO],
  [
    'first and last frame',
    IMAGE_TO_VIDEO,
    { model: 'veo3.1_fast', ratio: '1080:1920', promptImage: [frame('first'), frame('last')] },
  ],
  [
    'pictures, videos and sounds as references',
    TEXT_TO_VIDEO,
    {
      ...SEEDANCE,
      references: [{ uri: 'runway://an-upload' }],
      referenceVideos: [{ type: 'video', uri: 'https://a.example/x.mp4' }],
      referenceAudio: [{ type: 'audio', uri: 'data:audio/mpeg;base64,AAAA' }],
    },
  ],
  [
    'pictures as references beside no text',
    IMAGE_TO_VIDEO,
    { ...SEEDANCE, promptText: undefined, promptImage: [{ uri: 'https://a.example/x.png' }] },
  ],
  ['a form of the file', TEXT_TO_VIDEO, { ...GEN45, outputFormat: 'prores' }],
])('%s is taken', (_, path, body) => {
  expect(send('POST', path, body).status).toBe(200);
});

test.each([
  ['refused-credits', 400, 'provider_denied'],
  ['refused-daily', 429, 'provider_denied'],
  ['refused-model', 403, 'provider_denied'],
  ['on-behalf-of', 400, 'provider_denied'],
])('%s is an account for which another channel is tried', (apiKey, status, code) => {
  const asked = runway.authorize(call('POST', TEXT_TO_VIDEO, GEN45), { apiKey }, 0);
  const reply = upstream.sendUnsigned(asked);
  expect(reply.status).toBe(status);
  const sent = { attemptId: 'a', model: 'gen4.5', mode: 'text' } as const;
  expect(runway.readSubmit(reply, sent)).toMatchObject({ scope: 'channel', failure: { code } });
});

test('an account that has to say for whom a task is may say it', () => {
  const headers = { ...VERSION, 'x-runway-on-behalf-of': 'acme' };
  expect(as('on-behalf-of', call('POST', TEXT_TO_VIDEO, GEN45, headers)).status).toBe(200);
});

test.each([
  [{}, true],
  [{ onBehalfOf: 'acme' }, true],
  [{ onBehalfOf: 'two words' }, false],
  [{ onBehalf: 'acme' }, false],
])('a channel may have the options %j: %s', (options, isTaken) => {
  expect(runway.options?.safeParse(options).success).toBe(isTaken);
});

test('the organization tells its credits and its limits', () => {
  expect(send('GET', '/v1/organization').body).toMatchObject({
    creditBalance: expect.any(Number) as unknown,
    tier: { models: { 'gen4.5': { maxConcurrentGenerations: 2 } } },
  });
});

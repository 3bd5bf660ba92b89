import type { Call, Reply } from '../../src/core/provider/exchange';
import { kling } from '../../src/providers/kling';
import { kling as simulation } from '../../simulators/kling';
import { secretOf } from '../../simulators/kling/token';
import { createSimulatedProvider } from '../support/simulated-provider';
import type { SimulatedProvider } from '../support/simulated-provider';

/** Kling's newer wire as its pages describe it, called as a client of its own would. */

let upstream: SimulatedProvider;
beforeEach(() => {
  upstream = createSimulatedProvider(kling, simulation);
});

interface Answer {
  code: number;
  message: string;
  data: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests read what the wire says
}
const bodyOf = (reply: Reply): Answer => JSON.parse(Buffer.from(reply.body).toString()) as Answer;
const get = (path: string): Call => ({ method: 'GET', target: { path }, headers: {} });
const post = (path: string, body: unknown): Call => ({
  method: 'POST',
  target: { path },
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const send = (call: Call): Answer => bodyOf(upstream.send(call));
const as = (call: Call, credentials: Record<string, string>): Answer =>
  bodyOf(upstream.sendUnsigned(kling.authorize(call, credentials, upstream.now())));

const TEXT = '/text-to-video/kling-3.0';
const IMAGE = '/image-to-video/kling-3.0';
const OMNI = '/omni-video/kling-3.0-omni';
const prompt = 'a cat [[sim seconds=1 queued=0]]';
const said = { type: 'prompt', text: prompt };
const url = 'https://media.example/a.png';
const create = (path: string, body: object): Answer => send(post(path, body));
const tasks = (ids: string): Answer => send(get(`/tasks?task_ids=${ids}`));
const made = (path: string, body: object): Answer['data'] => {
  const { data } = create(path, body);
  upstream.advance(1_000);
  return tasks(String(data.id)).data[0];
};

test('a task is created, looked at by both ids, and tells what it made and what that cost', () => {
  const { data } = create(TEXT, { prompt, options: { external_task_id: 'mine' } });
  expect(data).toEqual({
    id: expect.stringMatching(/^\d{18}$/) as unknown,
    status: 'processing',
    external_id: 'mine',
    create_time: upstream.now(),
    update_time: upstream.now(),
  });
  expect(tasks(data.id).data).toMatchObject([{ status: 'processing', outputs: [], billing: [] }]);
  upstream.advance(1_000);
  const found = send(get('/tasks?external_task_ids=mine')).data;
  expect(found).toMatchObject([
    {
      id: data.id,
      status: 'succeeded',
      message: '',
      outputs: [
        { type: 'video', url: `http://127.0.0.1:9/_media/${data.id}/video`, duration: '5' },
      ],
      billing: [{ charge_type: 'unit', amount: '3', package_type: 'video' }],
    },
  ]);
  expect(found[0].outputs[0]).not.toHaveProperty('watermark_url');
});

test.each<[what: string, path: string, body: object, units: string]>([
  ['three silent seconds', OMNI, { settings: { duration: 3, aspect_ratio: '1:1' } }, '1.8'],
  ['sound', TEXT, { settings: { audio: 'native' } }, '4.5'],
  ['sound in omni', OMNI, { settings: { audio: 'native', aspect_ratio: '1:1' } }, '4'],
  ['4k', TEXT, { settings: { resolution: '4k', duration: 15 } }, '45'],
  ['sound that nobody asked for', '/text-to-video/kling-3.0-turbo', {}, '4'],
  ['an older model', '/text-to-video/kling-2.5-turbo', {}, '1.5'],
  ['a video beside it', OMNI, { contents: [said, { type: 'feature_video', url }] }, '4.5'],
])('%s costs what the price list says', (_, path, body, units) => {
  const whole = path.startsWith('/text') ? { prompt, ...body } : { contents: [said], ...body };
  expect(made(path, whole).billing).toEqual([expect.objectContaining({ amount: units })]);
});

test('what fails costs nothing that is told', () => {
  const failing = { prompt: '[[sim seconds=1 queued=0 fault=fail]]' };
  expect(made(TEXT, failing)).toMatchObject({ status: 'failed', outputs: [], billing: [] });
});

test('fields in a wrong place are dropped without a word, and their defaults taken', () => {
  const flat = {
    prompt,
    duration: 10,
    resolution: '1080p',
    external_task_id: 'mine',
    watermark: 1,
  };
  const task = made(TEXT, flat);
  expect(task.outputs).toMatchObject([{ duration: '5' }]);
  expect(task).not.toHaveProperty('external_id');
  expect(send(get('/tasks?external_task_ids=mine')).data).toEqual([]);
});

const frame = { type: 'first_frame', url };
test.each<[string, string, object, RegExp]>([
  ['no prompt', TEXT, {}, /^prompt/],
  ['a flat body', OMNI, { prompt }, /^contents.* are empty|^contents/],
  ['no frame', IMAGE, { contents: [said] }, /first_frame/],
  [
    'a last frame alone',
    OMNI,
    { contents: [said, { ...frame, type: 'last_frame' }] },
    /first_frame/,
  ],
  [
    'a reference at a door of frames',
    IMAGE,
    { contents: [frame, { type: 'refer_image', url }] },
    /refer/,
  ],
  ['a boolean for sound', TEXT, { prompt, settings: { audio: true } }, /^settings\.audio/],
  ['a text for a length', TEXT, { prompt, settings: { duration: '5' } }, /^settings\.duration/],
  ['a length past the model', TEXT, { prompt, settings: { duration: 16 } }, /^settings\.duration/],
  [
    'a resolution past it',
    '/text-to-video/kling-2.6',
    { prompt, settings: { resolution: '4k' } },
    /^settings\.res/,
  ],
  [
    'sound in the cheaper one',
    '/text-to-video/kling-2.6',
    { prompt, settings: { audio: 'native' } },
    /^settings\.audio/,
  ],
  ['sound of nothing', TEXT, { prompt, settings: { audio: 'original' } }, /^settings\.audio/],
  ['no shape', OMNI, { contents: [said] }, /^settings\.aspect_ratio/],
  [
    'a video in one shot',
    OMNI,
    { contents: [said, { type: 'feature_video', url }], settings: { multi_shot: false } },
    /^settings\.multi_shot/,
  ],
  [
    'too many pictures',
    OMNI,
    {
      contents: [said, ...Array.from({ length: 8 }, () => ({ type: 'refer_image', url }))],
      settings: { aspect_ratio: '1:1' },
    },
    /too many images/,
  ],
  ['a long prompt', TEXT, { prompt: 'x'.repeat(3_073) }, /^prompt/],
  [
    'a model of another door',
    '/omni-video/kling-3.0',
    { contents: [said], settings: { aspect_ratio: '1:1' } },
    /^model/,
  ],
  [
    'a data URL',
    IMAGE,
    { contents: [{ ...frame, url: 'data:image/png;base64,iVBORw0KGgo=' }] },
    /^contents\.0\.url/,
  ],
])('refuses %s', (_, path, body, message) => {
  expect(create(path, body)).toMatchObject({
    code: 1201,
    message: expect.stringMatching(message) as unknown,
  });
  expect(upstream.jobs()).toBe(0);
});

test.each<[string, string, unknown, number]>([
  ['a model that nobody knows', '/text-to-video/kling-9', { prompt }, 1203],
  ['a model of the older wire', '/text-to-video/kling-v3', { prompt }, 1203],
  ['another door', '/motion-control/kling-3.0', { contents: [said] }, 1202],
  ['what is no object', TEXT, '[]', 1200],
])('answers %s with its code', (_, path, body, code) => {
  expect(send(post(path, body)).code).toBe(code);
});

test('a token opens the older wire alone', () => {
  const pair = { accessKey: 'ak', secretKey: secretOf('ak') };
  expect(as(post(TEXT, { prompt }), pair).code).toBe(1002);
  expect(as(get('/tasks?task_ids=1'), pair).code).toBe(1002);
  expect(as(get('/v1/videos/text2video'), pair).code).toBe(0);
});

test('an own id is taken once in an account, over both wires', () => {
  const options = { external_task_id: 'mine' };
  expect(create(TEXT, { prompt, options }).code).toBe(0);
  const older = { model_name: 'kling-v3', prompt, external_task_id: 'mine' };
  for (const again of [post(TEXT, { prompt, options }), post('/v1/videos/text2video', older)]) {
    expect(send(again)).toMatchObject({
      code: 1201,
      message: 'External_task_id mine already exists',
    });
  }
  expect(as(post(TEXT, { prompt, options }), { apiKey: 'another' }).code).toBe(0);
  expect(upstream.jobs()).toBe(2);
});

describe('the list', () => {
  test('shows each known task once and leaves out what is unknown, of another account or another wire', () => {
    const ids = [1, 2].map(() => String(create(TEXT, { prompt }).data.id));
    const older = send(post('/v1/videos/text2video', { model_name: 'kling-v3', prompt })).data
      .task_id;
    const asked = get(`/tasks?task_ids=${[...ids, older, '12'].join(',')}`);
    expect(send(asked).data.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(as(asked, { apiKey: 'another' })).toMatchObject({ code: 0, data: [] });
    upstream.advance(30 * 86_400_000);
    expect(send(asked)).toMatchObject({ code: 0, data: [] });
  });

  test.each(['', '?task_ids=', '?task_ids=1&external_task_ids=2', `?task_ids=${'1,'.repeat(20)}1`])(
    'refuses %s',
    (query) => {
      expect(send(get(`/tasks${query}`)).code).toBe(1201);
    },
  );
});

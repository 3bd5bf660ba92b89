import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Call, Reply } from '../../src/core/provider/exchange';
import { kling } from '../../src/providers/kling';
import { CODES } from '../../src/providers/kling/codes';
import type { Simulation } from '../../simulators/contract';
import { kling as simulation } from '../../simulators/kling';
import { secretOf } from '../../simulators/kling/token';
import { signToken } from '../../src/providers/kling/token';
import { startSimulator } from '../../simulators/server';
import type { Simulator } from '../../simulators/server';
import { createSimulatedProvider } from '../support/simulated-provider';
import type { SimulatedProvider } from '../support/simulated-provider';
import { json, until } from '../support/simulator';

/** Kling's endpoints as its pages describe it, called as a client of its own would. */

let upstream: SimulatedProvider;
beforeEach(() => {
  upstream = createSimulatedProvider(kling, simulation);
});

const TEXT = 'text2video';
const image = 'https://media.example/a.png';
const FIVE = { model_name: 'kling-v1', prompt: 'a cat', duration: '5' };

const get = (path: string): Call => ({
  method: 'GET',
  target: { path: `/v1/videos/${path}` },
  headers: {},
});
const post = (kind: string, body: unknown): Call => ({
  method: 'POST',
  target: { path: `/v1/videos/${kind}` },
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

interface Answer {
  code: number;
  message: string;
  request_id: string;
  data: Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests read what the wire says
}
const bodyOf = (reply: Reply): Answer => JSON.parse(Buffer.from(reply.body).toString()) as Answer;
const send = (call: Call): Answer => bodyOf(upstream.send(call));
const create = (body: Record<string, unknown> = {}, kind = TEXT): Answer =>
  send(post(kind, { ...FIVE, ...body }));

/** Signs as any other client does, so that two mistakes of ours cannot agree. */
function token(
  claims: object,
  secret: string,
  header: object = { alg: 'HS256', typ: 'JWT' },
): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

describe('the token', () => {
  const now = (): number => Math.floor(upstream.now() / 1_000);
  const claims = (change: object = {}): object => ({
    iss: 'ak',
    nbf: now() - 5,
    exp: now() + 1_800,
    ...change,
  });
  const ask = (authorization: string | undefined): number =>
    bodyOf(
      upstream.sendUnsigned({
        ...get(TEXT),
        headers: authorization === undefined ? {} : { authorization },
      }),
    ).code;

  test('of any client that keeps to the page is taken', () => {
    expect(ask(`Bearer ${token(claims(), secretOf('ak'))}`)).toBe(0);
  });

  test.each<[string, number, () => string | undefined]>([
    ['nothing', 1001, () => undefined],
    ['an empty header', 1001, () => ''],
    ['another scheme', 1000, () => `Key ${token(claims(), secretOf('ak'))}`],
    ['two tokens', 1000, () => 'Bearer a b'],
    ['claims that are no JSON', 1000, () => 'Bearer YQ.YQ.YQ'],
    ['claims without a client', 1000, () => `Bearer ${token(claims({ iss: '' }), 'x')}`],
    ['another secret', 1002, () => `Bearer ${token(claims(), 'guessed')}`],
    ['the secret of another client', 1002, () => `Bearer ${token(claims(), secretOf('other'))}`],
    ['no signature', 1002, () => `Bearer ${token(claims(), secretOf('ak'), { alg: 'none' })}`],
    ['a signature cut short', 1002, () => `Bearer ${token(claims(), secretOf('ak')).slice(0, -1)}`],
    ['a token of tomorrow', 1003, () => signed({ nbf: now() + 1 })],
    ['one of yesterday', 1004, () => signed({ exp: now() })],
  ])('%s is answered %i', (_, code, authorization) => {
    expect(ask(authorization())).toBe(code);
  });
  const signed = (change: object): string => `Bearer ${token(claims(change), secretOf('ak'))}`;

  test('may be an API key, each of which is an account of its own', () => {
    expect(ask('Bearer a-key')).toBe(0);
    const { data } = create();
    const asking = (apiKey: string): number =>
      bodyOf(
        upstream.sendUnsigned(
          kling.authorize(get(`${TEXT}/${data['task_id']}`), { apiKey }, upstream.now()),
        ),
      ).code;
    expect([asking('simulated'), asking('another')]).toEqual([0, 1201]);
  });

  test('that we sign lives for half an hour and allows for a clock that is 5 s behind ours', () => {
    const made = signToken('ak', 'sk', 1_795_262_400_999);
    const [head = '', body = ''] = made.split('.');
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(head)).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(read(body)).toEqual({
      iss: 'ak',
      iat: 1_795_262_395,
      nbf: 1_795_262_395,
      exp: 1_795_264_200,
    });
    expect(made).toBe(token(read(body) as object, 'sk', read(head) as object));
  });

  test('of one client does not see the tasks of another', () => {
    const { data } = create();
    const other = { accessKey: 'other', secretKey: secretOf('other') };
    const reply = upstream.sendUnsigned(
      kling.authorize(get(`${TEXT}/${data['task_id']}`), other, upstream.now()),
    );
    expect(bodyOf(reply).code).toBe(1201);
  });
});

test('every documented code can be met, with its status', () => {
  const met = Object.entries(CODES).map(([code]) => {
    const accessKey = `refused-${code}`;
    const credentials = { accessKey, secretKey: secretOf(accessKey) };
    const reply = upstream.sendUnsigned(
      kling.authorize(post(TEXT, FIVE), credentials, upstream.now()),
    );
    return [bodyOf(reply).code, reply.status];
  });
  expect(met).toEqual(Object.entries(CODES).map(([code, { status }]) => [Number(code), status]));
  expect(upstream.jobs()).toBe(0);
});

test('every documented code has a wire file for a submit', () => {
  const folder = join(__dirname, '../../src/providers/kling/wire');
  const codes = readdirSync(folder)
    .filter((file) => file.startsWith('error-'))
    .map(
      (file) =>
        JSON.parse(readFileSync(join(folder, file), 'utf8')) as { reply: { body?: Answer } },
    )
    .map(({ reply }) => reply.body?.code);
  expect(codes).toEqual(expect.arrayContaining(Object.keys(CODES).map(Number)));
});

describe('a create', () => {
  test('answers with the task in its envelope', () => {
    expect(create({ external_task_id: 'mine' })).toEqual({
      code: 0,
      message: 'SUCCEED',
      request_id: expect.any(String) as unknown,
      data: {
        task_id: expect.stringMatching(/^\d{18}$/) as unknown,
        task_status: 'submitted',
        task_info: { external_task_id: 'mine' },
        created_at: upstream.now(),
        updated_at: upstream.now(),
      },
    });
  });

  const list = (count: number): object[] => Array.from({ length: count }, () => ({ image }));
  const camera = (config: object): object => ({ camera_control: { type: 'simple', config } });
  const mask = (points: number): object => ({
    image,
    dynamic_masks: [
      { mask: image, trajectories: Array.from({ length: points }, () => ({ x: 1, y: 2 })) },
    ],
  });
  const shots = (...durations: string[]): object => ({
    model_name: 'kling-v3',
    prompt: undefined,
    multi_shot: true,
    shot_type: 'customize',
    multi_prompt: durations.map((duration, index) => ({ index: index + 1, prompt: 'a', duration })),
  });

  test.each<[string, string, object]>([
    ['the least: a prompt', TEXT, { model_name: undefined, duration: undefined }],
    ['nulls as absent values', TEXT, { negative_prompt: null, mode: null, camera_control: null }],
    ['keys it does not know', TEXT, { seed: 7 }],
    ['one move of the camera', TEXT, camera({ zoom: -10, pan: 0 })],
    ['a picture without a prompt', 'image2video', { prompt: undefined, image }],
    ['a last frame alone', 'image2video', { model_name: 'kling-v1', image_tail: image }],
    ['base64 of a JPEG', 'image2video', { image: '/9j/4AAQSkZJRgABAQAAAQAB' }],
    ['a brush', 'image2video', mask(2)],
    ['four pictures', 'multi-image2video', { model_name: 'kling-v1-6', image_list: list(4) }],
    ['a storyboard', TEXT, shots('2', '3')],
    [
      'a video to edit',
      'omni-video',
      {
        model_name: 'kling-video-o1',
        video_list: [{ video_url: image, refer_type: 'base', keep_original_sound: 'no' }],
      },
    ],
  ])('takes %s', (_, kind, body) => {
    expect(create({ ...body }, kind)).toMatchObject({ code: 0 });
  });

  test.each<[string, string, object, RegExp]>([
    ['no prompt', TEXT, { prompt: undefined }, /^prompt/],
    ['a long prompt', TEXT, { prompt: 'x'.repeat(2_501) }, /^prompt/],
    ['a number for a length', TEXT, { duration: 5 }, /^duration/],
    ['a length between', TEXT, { duration: '7' }, /^duration/],
    ['a length past v3', TEXT, { model_name: 'kling-v3', duration: '16' }, /^duration/],
    ['an unknown mode', TEXT, { mode: '4k' }, /^mode/],
    ['an unknown ratio', TEXT, { aspect_ratio: '21:9' }, /^aspect_ratio/],
    ['sound on a model without', TEXT, { sound: 'on' }, /^sound/],
    ['sound in the cheaper mode', TEXT, { model_name: 'kling-v2-6', sound: 'on' }, /^sound/],
    ['a model that has pictures only', TEXT, { model_name: 'kling-v1-5' }, /^model_name/],
    ['a model of another endpoint', TEXT, { model_name: 'kling-video-o1' }, /^model_name/],
    ['freedom past 1', TEXT, { cfg_scale: 1.1 }, /^cfg_scale/],
    ['freedom on 2.x', TEXT, { model_name: 'kling-v2-6', cfg_scale: 0.5 }, /^cfg_scale/],
    ['two moves', TEXT, camera({ zoom: 1, pan: 1 }), /^camera_control/],
    ['a move too far', TEXT, camera({ zoom: 11 }), /^camera_control/],
    ['a move that is none', TEXT, { camera_control: { type: 'simple' } }, /^camera_control/],
    [
      'a ready move with its own numbers',
      TEXT,
      { camera_control: { type: 'forward_up', config: { zoom: 1 } } },
      /^camera_control/,
    ],
    ['a callback that is no URL', TEXT, { callback_url: 'hooks' }, /^callback_url/],
    ['no picture', 'image2video', {}, /^image/],
    ['a data URL', 'image2video', { image: 'data:image/png;base64,iVBORw0KGgo=' }, /^image/],
    ['base64 of something else', 'image2video', { image: 'aGVsbG8gd29ybGQh' }, /^image/],
    [
      'a last frame in the cheaper mode',
      'image2video',
      { model_name: 'kling-v1-6', image, image_tail: image },
      /^mode/,
    ],
    [
      'ten seconds to a last frame on v1',
      'image2video',
      { image, image_tail: image, duration: '10' },
      /^duration/,
    ],
    ['a brush of one point', 'image2video', mask(1), /^dynamic_masks/],
    ['a brush with a camera', 'image2video', { ...mask(2), ...camera({ zoom: 1 }) }, /exclude/],
    [
      'five pictures',
      'multi-image2video',
      { model_name: 'kling-v1-6', image_list: list(5) },
      /^image_list/,
    ],
    ['shots of another length', TEXT, shots('2', '2'), /^multi_prompt/],
  ])('refuses %s', (_, kind, body, message) => {
    expect(create({ ...body }, kind)).toMatchObject({
      code: 1201,
      message: expect.stringMatching(message) as unknown,
    });
    expect(upstream.jobs()).toBe(0);
  });

  test.each(['', '{"prompt":', '[]', '"a"'])('refuses %j as no JSON object', (body) => {
    expect(send(post(TEXT, body)).code).toBe(1200);
  });

  test('does not know another model or endpoint', () => {
    expect(create({ model_name: 'kling-v9' }).code).toBe(1203);
    expect(create({}, 'motion-picture').code).toBe(1202);
  });

  test('is refused while as many tasks wait as the pack takes', () => {
    for (let index = 0; index < 100; index += 1) create({ prompt: '[[sim queued=60]]' });
    expect(create().code).toBe(1303);
    upstream.advance(60_000);
    expect(create().code).toBe(0);
  });
});

describe('a second create with the same external_task_id', () => {
  const twice = (): [Answer, Answer] => [
    create({ external_task_id: 'mine' }),
    create({ external_task_id: 'mine', prompt: 'another' }, 'image2video'),
  ];

  /** The simulation with the credentials of an account whose name says what a duplicate gets. */
  const answering = (duplicate: string): Simulation => {
    const accessKey = `duplicate-${duplicate}`;
    return { ...simulation, credentials: { accessKey, secretKey: secretOf(accessKey) } };
  };

  test.each([1201, 1200])('is refused with the code that the account names: %i', (duplicate) => {
    upstream = createSimulatedProvider(kling, answering(String(duplicate)));
    const [, second] = [create({ external_task_id: 'mine' }), create({ external_task_id: 'mine' })];
    expect(second).toMatchObject({
      code: duplicate,
      message: expect.stringMatching('mine') as unknown,
    });
    expect(upstream.jobs()).toBe(1);
  });

  test('or answered with the first task', () => {
    upstream = createSimulatedProvider(kling, answering('first-task'));
    const [first, second] = [
      create({ external_task_id: 'mine' }),
      create({ external_task_id: 'mine' }),
    ];
    expect(second.data).toEqual(first.data);
    expect(upstream.jobs()).toBe(1);
  });

  test('is one also at another endpoint', () => {
    const [first, second] = twice();
    expect(first.code).toBe(0);
    expect(second.code).not.toBe(0);
    expect(upstream.jobs()).toBe(1);
  });

  test('of another client is its own', () => {
    create({ external_task_id: 'mine' });
    const other = { accessKey: 'other', secretKey: secretOf('other') };
    const body = { ...FIVE, external_task_id: 'mine' };
    const reply = upstream.sendUnsigned(kling.authorize(post(TEXT, body), other, upstream.now()));
    expect(bodyOf(reply).code).toBe(0);
    expect(upstream.jobs()).toBe(2);
  });
});

describe('a task', () => {
  test('is known by both ids, under its own kind only, for 30 days', () => {
    const { data } = create({ external_task_id: 'mine' });
    const id = String(data['task_id']);
    for (const name of [id, 'mine']) {
      expect(send(get(`${TEXT}/${name}`)).data['task_id']).toBe(id);
      expect(send(get(`image2video/${name}`)).code).toBe(1201);
    }
    upstream.advance(30 * 86_400_000);
    expect(send(get(`${TEXT}/${id}`)).code).toBe(1201);
  });

  test('tells what it made and what that cost', () => {
    const asked = { model_name: 'kling-v3', duration: '10', mode: 'pro' };
    const { data } = create({ ...asked, watermark_info: { enabled: true } });
    const path = `${TEXT}/${data['task_id']}`;
    expect(send(get(path)).data).toMatchObject({
      task_status: 'submitted',
      final_unit_deduction: '0',
    });
    upstream.advance(2_000);
    expect(send(get(path)).data).toMatchObject({ task_status: 'processing' });
    upstream.advance(4_000);
    const url = `http://127.0.0.1:9/_media/${data['task_id']}/video`;
    expect(send(get(path)).data).toEqual({
      task_id: data['task_id'],
      task_status: 'succeed',
      task_status_msg: '',
      task_info: {},
      watermark_info: { enabled: true },
      task_result: {
        videos: [{ id: `${data['task_id']}-1`, url, watermark_url: url, duration: '10' }],
      },
      final_unit_deduction: '8',
      created_at: data['created_at'],
      updated_at: expect.any(Number) as unknown,
    });
  });

  test.each([
    ['fail', /error/],
    ['policy', /risk control/],
    ['expired', /too long/],
  ])('that ends by %s says why', (fault, reason) => {
    const { data } = create({ prompt: `[[sim seconds=1 fault=${fault}]]` });
    upstream.advance(1_000);
    expect(send(get(`${TEXT}/${data['task_id']}`)).data).toMatchObject({
      task_status: 'failed',
      task_status_msg: expect.stringMatching(reason) as unknown,
      task_result: { videos: [] },
      final_unit_deduction: '0',
    });
  });

  test('is told without an envelope, with the fields of every kind', () => {
    const { data } = create({ external_task_id: 'mine', prompt: '[[sim seconds=1]]' });
    upstream.advance(1_000);
    const told = JSON.parse(upstream.callback()?.body ?? '') as Record<string, unknown>;
    expect(told).toMatchObject({
      task_id: data['task_id'],
      task_status: 'succeed',
      task_info: { parent_video: null, external_task_id: 'mine' },
      task_result: { images: [], videos: [{ duration: '5' }] },
    });
    expect(told).not.toHaveProperty('code');
  });
});

describe('the list', () => {
  const ids = (query: string, kind = TEXT): unknown[] =>
    (send(get(`${kind}${query}`)).data as unknown as { task_id: string }[]).map(
      (task) => task.task_id,
    );

  test('has one kind, newest first, 30 to a page unless asked', () => {
    const made = Array.from(
      { length: 31 },
      () => create({ prompt: '[[sim polls=1]]' }).data['task_id'],
    );
    const other = create({ image }, 'image2video').data['task_id'];
    expect(ids('')).toEqual(made.toReversed().slice(0, 30));
    expect(ids('?pageNum=2')).toEqual([made[0]]);
    expect(ids('?pageNum=4&pageSize=10')).toEqual([made[0]]);
    expect(ids('', 'image2video')).toEqual([other]);
    expect(ids('', 'omni-video')).toEqual([]);
  });

  test.each(['?pageNum=0', '?pageNum=1001', '?pageSize=501', '?pageSize=x'])(
    'refuses %s',
    (query) => {
      expect(send(get(`${TEXT}${query}`)).code).toBe(1201);
    },
  );
});

describe('over HTTP', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({ simulations: { kling: simulation } });
  });
  afterEach(() => simulator.stop());

  const call = async (described: Call): Promise<Response> => {
    const { method, target, headers, body } = kling.authorize(
      described,
      simulation.credentials,
      Date.now(),
    );
    if (!('path' in target)) throw new Error('only paths');
    return fetch(`${simulator.baseUrlOf('kling')}${target.path}`, {
      method,
      headers: { ...headers, connection: 'close' },
      ...(body === undefined ? {} : { body: String(body) }),
    });
  };
  const submit = (fault: string): Promise<Response> =>
    call(post(TEXT, { ...FIVE, prompt: `[[sim fault=${fault}]]`, external_task_id: 'mine' }));
  const lookup = async (): Promise<unknown> =>
    (await json(await call(get(`${TEXT}/mine`))))['code'];

  test('a task whose answer was dropped is there to be found', async () => {
    await expect(submit('drop-after-accept')).rejects.toThrow();
    expect(await lookup()).toBe(0);
  });

  test('one that was dropped before is not', async () => {
    await expect(submit('drop-before-accept')).rejects.toThrow();
    expect(await lookup()).toBe(1201);
  });

  test.each([
    ['429', 429, 1303],
    ['5xx', 500, 5000],
  ])('%s is said in its own shape', async (fault, status, code) => {
    const response = await submit(fault);
    expect(response.status).toBe(status);
    expect(await json(response)).toMatchObject({ code, request_id: expect.any(String) as unknown });
    expect(await lookup()).toBe(1201);
  });

  test('its file can be fetched by anybody', async () => {
    const created = await json(
      await call(
        post(TEXT, { ...FIVE, prompt: '[[sim polls=1 video=shared]]', external_task_id: 'mine' }),
      ),
    );
    expect(created).toMatchObject({ code: 0 });
    const { data } = (await json(await call(get(`${TEXT}/mine`)))) as unknown as Answer;
    const url = String(data['task_result'].videos[0].url);
    const file = await until(async () => {
      const response = await fetch(url, { headers: { connection: 'close' } });
      return response.status === 200 ? Buffer.from(await response.arrayBuffer()) : undefined;
    });
    expect(file.subarray(4, 8).toString()).toBe('ftyp');
  });
});

import { json, MODEL, startUpstream, type Upstream } from '../support/simulator';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.stop());

const M10 = 'doubao-seedance-1-0-pro-250528';
const M15 = 'doubao-seedance-1-5-pro-251215';
const M25 = 'doubao-seedance-2-5-260628';
const MINI = 'doubao-seedance-2-0-mini-260615';
const FAST_10 = 'doubao-seedance-1-0-pro-fast-251015';
const text = { type: 'text', text: 'a cat' };
const image = (role?: string): object => ({
  type: 'image_url',
  image_url: { url: 'https://media.example/a.png' },
  ...(role === undefined ? {} : { role }),
});
const video = {
  type: 'video_url',
  video_url: { url: 'https://media.example/a.mp4' },
  role: 'reference_video',
};
const audio = {
  type: 'audio_url',
  audio_url: { url: 'https://media.example/a.mp3' },
  role: 'reference_audio',
};
const png = (width: number, height: number): string => {
  const bytes = Buffer.from('89504e470d0a1a0a0000000d49484452000000000000000008060000', 'hex');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return `data:image/png;base64,${bytes.toString('base64')}`;
};

/** Every optional field as the Python SDK writes it when nobody set it. */
const SDK_NULLS = Object.fromEntries(
  `callback_url return_last_frame service_tier execution_expires_after generate_audio draft tools
   safety_identifier priority resolution ratio duration frames seed camera_fixed watermark output_format
   omni_reference_task_type`
    .split(/\s+/)
    .map((name) => [name, null]),
);

async function codeOf(body: Record<string, unknown>): Promise<unknown> {
  const response = await upstream.create({ model: MODEL, content: [text], ...body });
  if (response.status === 200) return 'accepted';
  const { error } = await json(response);
  const { code, param } = error as Record<string, unknown>;
  return [response.status, code, param];
}

test('explicit nulls, as the Python SDK writes them, are absent values', async () => {
  expect(await codeOf(SDK_NULLS)).toBe('accepted');
});

test.each([
  ['text', [text], MODEL],
  ['one image without a role', [text, image()], MODEL],
  ['a first frame alone', [image('first_frame')], MODEL],
  ['first and last frame', [image('first_frame'), image('last_frame')], M10],
  ['references of every kind', [text, image('reference_image'), video, audio], MODEL],
  ['a sound alone, which 2.5 takes', [text, audio], M25],
  ['references of every kind on mini', [text, image('reference_image'), video, audio], MINI],
  ['a first frame on 1.0 pro fast', [image('first_frame')], FAST_10],
])('takes %s', async (_, content, model) => {
  expect(await codeOf({ content, model })).toBe('accepted');
});

const many = (count: number, item: object): object[] => Array.from({ length: count }, () => item);
test.each([
  ['no content', { content: [] }, 'content'],
  ['frames mixed with references', { content: [image('first_frame'), video] }, 'content'],
  ['a last frame alone', { content: [image('last_frame')] }, 'content'],
  ['three frames', { content: [...many(2, image('first_frame')), image('last_frame')] }, 'content'],
  ['two first frames', { content: many(2, image('first_frame')) }, 'content'],
  ['ten reference images', { content: many(10, image('reference_image')) }, 'content'],
  ['a sound alone on 2.0', { content: [text, audio] }, 'content'],
  [
    'a last frame on 1.0 pro fast',
    { content: [image('first_frame'), image('last_frame')], model: FAST_10 },
    'content',
  ],
  ['1080p on mini', { resolution: '1080p', model: MINI }, 'resolution'],
  ['references on 1.5', { content: [image('reference_image')], model: M15 }, 'content'],
  ['an unknown content type', { content: [{ type: 'mesh' }] }, 'content[0].type'],
  ['a URL that is none', imageOf('a.png'), 'content[0].image_url.url'],
  ['base64 that is none', imageOf('data:image/png;base64,***'), 'content[0].image_url.url'],
  ['a PNG that is none', imageOf('data:image/png;base64,AAAA'), 'content[0].image_url.url'],
  [
    'an inline video',
    { content: [{ ...video, video_url: { url: 'data:video/mp4;base64,AAAA' } }] },
    'content[0].video_url.url',
  ],
  ['a number as text', { content: [{ type: 'text', text: 5 }] }, 'content[0].text'],
  ['a duration as text', { duration: '5' }, 'duration'],
  ['too short', { duration: 3 }, 'duration'],
  ['too long', { duration: 16 }, 'duration'],
  ['automatic length on 1.0', { duration: -1, model: M10 }, 'duration'],
  ['frames on 2.0', { frames: 57 }, 'frames'],
  ['frames off the grid', { frames: 58, model: M10 }, 'frames'],
  ['4k on fast', { resolution: '4k', model: 'doubao-seedance-2-0-fast-260128' }, 'resolution'],
  ['another vendor’s spelling', { resolution: '720P' }, 'resolution'],
  ['an unknown ratio', { ratio: '2:1' }, 'ratio'],
  ['a seed on 2.0', { seed: 7 }, 'seed'],
  ['a fixed camera on 2.0', { camera_fixed: true }, 'camera_fixed'],
  ['a word about the camera on 2.5', { camera_fixed: false, model: M25 }, 'camera_fixed'],
  ['sound on 1.0', { generate_audio: true, model: M10 }, 'generate_audio'],
  ['flex on 2.0', { service_tier: 'flex' }, 'service_tier'],
  ['an unknown tier', { service_tier: 'gold' }, 'service_tier'],
  ['an early expiry', { execution_expires_after: 3_599 }, 'execution_expires_after'],
  ['a long identifier', { safety_identifier: 'x'.repeat(65) }, 'safety_identifier'],
  ['a priority past 9', { priority: 10 }, 'priority'],
  ['mov on 2.0', { output_format: 'mov' }, 'output_format'],
  ['a draft on 2.0', { draft: true }, 'draft'],
  ['a draft in 720p', { draft: true, resolution: '720p', model: M25 }, 'resolution'],
  ['an unknown draft', { content: [draftOf('cgt-1')], model: M25 }, 'content[0].draft_task.id'],
  ['a task type on 2.0', { omni_reference_task_type: 'edit' }, 'omni_reference_task_type'],
  ['a callback that is no URL', { callback_url: 'hooks' }, 'callback_url'],
])('refuses %s', async (_, body, param) => {
  const code = 'InvalidParameter';
  expect(await codeOf(body)).toEqual([400, code, param]);
  expect(await upstream.counters()).toMatchObject({ jobs: 0 });
});
function imageOf(url: string): Record<string, unknown> {
  return { content: [{ type: 'image_url', image_url: { url } }] };
}
function draftOf(id: string): object {
  return { type: 'draft_task', draft_task: { id } };
}

test.each([
  [
    'a shape on a first frame of 2.5',
    { content: [image('first_frame')], ratio: '16:9', model: M25 },
    'ratio',
  ],
  ['adaptive on a text of 1.0', { ratio: 'adaptive', model: M10 }, 'ratio'],
  [
    'an edit of a given length',
    { content: [text, video], omni_reference_task_type: 'edit', duration: 5, model: M25 },
    'duration',
  ],
])('refuses %s as a constraint of the task type', async (_, body, param) => {
  expect(await codeOf(body)).toEqual([400, 'InvalidParameter.TaskTypeConstraint', param]);
});

test.each([
  [{ content: undefined }, 'content'],
  [{ model: null }, 'model'],
  [{ content: [{ type: 'text' }] }, 'content[0].text'],
  [{ content: [{ type: 'image_url' }] }, 'content[0].image_url'],
])('calls what is absent or null in %j missing', async (body, param) => {
  expect(await codeOf(body)).toEqual([400, 'MissingParameter', param]);
});

test('an unknown model and a missing key have their own errors, with a request id', async () => {
  expect(await codeOf({ model: 'seedance-9' })).toEqual([
    404,
    'InvalidEndpointOrModel.NotFound',
    '',
  ]);
  const response = await fetch(`${upstream.baseUrlOf('ark')}/contents/generations/tasks`);
  expect(response.status).toBe(401);
  const requestId = response.headers.get('x-request-id') ?? '';
  expect(requestId).not.toBe('');
  expect(await response.json()).toEqual({
    error: {
      code: 'AuthenticationError',
      message: `The API key in the request is missing or invalid. Request id: ${requestId}`,
      param: '',
      type: 'Unauthorized',
    },
  });
});

test('a body that is no JSON object is refused', async () => {
  for (const body of ['', '{"model":', '[]', '"a"']) {
    expect((await upstream.call('POST', '', body)).status).toBe(400);
  }
});

test('a finished task echoes what was applied and counts tokens as the service does', async () => {
  const id = await upstream.submit('a cat', {
    duration: 5,
    resolution: '720p',
    ratio: '16:9',
    generate_audio: false,
    seed: -1,
    safety_identifier: 'user-1',
    priority: 3,
    execution_expires_after: 7_200,
    tools: [{ type: 'web_search' }],
  });
  expect(id).toMatch(/^cgt-20261121120000-[a-z0-9]{5}$/);
  upstream.advance(6_000);
  expect(await upstream.task(id)).toEqual({
    id,
    model: MODEL,
    status: 'succeeded',
    error: null,
    content: { video_url: `${upstream.url}/_media/${id}/video.mp4` },
    usage: { completion_tokens: 108_900, total_tokens: 108_900 },
    created_at: 1795262400,
    updated_at: expect.any(Number) as unknown,
    seed: expect.any(Number) as unknown,
    resolution: '720p',
    ratio: '16:9',
    duration: 5,
    framespersecond: 24,
    generate_audio: false,
    draft: false,
    service_tier: 'default',
    execution_expires_after: 7_200,
    priority: 3,
    safety_identifier: 'user-1',
    tools: [{ type: 'web_search' }],
  });
});

test('frames win over the duration and are echoed in its place', async () => {
  const id = await upstream.submit('a', {
    model: M10,
    frames: 57,
    duration: 5,
    resolution: '480p',
  });
  upstream.advance(6_000);
  const task = await upstream.task(id);
  expect(task).toMatchObject({ frames: 57, usage: { total_tokens: 23_085 } });
  expect(task).not.toHaveProperty('duration');
});

test('the seconds of input videos count as tokens, and are not shown', async () => {
  const tokensOf = async (content: object[]): Promise<unknown> => {
    const asked = { model: MODEL, content, resolution: '720p', ratio: '16:9', duration: 5 };
    const { id } = await json(await upstream.create(asked));
    upstream.advance(6_000);
    const task = await upstream.task(String(id));
    expect(Object.keys(task).filter((key) => key.includes('input'))).toEqual([]);
    return (task['usage'] as Record<string, unknown>)['total_tokens'];
  };
  expect(await tokensOf([text, image('reference_image')])).toBe(108_900);
  expect(await tokensOf([text, video])).toBe(216_900);
});

const M20 = 'dreamina-seedance-2-0-260128';
const videos = (count: number): object[] => Array.from({ length: count }, () => video);

test.each<[what: string, body: Record<string, unknown>, tokens: number]>([
  // These five were measured on the real service.
  ['four seconds in 480p on 2.5', { model: M25, resolution: '480p', duration: 4 }, 38_830],
  ['five', { model: M25, resolution: '480p', duration: 5 }, 48_437],
  ['four in 480p on 2.0', { model: M20, resolution: '480p', duration: 4 }, 40_594],
  ['five, as a fraction is dropped', { model: M20, resolution: '480p', duration: 5 }, 50_638],
  ['five in 1080p', { model: M20, resolution: '1080p', duration: 5 }, 245_025],
  ['another shape', { model: M20, resolution: '480p', ratio: '4:3', duration: 5 }, 49_761],
  ['1.0 in its own pixels', { model: M10, resolution: '1080p', duration: 5 }, 246_840],
  ['1.0 for half the price', { model: M10, resolution: '1080p', service_tier: 'flex' }, 246_840],
  ['a draft with sound', { model: M15, draft: true, resolution: '480p', duration: 5 }, 30_383],
  [
    'a silent draft',
    { model: M15, draft: true, resolution: '480p', duration: 5, generate_audio: false },
    35_446,
  ],
  [
    'fifteen seconds from five, at the least tokens',
    { model: M20, content: [text, video], resolution: '480p', duration: 15 },
    251_518,
  ],
  [
    'five from ten videos, which have thirty seconds together at most',
    { model: M25, content: [text, ...videos(10)], resolution: '720p', duration: 5 },
    756_900,
  ],
])('%s: the tokens of the page, and one frame more', async (_, body, tokens) => {
  const asked = { content: [text], ratio: '16:9', ...body };
  const { id } = await json(await upstream.create(asked));
  upstream.advance(6_000);
  const { usage } = await upstream.task(String(id));
  expect(usage).toEqual({ completion_tokens: tokens, total_tokens: tokens });
});

test('prompt flags count where the body is silent and are ignored where wrong', async () => {
  const flags = '--rs 480p --rt 9:16 --dur 99 --seed 11 --unknown 1 --wm maybe';
  const id = await upstream.submit(`a cat ${flags}`, { model: M10, ratio: null });
  expect(await upstream.task(id)).toMatchObject({
    resolution: '480p',
    ratio: '9:16',
    duration: 5,
    seed: 11,
  });
  const other = await upstream.submit(`a cat ${flags}`, { model: M10, resolution: '720p' });
  expect(await upstream.task(other)).toMatchObject({ resolution: '720p', ratio: '16:9' });
});

test('the example of 1.0 pro fast on the vendor’s page is taken: flags in its text, no role, 1080p unless told', async () => {
  const words = { type: 'text', text: 'a girl opens her eyes  --ratio adaptive  --dur 5' };
  const asked = { model: FAST_10, content: [words, image()] };
  const { id } = await json(await upstream.create(asked));
  upstream.advance(6_000);
  expect(await upstream.task(String(id))).toMatchObject({
    model: FAST_10,
    status: 'succeeded',
    resolution: '1080p',
    duration: 5,
    framespersecond: 24,
    service_tier: 'default',
    execution_expires_after: 172_800,
  });
});

test('adaptive takes the shape of an inline first frame, else 16:9, and tells it', async () => {
  const ratioOf = async (content: object[]): Promise<unknown> => {
    const { id } = await json(await upstream.create({ model: MODEL, content, ratio: 'adaptive' }));
    return (await upstream.task(String(id)))['ratio'];
  };
  const frame = (url: string): object => ({ type: 'image_url', image_url: { url } });
  expect(await ratioOf([text])).toBe('16:9');
  expect(await ratioOf([frame(png(600, 800))])).toBe('3:4');
  expect(await ratioOf([frame(png(2_100, 900))])).toBe('21:9');
  expect(await ratioOf([frame('https://media.example/a.png')])).toBe('16:9');
});

test('a draft can be made final once it is done', async () => {
  const draft = await upstream.submit('a', { model: M25, draft: true, ratio: '1:1', duration: 9 });
  const final = { model: M25, content: [draftOf(draft)] };
  expect((await upstream.create(final)).status).toBe(400);
  upstream.advance(6_000);
  const { id } = await json(await upstream.create(final));
  expect(await upstream.task(String(id))).toMatchObject({
    draft_task_id: draft,
    draft: false,
    ratio: '1:1',
    duration: 9,
    resolution: '720p',
  });
});

describe('DELETE', () => {
  const remove = async (id: string): Promise<[number, Record<string, unknown>]> => {
    // As the Python SDK sends it.
    const response = await upstream.call('DELETE', `/${id}`, '{}');
    return [response.status, await json(response)];
  };

  test('cancels a queued task, whose record disappears after a day', async () => {
    const id = await upstream.submit('[[sim queued=10]]');
    expect(await remove(id)).toEqual([200, {}]);
    expect((await upstream.task(id))['status']).toBe('cancelled');
    upstream.advance(86_400_000);
    expect((await upstream.call('GET', `/${id}`)).status).toBe(404);
  });

  test('refuses a running task, which runs on', async () => {
    const id = await upstream.submit('[[sim polls=2]]');
    const [status, body] = await remove(id);
    expect(status).toBe(409);
    expect(body).toMatchObject({ error: { code: 'InvalidAction.RunningTaskDeletion' } });
    expect((await upstream.task(id))['status']).toBe('running');
  });

  test.each(['', 'fault=fail', 'fault=policy', 'fault=expired'])(
    'deletes the record of a finished task: %s',
    async (fault) => {
      const id = await upstream.submit(`[[sim ${fault}]]`);
      upstream.advance(6_000);
      expect(await remove(id)).toEqual([200, {}]);
      expect((await upstream.call('GET', `/${id}`)).status).toBe(404);
      expect((await remove(id))[0]).toBe(404);
    },
  );

  test('refuses a canceled task', async () => {
    const id = await upstream.submit('[[sim queued=10]]');
    await remove(id);
    expect((await remove(id))[0]).toBe(409);
  });
});

describe('the list', () => {
  const list = async (query: string): Promise<{ ids: string[]; total: number }> => {
    const response = await upstream.call('GET', `?${query}`);
    const body = (await response.json()) as { items: { id: string }[]; total: number };
    return { ids: body.items.map((item) => item.id), total: body.total };
  };

  test('filters by status, ids, model and tier, newest first', async () => {
    const done = await upstream.submit('a');
    upstream.advance(6_000);
    const flex = await upstream.submit('b', { model: M10, service_tier: 'flex' });
    const open = await upstream.submit('c', { model: M15 });
    expect(await list('')).toEqual({ ids: [open, done], total: 2 });
    expect(await list('filter.status=succeeded')).toEqual({ ids: [done], total: 1 });
    expect(await list('filter.service_tier=flex')).toEqual({ ids: [flex], total: 1 });
    expect(await list(`filter.model=${M15}`)).toEqual({ ids: [open], total: 1 });
    const repeated = `filter.task_ids=${done}&filter.task_ids=${open}&filter.task_ids=cgt-none`;
    expect(await list(repeated)).toEqual({ ids: [open, done], total: 2 });
    expect(await list(`filter.task_ids=${done},${open}`)).toEqual({ ids: [open, done], total: 2 });
  });

  test('comes in pages, 20 to a page unless asked, for seven days', async () => {
    for (let index = 0; index < 25; index += 1) await upstream.submit(`[[sim polls=1]] ${index}`);
    const first = await list('page_num=1&page_size=10');
    const third = await list('page_num=3&page_size=10');
    expect([first.ids.length, third.ids.length, third.total]).toEqual([10, 5, 25]);
    expect((await list('')).ids.length).toBe(20);
    upstream.advance(7 * 86_400_000);
    expect(await list('')).toEqual({ ids: [], total: 0 });
  });

  test.each(['page_num=0', 'page_size=501', 'page_num=x', 'filter.status=done'])(
    'refuses %s',
    async (query) => {
      expect((await upstream.call('GET', `?${query}`)).status).toBe(400);
    },
  );
});

test('one account may have 120 queued tasks; the next is refused until one runs', async () => {
  for (let index = 0; index < 120; index += 1) await upstream.submit('[[sim queued=60]]');
  expect(await codeOf({})).toEqual([429, 'QuotaExceeded', '']);
  upstream.advance(60_000);
  expect(await codeOf({})).toBe('accepted');
});

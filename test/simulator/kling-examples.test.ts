import { startUpstream, type Upstream } from '../support/simulator';

/**
 * No client of Kling's newer wire is published, so these are the examples of Kling's own pages (kling.ai/document-api, as
 * a public copy had them on 2026-09-20), field by field, sent over HTTP as `curl` sends them. Only the words of the
 * prompts are ours.
 */

let upstream: Upstream;
beforeAll(async () => {
  // Ahead, since it stands still: a token that is made later on a slow machine has begun by it.
  upstream = await startUpstream({ startAt: Date.now() + 60_000 });
});
afterAll(() => upstream.stop());

interface Answer {
  code: number;
  message: string;
  request_id: string;
  data: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests read what the wire says
}

const HEADERS: Record<string, string> = {
  'Content-Type': 'application/json',
  Authorization: 'Bearer a-key',
};
async function curl(path: string, body?: object, headers = HEADERS): Promise<[number, Answer]> {
  const reply = await fetch(`${upstream.baseUrlOf('kling')}${path}`, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return [reply.status, (await reply.json()) as Answer];
}

/** The second look finds it at its end, and no callback is sent. */
const PROMPT = 'a girl on a train looks out of the window [[sim polls=2 video=shared]]';
const said = { type: 'prompt', text: PROMPT };
const url = 'https://media.example/image_25.png';
const options = {
  callback_url: 'https://xxx/callback',
  external_task_id: '',
  watermark_info: { enabled: false },
};

const unmarked = { callback_url: 'https://xxx/callback', external_task_id: '' };
const clip = 'https://media.example/video_7.1.mp4';
const TEXT = '/text-to-video/kling-3.0';
const OMNI = '/omni-video/kling-3.0-omni';

const EXAMPLES: readonly [name: string, path: string, body: object, seconds: string][] = [
  [
    'text to video',
    TEXT,
    {
      prompt: PROMPT,
      settings: {
        resolution: '4k',
        aspect_ratio: '16:9',
        duration: 15,
        audio: 'off',
        multi_shot: true,
      },
      options,
    },
    '15',
  ],
  [
    'image to video, a first frame',
    '/image-to-video/kling-3.0',
    {
      contents: [said, { type: 'first_frame', url }],
      settings: { resolution: '4k', duration: 10, audio: 'off', multi_shot: false },
      options,
    },
    '10',
  ],
  [
    'image to video, first and last frame and an element',
    '/image-to-video/kling-3.0',
    {
      contents: [
        said,
        { type: 'first_frame', url },
        { type: 'last_frame', url },
        { type: 'element', element_id: '163', id: 'element_1' },
      ],
      settings: { resolution: '1080p', duration: 10, audio: 'native', multi_shot: false },
      options: { ...options, watermark_info: { enabled: true } },
    },
    '10',
  ],
  [
    'image to video by turbo',
    '/image-to-video/kling-3.0-turbo',
    {
      contents: [said, { type: 'first_frame', url }],
      settings: { resolution: '1080p', duration: 10 },
      options: { ...options, watermark_info: { enabled: true } },
    },
    '10',
  ],
  [
    'omni, a first frame and a reference',
    OMNI,
    {
      contents: [
        said,
        { type: 'first_frame', url, id: 'image_1' },
        { type: 'refer_image', url, id: 'image_2' },
      ],
      settings: { resolution: '1080p', duration: 5, audio: 'native', multi_shot: false },
      options: unmarked,
    },
    '5',
  ],
  [
    'omni, first and last frame and two elements',
    OMNI,
    {
      contents: [
        said,
        { type: 'first_frame', url, id: 'image_1' },
        { type: 'last_frame', url, id: 'image_2' },
        { type: 'element', element_id: '162', id: 'element_1' },
        { type: 'element', element_id: '163', id: 'element_2' },
      ],
      settings: { resolution: '1080p', duration: 5, audio: 'native', multi_shot: true },
      options: unmarked,
    },
    '5',
  ],
  [
    'omni, a video as a model',
    OMNI,
    {
      contents: [said, { type: 'feature_video', url: clip, id: 'video_1' }],
      settings: { resolution: '4k', audio: 'off', multi_shot: true },
      options: unmarked,
    },
    '5',
  ],
  [
    'omni, a video to change',
    OMNI,
    {
      contents: [said, { type: 'base_video', url: clip, id: 'video_1' }],
      settings: { resolution: '1080p', audio: 'original', multi_shot: false },
      options: unmarked,
    },
    '5',
  ],
];

test.each(EXAMPLES)('%s: taken, looked at, and shown as the page shows it', async (...row) => {
  const [, path, body, duration] = row;
  const [status, created] = await curl(path, body);
  expect([status, created]).toMatchObject([200, { code: 0, data: { status: 'processing' } }]);
  const { id } = created.data;
  const look = `/tasks?task_ids=${String(id)}`;
  const [, first] = await curl(look);
  expect(first.data).toMatchObject([{ id, status: 'processing', outputs: [], billing: [] }]);
  const [, last] = await curl(look);
  expect(last.data).toMatchObject([
    {
      id,
      status: 'succeeded',
      message: '',
      create_time: expect.any(Number) as unknown,
      update_time: expect.any(Number) as unknown,
      outputs: [{ type: 'video', duration }],
      billing: [{ charge_type: 'unit', amount: expect.any(String) as unknown }],
    },
  ]);
  const file = await fetch(last.data[0].outputs[0].url);
  expect(file.status).toBe(200);
});

test('an empty id of the caller’s own is none: the next example with it is another task', async () => {
  const body = { prompt: PROMPT, options };
  const ids = [await curl(TEXT, body), await curl(TEXT, body)].map(([, { data }]) => data.id);
  expect(new Set(ids).size).toBe(2);
});

/** What the pages show, and the simulator refuses. */
test.each<[string, string, object, number, number, RegExp]>([
  [
    'omni of a prompt alone: its note says that the shape is required, which its example leaves out',
    OMNI,
    {
      contents: [said],
      settings: { resolution: '1080p', duration: 5, audio: 'native', multi_shot: false },
      options: unmarked,
    },
    400,
    1201,
    /^settings\.aspect_ratio/,
  ],
  [
    'motion control, which it does not have',
    '/motion-control/kling-3.0',
    {
      contents: [said, { type: 'image', url }, { type: 'video', url: clip }],
      settings: { character_orientation: 'video', resolution: '1080p', audio: 'original' },
      options: unmarked,
    },
    404,
    1202,
    /^The requested method is invalid/,
  ],
])('refused: %s', async (...row) => {
  const [, path, body, status, code, message] = row;
  expect(await curl(path, body)).toMatchObject([
    status,
    { code, message: expect.stringMatching(message) as unknown },
  ]);
});

test('a task is found by the id of the caller’s own, and its answer has what the page names', async () => {
  const own = 'example-123';
  await curl(TEXT, { prompt: PROMPT, options: { ...options, external_task_id: own } });
  const [status, { code, message, request_id, data }] = await curl(
    `/tasks?external_task_ids=${own}`,
  );
  expect([status, code, message]).toEqual([200, 0, 'SUCCEED']);
  expect(request_id).not.toBe('');
  expect(Object.keys(data[0]).sort()).toEqual(
    'billing create_time external_id id message outputs status update_time'.split(' '),
  );
});

test('who sends no key is told so', async () => {
  const keyless = { 'Content-Type': 'application/json' };
  expect(await curl(TEXT, { prompt: PROMPT }, keyless)).toMatchObject([401, { code: 1001 }]);
});

import { assert, constantFrom, dictionary, json, property, record, string } from 'fast-check';
import { ark } from '../../src/providers/ark';
import type { Submission } from '../../src/core/provider/provider';

/** Whatever a caller writes, the provider gets it with three values changed and not a byte else. */

const APPLIED = {
  mode: 'text',
  prompt: '',
  inputs: [],
  seconds: 5,
  resolution: '720p',
  aspectRatio: '16:9',
  fps: 24,
  passthrough: {},
} satisfies Submission['applied'];

function sent(text: string, callbackUrl?: string, ids: Record<string, string> = {}): string {
  const { body } = ark.submit({
    model: 'ep-upstream',
    applied: APPLIED,
    attemptId: 'attempt',
    blobs: new Map(),
    native: { text, headers: {}, search: '', ids },
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
  });
  return String(body);
}

test('any JSON around the three values stays as it was written', () => {
  const space = constantFrom('', ' ', '\n', '\t ', '\r\n');
  const pieces = record({
    before: json(),
    after: json(),
    space,
    key: string().filter((s) => s !== 'model' && s !== 'callback_url' && s !== 'content'),
  });
  assert(
    property(pieces, ({ before, after, space: gap, key }) => {
      const write = (model: string, callback: string, draft: string): string =>
        `{${gap}${JSON.stringify(key)}:${before},"model"${gap}:${gap}"${model}",` +
        `"content":[{"x":${after},"draft_task":{${gap}"id":"${draft}"}}],"callback_url":${callback}${gap}}`;
      expect(
        sent(write('alias', '"https://a.example"', 'task_1'), 'https://b.example', {
          task_1: 'cgt-1',
        }),
      ).toBe(write('ep-upstream', '"https://b.example"', 'cgt-1'));
    }),
  );
});

test('a body without a callback gets ours at its end, or stays as it is where we have none', () => {
  assert(
    property(dictionary(string(), json()), (fields) => {
      const text = JSON.stringify({ ...fields, model: 'a', callback_url: undefined });
      const upstream = JSON.stringify({ ...fields, model: 'ep-upstream', callback_url: undefined });
      expect(sent(text)).toBe(upstream);
      expect(sent(text, 'https://b.example')).toBe(
        `${upstream.slice(0, -1)},"callback_url":"https://b.example"}`,
      );
    }),
  );
});

test.each([
  ['{"model":"a","model":"b"}', '{"model":"ep-upstream","model":"ep-upstream"}'],
  [
    '{"model":"a","callback_url":null,"callback_url":"https://x"}',
    '{"model":"ep-upstream","callback_url":null,"callback_url":null}',
  ],
  [
    '{"model":"a","content":[{"draft_task":{"id":"__proto__"}},{"draft_task":{"id":7}},{"draft_task":"id"}]}',
    '{"model":"ep-upstream","content":[{"draft_task":{"id":"__proto__"}},{"draft_task":{"id":7}},{"draft_task":"id"}]}',
  ],
])('%s', (text, expected) => {
  expect(sent(text)).toBe(expected);
});

const PICTURE = 'https://example.com/cat.png';
const read = (body: object): ReturnType<NonNullable<typeof ark.native>['read']> => {
  if (!ark.native) throw new Error('ark speaks no wire');
  return ark.native.read(Buffer.from(JSON.stringify({ model: 'm', ...body })));
};
const TEXT = { type: 'text', text: `like ${PICTURE}` };

test.each<[place: string, body: object]>([
  ['image_url', { content: [TEXT], image_url: PICTURE }],
  ['first_frame.url', { content: [TEXT], first_frame: { url: PICTURE } }],
  ['images.0', { content: [TEXT], images: ['data:image/png;base64,AAAA'] }],
  ['extra', { content: [TEXT], extra: 'asset://cat-1' }],
  ['webhook_url', { content: [TEXT], webhook_url: 'https://example.com/hook' }],
  ['content[1].image', { content: [TEXT, { type: 'image', image: PICTURE }] }],
  ['content[0].image_url.url', { content: [{ ...TEXT, image_url: { url: PICTURE } }] }],
  ['content[1]', { content: [TEXT, PICTURE] }],
  [
    'content[0].mask',
    { content: [{ type: 'image_url', image_url: { url: PICTURE }, mask: PICTURE }] },
  ],
])('a medium that Ark does not read is refused by its place: %s', (place, body) => {
  expect(() => read(body)).toThrow(`${place}: carries a`);
});

test('every place of a medium that Ark documents passes, and so do words that carry none', () => {
  const items = (['image_url', 'video_url', 'audio_url'] as const).map((type) => ({
    type,
    [type]: { url: PICTURE },
    role: type === 'image_url' ? 'reference_image' : undefined,
  }));
  const { request } = read({
    content: [TEXT, ...items],
    callback_url: 'https://example.com/hook',
    tools: [{ type: 'web_search' }],
    note: 'see https://example.com',
  });
  expect(request.inputs).toHaveLength(3);
  expect(request.passthrough).toEqual({
    tools: [{ type: 'web_search' }],
    note: 'see https://example.com',
  });
});

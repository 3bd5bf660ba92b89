import { randomBytes } from 'node:crypto';
import { newKey as mintKey } from '../../src/store/keys/new-key';
import { ensureWorkspace } from '../../src/store/operator/workspaces';
import { REQUEST, useTestGateway, until } from '../support/gateway';

/** What is known at create to fail is told at create by the field's name; what is known later is told where it is read. */

const gateway = useTestGateway();

const { model, prompt } = REQUEST;
const textOf = (json: any): string => json.error?.message ?? json.error ?? json.message; // eslint-disable-line @typescript-eslint/no-explicit-any -- three shapes of errors

const create = async (path: string, more: object, key?: string): Promise<[number, string]> => {
  const body = { model, prompt, ...more };
  const answer = await gateway.call('POST', path, key === undefined ? { body } : { body, key });
  return [answer.status, answer.status === 200 ? '' : textOf(answer.json)];
};

test.each([
  'http://127.0.0.1/cat.png',
  'http://localhost:8080/cat.png',
  'https://10.0.0.7/cat.png',
  'http://[::1]/cat.png',
  'http://169.254.169.254/latest',
  'https://nas.local/cat.png',
  'https://2130706433/cat.png',
])('an input at %s is refused by its field before anything is stored', async (url) => {
  const frame = { frame_type: 'first_frame', image_url: url };
  for (const [path, more, field] of [
    ['/v1/videos', { input_reference: url }, 'input_reference'],
    ['/v1/videos', { frame_images: [frame] }, 'frame_images.0.image_url'],
    ['/v1/videos', { input_references: [{ video_url: url }] }, 'input_references.0.video_url'],
    ['/v1/video/generations', { image: url }, 'image'],
    ['/unified-video/generate', { images: [url] }, 'images.0'],
    ['/unified-video/quote', { images: [url] }, 'images.0'],
  ] as const) {
    const said = `${field}: must name a public host, since the provider fetches it.`;
    expect(await create(path, more)).toEqual([400, said]);
  }
  expect(await gateway.sql('SELECT id FROM jobs')).toEqual([]);
});

test('a link of our own is good in its workspace; expired, changed or of another one it is refused', async () => {
  const id = await gateway.post({ return_last_frame: true });
  const end = (await gateway.ended(id)) as { content: { last_frame_url: string }; url: string };
  const frame = end.content.last_frame_url;
  const { key, hash, prefix } = mintKey(randomBytes);
  await ensureWorkspace(gateway.base.db, gateway.base.sealer, {
    name: 'stranger',
    keys: [{ name: prefix, prefix, hash, scopes: ['generate', 'read'] }],
    callbackSecret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    points: 1_000_000_000n,
    now: Date.now(),
  });
  const expired = new URL(frame);
  expired.searchParams.set('expires', '1700000000');
  const ours = 'is a link to a result of this gateway.';
  expect(await create('/v1/videos', { input_reference: expired.href })).toEqual([
    400,
    `input_reference: ${ours} This link is not valid.`,
  ]);
  expect(await create('/unified-video/generate', { images: [frame] }, key)).toEqual([
    400,
    `images.0: ${ours} There is no such result in this workspace.`,
  ]);
  await until('the result to be kept', async () => {
    const files = await gateway.sql(`SELECT 1 FROM files WHERE kind = 'last_frame'`);
    return files[0];
  });
  const next = await gateway.post({ input_reference: frame });
  expect(await gateway.ended(next)).toMatchObject({ status: 'completed' });
  const [row] = await gateway.sql<{ media: object }>(
    `SELECT request #> '{inputs,0,media}' AS media FROM jobs WHERE jsonb_array_length(request->'inputs') = 1`,
  );
  expect(row?.media).toEqual({ blob: expect.any(String), mime: 'image/png' });
});

test('one key and one body at both roots of Ark are one task', async () => {
  const body = {
    model: 'seedance-2.0',
    content: [{ type: 'text', text: 'two roots [[sim seconds=1 video=shared]]' }],
  };
  const answers = [];
  for (const root of ['/v1', '/api/v3', '/v1']) {
    const headers = { 'idempotency-key': 'two-roots' };
    const path = `${root}/contents/generations/tasks`;
    answers.push(await gateway.call('POST', path, { body, headers }));
  }
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
});

test('a submit without an answer is told as one in doubt, in every API that has a place for it', async () => {
  const id = await gateway.post({ prompt: 'in doubt [[sim fault=html]]' });
  const detail = { code: 'submission_in_doubt', message: expect.stringContaining('looked up') };
  const seen = await until('the doubt', async () => {
    const { json } = await gateway.call('GET', `/v1/videos/${id}`);
    return json.status_detail === undefined ? undefined : json;
  });
  expect(seen).toMatchObject({ status: 'queued', status_detail: detail });
  const read = async (path: string) => (await gateway.call('GET', path)).json;
  expect(await read(`/v1/video/generations/${id}`)).toMatchObject({
    data: { status_detail: detail },
  });
  expect(await read(`/unified-video/${id}/status`)).toMatchObject({ statusDetail: detail });
  expect(await read(`/v1/ula/videos/${id}`)).toMatchObject({ data: { status_detail: detail } });
});

import OpenAI, { APIError, toFile } from 'openai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureVideo } from '../../demo/measure-video';
import { useTestGateway, until, uuid } from '../support/gateway';

/** The unchanged client of OpenAI against the whole gateway, from upload to playable file. */

const MODEL = 'seedance-2.0' as OpenAI.VideoModel;
let client: OpenAI;

const gateway = useTestGateway();

beforeAll(async () => {
  client = new OpenAI({ apiKey: gateway.keys.key, baseURL: `${gateway.api}/v1` });
});

/** 8 x 8 pixels, white. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4TwAwDCkFBADDkwFvOBgvFgAAAABJRU5ErkJggg==',
  'base64',
);

const finished = (id: string): Promise<OpenAI.Video> =>
  until(`${id} to finish`, async () => {
    const video = await client.videos.retrieve(id);
    return video.status === 'completed' || video.status === 'failed' ? video : undefined;
  });

test('makes a video of a text, polls it, downloads a playable file and deletes it', async () => {
  const created = await client.videos.create({
    model: MODEL,
    prompt: 'a paper boat [[sim seconds=1]]',
    seconds: '4',
    size: '1280x720',
  });
  expect(created).toMatchObject({ object: 'video', status: 'queued', seconds: '4' });
  const video = await finished(created.id);
  expect(video).toMatchObject({ status: 'completed', progress: 100, error: null });
  expect(video.completed_at).toBeGreaterThanOrEqual(video.created_at);

  const response = await client.videos.downloadContent(video.id);
  const path = join(gateway.data, 'video.mp4');
  writeFileSync(path, Buffer.from(await response.arrayBuffer()));
  expect(await measureVideo(path)).toMatchObject({ width: 1280, height: 720, duration_s: 4 });

  expect(await client.videos.delete(video.id)).toEqual({
    id: video.id,
    object: 'video.deleted',
    deleted: true,
  });
  const gone = await client.videos.retrieve(video.id).catch((error: unknown) => error);
  expect(gone).toBeInstanceOf(APIError);
  expect(gone).toMatchObject({ status: 404 });
});

test('makes a video of an uploaded picture, whose bytes reach the provider', async () => {
  const created = await client.videos.create({
    model: MODEL,
    prompt: 'it moves [[sim seconds=1 video=shared]]',
    input_reference: await toFile(PNG, 'photo.png', { type: 'image/png' }),
  });
  expect(await finished(created.id)).toMatchObject({ status: 'completed' });
  const [job] = await gateway.sql(
    `SELECT applied FROM jobs WHERE applied->>'mode' = 'first_frame'`,
  );
  expect(job?.['applied']).toMatchObject({
    inputs: [{ role: 'first_frame', media: { mime: 'image/png' } }],
  });
});

test('remixes and edits an earlier video, whose file the provider can fetch', async () => {
  const prompt = 'a paper boat [[sim seconds=1 video=shared]]';
  const first = await client.videos.create({ model: MODEL, prompt, seconds: '4' });
  await finished(first.id);
  const file = await client.videos.downloadContent(first.id);
  const bytes = Buffer.from(await file.arrayBuffer());
  const ways: [way: string, made: Promise<OpenAI.Video>][] = [
    ['remix', client.videos.remix(first.id, { prompt })],
    ['edit', client.videos.edit({ prompt, video: { id: first.id } })],
  ];
  for (const [way, made] of ways) {
    const { id, remixed_from_video_id } = await made;
    expect([way, remixed_from_video_id]).toEqual([way, first.id]);
    expect(await finished(id)).toMatchObject({
      status: 'completed',
      remixed_from_video_id: first.id,
    });
    const [job] = await gateway.sql('SELECT applied FROM jobs WHERE id = $1', [uuid(id)]);
    const { inputs } = job?.['applied'] as { inputs: { role: string; media: { url: string } }[] };
    expect(inputs.map(({ role }) => role)).toEqual(['reference_video']);
    const sent = await fetch(inputs[0]?.media.url ?? '');
    expect(Buffer.from(await sent.arrayBuffer())).toEqual(bytes);
  }
});

test('deleting a queued video cancels it at the provider and costs nothing', async () => {
  const before = await gateway.base.store.ledger.balance(gateway.workspaceId);
  const { id } = await client.videos.create({
    model: MODEL,
    prompt: 'waiting [[sim queued=60 video=shared]]',
  });
  await until('the submit', async () => {
    const rows = await gateway.sql(
      `SELECT 1 FROM attempts WHERE state = 'accepted' AND verdict IS NULL`,
    );
    return rows.length > 0 ? rows : undefined;
  });
  expect(await client.videos.delete(id)).toEqual({ id, object: 'video.deleted', deleted: false });
  expect(await finished(id)).toMatchObject({ status: 'failed', error: { code: 'canceled' } });
  expect(await gateway.base.store.ledger.balance(gateway.workspaceId)).toEqual(before);
});

test('pages through every video by itself, newest first', async () => {
  const made: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    const { id } = await client.videos.create({
      model: MODEL,
      prompt: `number ${String(index)} [[sim seconds=1 video=shared]]`,
    });
    made.push(id);
  }
  const seen: string[] = [];
  for await (const { id } of client.videos.list({ limit: 2 })) seen.push(id);
  expect(seen.slice(0, 5)).toEqual(made.toReversed());
  expect(new Set(seen).size).toBe(seen.length);
  for (const id of made) await finished(id);
});

test('reads a refusal as its own error class, with the field at fault', async () => {
  const refused = client.videos.create({
    model: MODEL,
    prompt: 'x',
    seconds: '12',
    size: '1x1' as '720x1280',
  });
  const error = await refused.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OpenAI.BadRequestError);
  expect(error).toMatchObject({ status: 400, param: 'size', code: 'invalid_request' });
  const stranger = new OpenAI({ apiKey: 'wrong', baseURL: `${gateway.api}/v1`, maxRetries: 0 });
  await expect(stranger.videos.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
});

import { createHash } from 'node:crypto';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { MP4, PNG } from '../http/test-app';
import { REQUEST, useTestGateway, until } from '../support/gateway';

/** Bad input is answered with a clear error in the API's own shape, and leaves no row and no file behind. */

const gateway = useTestGateway({ waits: { blobAgeMs: 5_000, sweepEveryMs: 1_000 } });

const storedFiles = (): string[] =>
  readdirSync(join(gateway.data, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

const CASES: [name: string, body: unknown, status: number, said: RegExp][] = [
  ['broken JSON', '{"model": "seedance-2.0", ', 400, /JSON/],
  ['a JSON array', [], 400, /object/],
  ['no model', { prompt: 'x' }, 400, /model/],
  ['no prompt', { model: 'seedance-2.0' }, 400, /prompt/],
  ['an unknown model', { ...REQUEST, model: 'nope' }, 404, /seedance-2\.0/],
  ['an unknown field', { ...REQUEST, colour: 'red' }, 400, /colour/],
  ['a wrong type', { ...REQUEST, duration: 'long' }, 400, /duration/],
  ['a duration the model has not', { ...REQUEST, duration: 99 }, 400, /duration.*4, 5, 6/],
  ['a resolution the model has not', { ...REQUEST, resolution: '360p' }, 400, /resolution.*720p/],
  [
    'a size the model has not',
    { model: 'seedance-2.0', prompt: 'x', size: '1x1' },
    400,
    /1280x720/,
  ],
  ['a ratio that is none', { ...REQUEST, aspect_ratio: '17:3' }, 400, /aspect_ratio.*16:9/],
  ['a seed the model has not', { ...REQUEST, seed: 5 }, 400, /seed.*-1/],
  [
    'a callback to a private address',
    { ...REQUEST, callback_url: 'https://10.0.0.1/x' },
    400,
    /callback_url/,
  ],
  [
    'a callback to the metadata service',
    { ...REQUEST, callback_url: 'http://169.254.169.254/' },
    400,
    /callback_url/,
  ],
  ['a callback that is no URL', { ...REQUEST, callback_url: 'soon' }, 400, /callback_url/],
  [
    'a picture that is none',
    { ...REQUEST, input_reference: 'data:image/png;base64,AAAA' },
    400,
    /input_reference/,
  ],
];

test.each(CASES)('%s is refused and nothing is stored', async (_, body, status, said) => {
  const answer = await gateway.call('POST', '/v1/videos', { body });
  expect(answer.json).toMatchObject({ error: { message: expect.stringMatching(said) } });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('x-request-id')).toBeTruthy();
  for (const table of ['jobs', 'attempts', 'events', 'idempotency', 'blobs']) {
    expect(await gateway.sql(`SELECT * FROM ${table}`)).toEqual([]);
  }
  expect(await gateway.sql(`SELECT * FROM ledger WHERE kind <> 'top_up'`)).toEqual([]);
  expect(storedFiles()).toEqual([]);
});

const form = (fields: Record<string, string>): FormData => {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  made.append('input_reference', new File([PNG], 'a.png', { type: 'image/png' }));
  return made;
};

test('the file of a form that is refused is gone after its age; that of a job stays', async () => {
  const { model, prompt } = REQUEST;
  const fields = { model, prompt };
  const refused = form({ ...fields, colour: 'red' });
  refused.append('input_reference', new File([MP4], 'b.mp4', { type: 'video/mp4' }));
  expect((await gateway.call('POST', '/v1/videos', { body: refused })).status).toBe(400);
  expect(storedFiles()).toHaveLength(2);
  const accepted = await gateway.call('POST', '/v1/videos', { body: form(fields) });
  expect(accepted.status).toBe(200);
  expect(await gateway.ended(accepted.json.id)).toMatchObject({ status: 'completed' });
  const kept = createHash('sha256').update(PNG).digest('hex');
  const refusedId = createHash('sha256').update(MP4).digest('hex');
  await until('the refused file to be removed', async () =>
    storedFiles().includes(refusedId) ? undefined : true,
  );
  expect(storedFiles()).toContain(kept);
  const [{ blob = '' } = {}] = await until('the result to be kept', async () => {
    const files = await gateway.sql<{ blob: string }>('SELECT blob FROM files');
    return files.length > 0 ? files : undefined;
  });
  const old = new Date(Date.now() - 60_000);
  for (const id of [kept, blob]) {
    utimesSync(join(gateway.data, 'blobs', id.slice(0, 2), id.slice(2, 4), id), old, old);
  }
  const sweeps = async () =>
    (
      await gateway.base.client.workflow.count(
        `WorkflowType = 'sweep' AND ExecutionStatus = 'Completed'`,
      )
    ).count;
  const before = await sweeps();
  await until('two sweeps', async () => ((await sweeps()) >= before + 2 ? true : undefined));
  expect(storedFiles().sort()).toEqual([kept, blob].sort());
});

test.each([
  ['no key', null],
  ['a wrong key', 'rl_live_00000000_wrong'],
])('%s is a 401 in the shape of the API', async (_, key) => {
  const answer = await gateway.call('POST', '/v1/videos', { key, body: REQUEST });
  expect(answer.status).toBe(401);
  expect(answer.json).toMatchObject({ error: { type: 'invalid_api_key' } });
});

test('a body past its limit is a 413 that names the limit', async () => {
  const body = JSON.stringify({ ...REQUEST, prompt: 'x'.repeat(65 * 1024 * 1024) });
  const answer = await gateway.call('POST', '/v1/videos', { body });
  expect(answer.status).toBe(413);
  expect(answer.json.error.message).toMatch(/64 MiB/);
});

test('a foreign or unknown id is a 404 on every route', async () => {
  const id = 'video_00000000000070008000000000000000';
  for (const [method, path] of [
    ['GET', `/v1/videos/${id}`],
    ['DELETE', `/v1/videos/${id}`],
    ['GET', `/v1/videos/${id}/content`],
    ['GET', '/v1/videos/not-an-id'],
  ] as const) {
    expect((await gateway.call(method, path)).status).toBe(404);
  }
});

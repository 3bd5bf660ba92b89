import { useTestGateway, until, uuid } from '../support/gateway';

/** The file of a video as the answer of its create, and pictures that are made of the kept file, in the whole gateway. */

const gateway = useTestGateway();
const PROMPT = 'a paper boat [[sim seconds=1 video=shared]]';
const headers = (): Record<string, string> => ({
  authorization: `Bearer ${gateway.keys.key}`,
  'content-type': 'application/json',
});
const sync = (prompt: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${gateway.api}/v1/videos/sync`, {
    method: 'POST',
    body: JSON.stringify({ model: 'seedance-2.0', prompt, seconds: 4 }),
    ...init,
    headers: { ...headers(), ...init.headers },
  });
const content = (id: string, query: string, more: Record<string, string> = {}): Promise<Response> =>
  fetch(`${gateway.api}/v1/videos/${id}/content?${query}`, { headers: { ...headers(), ...more } });
const entriesOf = async (id: string): Promise<unknown[]> => {
  const rows = await gateway.sql('SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id', [
    uuid(id),
  ]);
  return rows.map(({ kind }) => kind);
};

test('a create that is held answers with the very file that is downloaded later, and is billed once', async () => {
  const response = await sync(PROMPT);
  expect(response.status).toBe(200);
  const id = response.headers.get('x-video-id') ?? '';
  expect(response.headers.get('x-model')).toBe('seedance-2.0');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  const later = Buffer.from(await (await content(id, 'variant=video')).arrayBuffer());
  expect(later.equals(bytes)).toBe(true);
  expect(await entriesOf(id)).toEqual(['hold', 'settle']);
});

test('a caller who hangs up loses nothing, and whose wait is over is told which video goes on', async () => {
  const late = await sync(PROMPT, { headers: { prefer: 'wait=0' } });
  expect(late.status).toBe(504);
  const { error, video } = (await late.json()) as {
    error: { code: string };
    video: { id: string };
  };
  expect(error.code).toBe('not_ready');
  expect(await gateway.ended(video.id)).toMatchObject({ status: 'completed' });

  const caller = new AbortController();
  const prompt = `${PROMPT} of somebody who leaves`;
  const left = sync(prompt, { signal: caller.signal }).catch((thrown: unknown) => thrown);
  const id = await until('the row', async () => {
    const [row] = await gateway.sql<{ id: string }>(
      `SELECT id FROM jobs WHERE request->>'prompt' = $1`,
      [prompt],
    );
    return row?.id;
  });
  caller.abort();
  expect(await left).toMatchObject({ name: 'AbortError' });
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  expect(await entriesOf(id)).toEqual(['hold', 'settle']);
});

test('a video that the provider rejects is the error of its create, which is not to be repeated', async () => {
  const response = await sync('a boat [[sim fault=policy video=shared]]');
  expect(response.status).toBe(400);
  expect(response.headers.get('x-should-retry')).toBe('false');
  const { error, video } = (await response.json()) as { error: object; video: { id: string } };
  expect(error).toMatchObject({ code: 'content_rejected', type: 'invalid_request_error' });
  expect(await entriesOf(video.id)).toEqual(['hold', 'release']);
});

test.each([
  ['thumbnail', 'image/webp', 'RIFF'],
  ['spritesheet', 'image/jpeg', '\xff\xd8\xff'],
])(
  'a %s is made of a kept video, held by its caller, and gone with it',
  async (variant, type, start) => {
    const id = await gateway.create({ model: 'seedance-2.0', prompt: PROMPT });
    const early = await content(id, `variant=${variant}`);
    expect([early.status, await early.json()]).toMatchObject([
      409,
      { error: { code: 'conflict' } },
    ]);
    await gateway.ended(id);
    const picture = await until('the copy', async () => {
      const response = await content(id, `variant=${variant}`);
      return response.status === 503 ? undefined : response;
    });
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, type]);
    expect(picture.headers.get('content-disposition')).toMatch(
      new RegExp(`${variant}\\.(webp|jpg)"$`),
    );
    const bytes = Buffer.from(await picture.arrayBuffer());
    expect(bytes.subarray(0, start.length).toString('latin1')).toBe(start);

    const etag = picture.headers.get('etag') ?? '';
    const held = await content(id, `variant=${variant}`, { 'if-none-match': etag });
    expect([held.status, await held.text()]).toEqual([304, '']);
    expect((await gateway.call('DELETE', `/v1/videos/${id}`)).status).toBe(200);
    expect((await content(id, `variant=${variant}`)).status).toBe(404);
  },
);

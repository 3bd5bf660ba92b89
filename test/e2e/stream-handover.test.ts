import { useApiProcesses, type ApiProcess } from '../support/api-processes';
import { readEvents } from '../support/read-events';

/** A server that stops hands its readers over: each is told when to come back, and goes on elsewhere without a loss. */

const processes = useApiProcesses();
const VIDEO = { model: 'seedance-2.0', prompt: 'a paper boat', seconds: '5', size: '1280x720' };
const BEFORE = 3;
const AFTER = 5;

const follow = (api: string, path: string, key: string, lastEventId?: string) =>
  fetch(`${api}${path}`, {
    headers: {
      authorization: `Bearer ${key}`,
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  });

async function create({ api }: ApiProcess, key: string): Promise<string> {
  const response = await fetch(`${api}/v1/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(VIDEO),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { id: string }).id;
}

/** Reads a stream to its end: `told` resolves once a first event with a place has come, `text` with the whole text. */
function reading(response: Response): { told: Promise<void>; text: Promise<string> } {
  expect(response.status).toBe(200);
  let text = '';
  let isTold = (): void => undefined;
  const told = new Promise<void>((resolve) => (isTold = resolve));
  const read = async (): Promise<string> => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (eventsIn(text).length > 0) isTold();
    }
    return text;
  };
  const whole = read();
  const ended = whole.then(() => {
    if (eventsIn(text).length === 0)
      throw new Error(`the stream ended before an event came:\n${text}`);
  });
  return { told: Promise.race([told, ended]), text: whole };
}

test('SIGTERM ends streams in order: each says when to come back, and its reader lacks no event at another process', async () => {
  const [stopping, staying] = [await processes.startApi('one'), await processes.startApi('two')];
  const { key } = stopping;
  const start = await follow(stopping.api, '/v1/events', key);
  const from = /^id: (\S+)$/m.exec(await firstBlocks(start))?.[1] ?? '';
  const ids: string[] = [];
  for (let index = 0; index < BEFORE; index += 1) ids.push(await create(stopping, key));
  const [watched = ''] = ids;

  const whole = reading(await follow(stopping.api, '/v1/events', key, from));
  const single = reading(await follow(stopping.api, `/v1/videos/${watched}/events`, key));
  // Both read on; a server that stopped before would leave the reader of one video without a place to go on from.
  await Promise.all([whole.told, single.told]);
  stopping.command.child.kill('SIGTERM');
  const creating = (async () => {
    for (let index = 0; index < AFTER; index += 1) ids.push(await create(staying, key));
  })();
  for (const text of await Promise.all([whole.text, single.text])) {
    expect(text).toMatch(/^retry: 3000\n\n/);
    expect(text).toMatch(/\n\n: closing\n\n$/);
  }
  expect(await stopping.command.ended).toBe(0);
  await creating;

  const before = eventsIn(await whole.text);
  const rest = await follow(staying.api, '/v1/events', key, before.at(-1)?.id ?? from);
  const after = await readEvents(rest, ids.length - before.length);
  const told = [...before.map(({ video }) => video), ...after.map(({ data }) => data.id)];
  expect([...told].sort()).toEqual([...ids].sort());

  const last = eventsIn(await single.text).at(-1)?.id;
  const again = await follow(staying.api, `/v1/videos/${watched}/events`, key, last);
  expect(again.status).toBe(200);
  const [now] = await readEvents(again, 1);
  // No row is new to it, so it is told how things are, and no row again.
  expect(now).toMatchObject({ id: '', event: 'video.queued', data: { id: watched } });
});

/** Reads until the stream has told its place and leaves. */
async function firstBlocks(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.includes('id: ') && text.endsWith('\n\n')) break;
  }
  return text;
}

/** The events of a whole text, each with its place and its video. */
const eventsIn = (text: string): { id: string; video: string }[] =>
  text.split('\n\n').flatMap((block) => {
    const id = /^id: (\S+)$/m.exec(block)?.[1];
    const video = /^data: \{"id":"(video_[0-9a-f]+)"/m.exec(block)?.[1];
    return id !== undefined && video !== undefined ? [{ id, video }] : [];
  });

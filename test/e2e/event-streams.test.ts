import { monitorEventLoopDelay } from 'node:perf_hooks';
import { useTestGateway, uuid } from '../support/gateway';
import { readEvents, type ReadEvent } from '../support/read-events';

/** The events of a video as a stream: from rows alone, so that whoever comes back, anywhere, lacks none. */

const gateway = useTestGateway();
const SLOW = { prompt: 'slow [[sim seconds=120 fault=callback-missing video=shared]]' };

const open = (path: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(new URL(path, gateway.api), {
    headers: { authorization: `Bearer ${gateway.keys.key}`, ...headers },
    ...(signal ? { signal } : {}),
  });

const rowsOf = async (id: string): Promise<string[]> =>
  (
    await gateway.sql<{ type: string }>(
      'SELECT type FROM events WHERE job_id = $1 ORDER BY written_in, id',
      [uuid(id)],
    )
  ).map(({ type }) => type);

/** Moves a simulated job to its end, ahead of the clock. */
async function end(contains: string): Promise<void> {
  const jobs = `${gateway.simulator?.origin ?? ''}/_sim/jobs`;
  const { json } = await gateway.call('GET', `${jobs}?contains=${contains}`);
  for (const { id } of json.jobs as { id: string }[]) {
    await gateway.call('POST', `${jobs}/${id}`, { body: { to: 'end' } });
  }
}

test('a stream that is cut after each event and resumed tells every row once, in order, to the end', async () => {
  const id = await gateway.post();
  const path = `/v1/videos/${id}/events`;
  const told: ReadEvent[] = [];
  const first = await open(path);
  expect(first.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(first.headers.get('cache-control')).toBe('no-cache, no-transform');
  expect(first.headers.get('x-accel-buffering')).toBe('no');
  told.push(...(await readEvents(first, 1)));
  let last = told.at(-1)?.id ?? '';
  for (;;) {
    const response = await open(path, { 'last-event-id': last });
    if (response.status === 204) break;
    expect(response.status).toBe(200);
    const more = (await readEvents(response, 1)).filter((event) => event.id !== '');
    // What a reader had before its connection broke is any part of what was sent.
    const kept = more.slice(0, 1 + Math.floor(Math.random() * more.length));
    told.push(...kept);
    last = kept.at(-1)?.id ?? last;
  }
  expect(new Set(told.map((event) => event.id)).size).toBe(told.length);
  const rows = await rowsOf(id);
  const types = told.slice(1).map((event) => event.data.live.event);
  expect(types.length).toBeGreaterThan(0);
  expect(rows.slice(-types.length)).toEqual(types);
  expect(told.at(-1)).toMatchObject({ event: 'video.completed', data: { status: 'completed' } });
  expect(told.filter((event) => event.event === 'video.completed')).toHaveLength(1);
});

test('a link opens the stream without a key, of its own job alone, and no file', async () => {
  const id = await gateway.create(SLOW);
  const other = await gateway.create(SLOW);
  const { headers } = await gateway.call('GET', `/v1/videos/${id}`);
  const link = /<([^>]+)>; rel="events"/.exec(headers.get('link') ?? '')?.[1] ?? '';
  const response = await fetch(link);
  expect(response.status).toBe(200);
  expect(await readEvents(response, 1)).toMatchObject([{ data: { id } }]);
  const hex = (name: string): string => name.replace('video_', '');
  const bad = [
    link.replace(hex(id), hex(other)),
    link.replace('/events?', '/content?'),
    link.replace('signature=', 'signature=a'),
  ];
  for (const url of bad) expect((await fetch(url)).status).toBe(403);
});

test('what is no place is refused by name, and no job is no stream', async () => {
  const id = await gateway.create(SLOW);
  const refused = await open(`/v1/videos/${id}/events`, { 'last-event-id': 'seven' });
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain('last_event_id');
  expect((await open(`/v1/videos/video_${'0'.repeat(32)}/events`)).status).toBe(404);
});

test('five hundred streams at once are told the end of their job', async () => {
  const prompt = 'crowd [[sim seconds=121 fault=callback-missing video=shared]]';
  const id = await gateway.create({ prompt });
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const before = process.memoryUsage().rss;
  delay.enable();
  const responses = await Promise.all(
    Array.from({ length: 500 }, () => open(`/v1/videos/${id}/events`)),
  );
  expect(responses.every(({ status }) => status === 200)).toBe(true);
  const streams = responses.map((response) => readEvents(response));
  await end('seconds=121');
  const ends = (await Promise.all(streams)).map((told) => told.at(-1)?.event);
  delay.disable();
  expect(ends).toEqual(ends.map(() => 'video.completed'));
  const grown = Math.round((process.memoryUsage().rss - before) / 1024 / 1024);
  process.stdout.write(
    `500 streams and their readers in one process: ${grown} MiB more, event-loop delay p99 ` +
      `${Math.round(delay.percentile(99) / 1e6)} ms, most ${Math.round(delay.max / 1e6)} ms\n`,
  );
});

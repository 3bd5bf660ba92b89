import { useApiProcesses } from '../support/api-processes';
import { readEvents } from '../support/read-events';

/** The events of a workspace, from two API processes of one database, of which one is killed again and again. */

const processes = useApiProcesses();

const ask = (url: string, key: string, headers: object = {}, body?: object) =>
  fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

const VIDEO = { model: 'seedance-2.0', prompt: 'a paper boat', seconds: '5', size: '1280x720' };
const JOBS = 40;

test('a reader whose process is killed goes on at another one, and lacks no event and has none twice', async () => {
  const [first, second] = [await processes.startApi('first'), await processes.startApi('second')];
  const { key } = first;
  const workspace = await ask(
    `${first.api}/v1/admin/workspaces`,
    first.admin_key,
    {
      'idempotency-key': 'stranger',
    },
    { name: 'stranger' },
  );
  expect(workspace.status).toBe(201);
  const from = (await (await ask(`${first.api}/v1/events`, key)).json()) as { next_cursor: string };
  const creating = (async () => {
    for (let index = 0; index < JOBS; index += 1) {
      expect((await ask(`${second.api}/v1/videos`, key, {}, VIDEO)).status).toBe(200);
    }
  })();
  const ids: string[] = [];
  const videos: string[] = [];
  let last = from.next_cursor;
  let victim = first;
  for (let killed = 0; videos.length < JOBS; killed += 1) {
    const response = await ask(`${victim.api}/v1/events?types=video.queued`, key, {
      accept: 'text/event-stream',
      'last-event-id': last,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const most = killed < 2 ? 8 : JOBS - videos.length;
    const told = await readEvents(response, most);
    ids.push(...told.map(({ id }) => id));
    videos.push(...told.map(({ data }) => data.id));
    last = told.at(-1)?.id ?? last;
    if (killed < 2) {
      victim.command.child.kill('SIGKILL');
      await victim.command.ended;
      victim = killed === 0 ? await processes.startApi('third') : second;
    }
  }
  await creating;
  const { rows } = await processes.pool.query<{ id: string }>('SELECT id FROM jobs ORDER BY id');
  expect(new Set(ids).size).toBe(ids.length);
  expect([...videos].sort()).toEqual(rows.map(({ id }) => `video_${id.replaceAll('-', '')}`));

  // Page by page, at a process that has told none of it, it is the same.
  const paged: string[] = [];
  let after = from.next_cursor;
  for (let more = true; more;) {
    const url = `${second.api}/v1/events?after=${after}&limit=7&types=video.queued`;
    const page = (await (await ask(url, key)).json()) as Page;
    paged.push(...page.data.map(({ id }) => id));
    ({ next_cursor: after, has_more: more } = page);
  }
  expect(paged).toEqual(ids);
});

interface Page {
  data: { id: string }[];
  next_cursor: string;
  has_more: boolean;
}

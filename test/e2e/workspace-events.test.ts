import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { launchStore } from '../../src/postgres/launcher';
import type { RunningStore } from '../../src/postgres/launcher';
import { ready, reelay } from '../support/command';
import type { Command } from '../support/command';
import { putDatabase } from '../support/made-database';
import { readEvents } from '../support/read-events';

/** The events of a workspace, from two API processes of one database, of which one is killed again and again. */

interface Api {
  api: string;
  key: string;
  admin_key: string;
}

const commands: Command[] = [];
let folder = '';
let store: RunningStore;
let pool: Pool;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-feed-'));
  chmodSync(folder, 0o711);
  await putDatabase(folder);
  store = await launchStore({ data: folder, say: () => undefined });
  pool = new Pool({ connectionString: store.adminUrl, max: 2 });
  // The database stops while a connection that was given back may still be closing.
  pool.on('error', () => undefined);
  writeFileSync(join(folder, 'reelay.config.json'), JSON.stringify({ waits: { drainMs: 0 } }));
});
afterAll(async () => {
  for (const { child } of commands) if (child.exitCode === null) child.kill('SIGTERM');
  await Promise.all(commands.map(({ ended }) => ended));
  await pool?.end();
  await store?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ENVIRONMENT = {
  TEMPORAL_ADDRESS: process.env['REELAY_TEST_ENGINE'] ?? '',
  TEMPORAL_NAMESPACE: `test-${randomBytes(6).toString('hex')}`,
  REELAY_SECRET_KEY: randomBytes(32).toString('base64'),
  REELAY_SIMULATOR_URL: 'http://127.0.0.1:9',
};

async function startApi(name: string): Promise<Api & { command: Command }> {
  const data = join(folder, name);
  mkdirSync(data);
  const command = reelay(['api', '--port', '0', '--data', data, '--json'], {
    ...ENVIRONMENT,
    DATABASE_URL: store.adminUrl,
    REELAY_CONFIG: join(folder, 'reelay.config.json'),
  });
  commands.push(command);
  return { ...(await ready<Api>(command)), command };
}

const ask = (url: string, key: string, headers: object = {}, body?: object) =>
  fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

const VIDEO = { model: 'seedance-2.0', prompt: 'a paper boat', seconds: '5', size: '1280x720' };
const JOBS = 40;

test('a reader whose process is killed goes on at another one, and lacks no event and has none twice', async () => {
  const [first, second] = [await startApi('first'), await startApi('second')];
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
      victim = killed === 0 ? await startApi('third') : second;
    }
  }
  await creating;
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM jobs ORDER BY id');
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

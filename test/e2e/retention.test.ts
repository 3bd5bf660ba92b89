import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { ActivityDeps } from '../../activities';
import { sweep } from '../../activities/sweep';
import { GENERATE_VIDEO, VIDEO_QUEUE } from '../../workflows/contract';
import { startTestGateway, until, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/**
 * Everything has an end: a word of a caller's is looked for in every column of every table, in every stored file and in
 * every workflow history, after its job was deleted and after every wait is over. Only the clock is moved.
 */

const DAY = 86_400_000;
const SIM = '[[sim seconds=1 video=shared]]';

let gateway: TestGateway;
let receiver: Server;
let callbackUrl: string;
let isRefusing = false;
const received: string[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      if (!isRefusing) received.push(body);
      // It says back what it was sent, as a debugging endpoint does.
      response.writeHead(isRefusing ? 503 : 200).end(body);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  gateway = await startTestGateway({ waits: { deliverySchedule: [0, ...Array(40).fill(500)] } });
});
afterAll(async () => {
  await gateway?.close();
  receiver?.closeAllConnections();
  receiver?.close();
});

const canary = (): string => `canary${randomBytes(8).toString('hex')}`;
/** The worker's own sweep with the worker's own parts, at a later moment. */
async function sweepLater(ms: number): Promise<void> {
  const { base } = gateway;
  const { waits, limits } = base.config;
  const rest = base.config as unknown as Pick<ActivityDeps, 'retention'>;
  const deps = {
    ...base,
    waits,
    limits,
    retention: rest.retention,
    now: () => Date.now() + ms,
  } as unknown as ActivityDeps;
  // One step makes room for the next.
  for (let round = 0; round < 3; round += 1) await sweep(deps)();
}

/** `jobs.request`, one name for each column of the database that holds the word. */
async function columnsWith(word: string): Promise<string[]> {
  const columns = await gateway.sql<{ table: string; column: string; type: string }>(
    `SELECT c.table_name AS table, c.column_name AS column, c.data_type AS type
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
       AND c.data_type IN ('text', 'json', 'jsonb', 'bytea', 'ARRAY', 'character varying')`,
  );
  expect(columns.length).toBeGreaterThan(40);
  const found: string[] = [];
  for (const { table, column, type } of columns) {
    const where =
      type === 'bytea'
        ? `position(convert_to($1, 'UTF8') IN "${column}") > 0`
        : `position($1 IN "${column}"::text) > 0`;
    const rows = await gateway.sql(`SELECT 1 FROM "${table}" WHERE ${where} LIMIT 1`, [word]);
    if (rows.length > 0) found.push(`${table}.${column}`);
  }
  return found.sort();
}

function filesWith(word: string): string[] {
  const folder = join(gateway.data, 'blobs');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(word));
}

const storedFiles = (): number =>
  readdirSync(join(gateway.data, 'blobs'), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile(),
  ).length;

/** Ids of the workflows whose history holds the word. */
async function historiesWith(word: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId, runId } of gateway.base.client.workflow.list()) {
    const history = await gateway.base.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const text = JSON.stringify(history, (_name, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
    );
    if (text.includes(word)) found.push(workflowId);
  }
  return found;
}

async function ended(id: string): Promise<void> {
  await until(`${id} to be told and copied`, async () => {
    const [row] = await gateway.sql<{ open: boolean }>(
      `SELECT j.finished_at IS NULL OR EXISTS (SELECT 1 FROM keeps WHERE job_id = j.id AND finished_at IS NULL)
         OR EXISTS (SELECT 1 FROM deliveries WHERE job_id = j.id AND state = 'pending') AS open
       FROM jobs j WHERE j.id = $1`,
      [uuid(id)],
    );
    return row?.open === false ? true : undefined;
  });
}

/** A key of its own, which is no text of the request. */
const keyed = (word: string) => ({
  headers: { 'idempotency-key': [...word].reverse().join('') },
});

/** Each API's own words for a video with the canary in every place where a caller's text may be. */
const CREATES: Record<string, (word: string) => Promise<string>> = {
  async videos(word) {
    const body = {
      model: 'seedance-2.0',
      prompt: `${word} ${SIM}`,
      seconds: '5',
      size: '1280x720',
      metadata: { note: word },
    };
    const answer = await gateway.call('POST', '/v1/videos', { body, ...keyed(word) });
    return answer.json.id as string;
  },
  async 'video-generations'(word) {
    const body = {
      model: 'seedance-2.0',
      prompt: `${word} ${SIM}`,
      duration: 5,
      metadata: { note: word },
    };
    const answer = await gateway.call('POST', '/v1/video/generations', { body, ...keyed(word) });
    return answer.json.task_id as string;
  },
  async 'unified-video'(word) {
    const body = {
      model: 'seedance-2.0',
      prompt: `${word} ${SIM}`,
      duration: 5,
      projectId: word,
      callbackUrl: `${callbackUrl}?token=${word}`,
    };
    const answer = await gateway.call('POST', '/unified-video/generate', { body, ...keyed(word) });
    return answer.json.taskId as string;
  },
  async ula(word) {
    const body = {
      model: 'seedance-2.0',
      prompt: `${word} ${SIM}`,
      resolution: '720p',
      aspect_ratio: '16:9',
      duration: 5,
      generate_audio: true,
      camera_fixed: false,
      service_tier: 'default',
    };
    const answer = await gateway.call('POST', '/v1/ula/generate-video', { body, ...keyed(word) });
    expect(answer.status).toBe(200);
    const [row] = await gateway.sql<{ id: string }>(
      `SELECT id FROM jobs WHERE request ->> 'prompt' LIKE $1 || '%'`,
      [word],
    );
    return row?.id ?? '';
  },
  async 'ark-tasks'(word) {
    const body = {
      model: 'seedance-2.0',
      content: [{ type: 'text', text: `${word} ${SIM}` }],
      callback_url: `${callbackUrl}?token=${word}`,
    };
    const path = '/api/v3/contents/generations/tasks';
    const answer = await gateway.call('POST', path, { body, ...keyed(word) });
    const [row] = await gateway.sql<{ id: string }>(
      `SELECT id FROM jobs WHERE callback_url LIKE '%' || $1`,
      [word],
    );
    expect([answer.status, answer.json.id]).toEqual([200, expect.any(String)]);
    return row?.id ?? '';
  },
  async child(word) {
    const request = {
      model: 'seedance-2.0',
      prompt: `${word} ${SIM}`,
      seconds: 5,
      resolution: '720p',
      aspectRatio: '16:9',
    };
    const result = (await gateway.base.client.workflow.execute(GENERATE_VIDEO, {
      workflowId: `order-${randomBytes(6).toString('hex')}`,
      taskQueue: VIDEO_QUEUE,
      args: [{ workspace: 'default', request }],
    })) as { jobId: string };
    return result.jobId;
  },
};

test.each(Object.entries(CREATES))(
  'of a deleted job of %s no row, file, stored answer or history holds a word of its caller’s',
  async (_name, create) => {
    const word = canary();
    const id = await create(word);
    await ended(id);
    // Otherwise nothing is shown by its absence.
    expect(await columnsWith(word)).toContain('jobs.request');
    const ledger = await gateway.base.store.ledger.entriesOf(gateway.workspaceId, uuid(id));
    const { status } = await gateway.call('DELETE', `/v1/videos/${uuid(id)}`);
    expect(status).toBe(200);
    await sweepLater(0);
    expect(await columnsWith(word)).toEqual([]);
    expect(await historiesWith(word)).toEqual([]);
    await sweepLater(2 * DAY);
    expect(filesWith(word)).toEqual([]);
    expect(await gateway.sql('SELECT 1 FROM files WHERE job_id = $1', [uuid(id)])).toEqual([]);
    expect(await gateway.base.store.ledger.entriesOf(gateway.workspaceId, uuid(id))).toEqual(
      ledger,
    );
    expect(ledger.map(({ kind }) => kind)).toEqual(['hold', 'settle']);
    expect(await gateway.sql('SELECT 1 FROM usage WHERE job_id = $1', [uuid(id)])).toHaveLength(1);
  },
);

test('a create that is repeated after its job was erased gets the same id, no text, and no second job', async () => {
  const word = canary();
  const body = { model: 'seedance-2.0', prompt: `${word} ${SIM}`, seconds: '5', size: '1280x720' };
  const post = () => gateway.call('POST', '/v1/videos', { body, ...keyed(word) });
  const first = await post();
  await ended(first.json.id);
  await gateway.call('DELETE', `/v1/videos/${first.json.id}`);
  await sweepLater(0);
  const again = await post();
  expect([again.status, again.json.id]).toEqual([200, first.json.id]);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.text).not.toContain(word);
  expect((await gateway.call('GET', `/v1/videos/${first.json.id}`)).status).toBe(404);
});

test('a message that is pending when its job is deleted is sent as it was, and its row is blank afterwards', async () => {
  const word = canary();
  isRefusing = true;
  const id = await gateway.post({
    prompt: `${word} ${SIM}`,
    callback_url: `${callbackUrl}?token=${word}`,
    metadata: { note: word },
  });
  await gateway.ended(id);
  await until('a try that was refused', async () => {
    const rows = await gateway.sql(
      `SELECT 1 FROM delivery_tries t JOIN deliveries d ON d.id = t.delivery_id WHERE d.job_id = $1 AND t.status = 503`,
      [uuid(id)],
    );
    return rows.length > 0 ? true : undefined;
  });
  await gateway.call('DELETE', `/v1/videos/${id}`);
  await sweepLater(0);
  isRefusing = false;
  await ended(id);
  expect(received.filter((body) => body.includes(uuid(id).replaceAll('-', '')))).toHaveLength(1);
  await sweepLater(2 * DAY);
  expect(await columnsWith(word)).toEqual([]);
});

test('a stored input stays while another job names it, and goes with the last one', async () => {
  const pixel =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
  const word = canary();
  const png = Buffer.concat([Buffer.from(pixel, 'base64'), Buffer.from(word)]);
  const image = `data:image/png;base64,${png.toString('base64')}`;
  const first = { frame_images: [{ frame_type: 'first_frame', image_url: { url: image } }] };
  const [one, two] = [await gateway.post(first), await gateway.post(first)];
  for (const id of [one, two]) await ended(id);
  expect(filesWith(word)).toHaveLength(1);
  await gateway.call('DELETE', `/v1/videos/${one}`);
  await sweepLater(2 * DAY);
  expect(filesWith(word)).toHaveLength(1);
  await gateway.call('DELETE', `/v1/videos/${two}`);
  await sweepLater(2 * DAY);
  expect(filesWith(word)).toEqual([]);
});

test('at the end of every wait a job that nobody deleted has left its ledger and usage, and no file, prompt or reply', async () => {
  const word = canary();
  const id = await CREATES['videos']?.(word);
  const ark = await CREATES['ark-tasks']?.(word);
  for (const one of [id, ark]) await ended(one ?? '');
  const bills = async () => ({
    ledger: await gateway.sql('SELECT * FROM ledger ORDER BY id'),
    usage: await gateway.sql('SELECT * FROM usage ORDER BY job_id'),
    balance: await gateway.base.store.ledger.balance(gateway.workspaceId),
  });
  const before = await bills();
  expect(storedFiles()).toBeGreaterThan(0);
  await sweepLater(400 * DAY);
  expect(await columnsWith(word)).toEqual([]);
  expect(await historiesWith(word)).toEqual([]);
  expect(storedFiles()).toBe(0);
  for (const table of ['files', 'deliveries', 'delivery_tries', 'events', 'blobs']) {
    expect([table, (await gateway.sql(`SELECT 1 FROM ${table}`)).length]).toEqual([table, 0]);
  }
  // A workflow id stays the key of its job for ever; its answer is blank.
  const answers = await gateway.sql<{ answer: object; route: string }>(
    'SELECT answer, route FROM idempotency',
  );
  expect(answers).toEqual(answers.map(() => ({ answer: { status: 0 }, route: 'workflow' })));
  const replies = `SELECT 1 FROM attempts WHERE reply_body IS NOT NULL OR final_reply_body IS NOT NULL OR submit_reply_body IS NOT NULL`;
  expect(await gateway.sql(replies)).toEqual([]);
  expect(await bills()).toEqual(before);
  expect((await gateway.call('GET', `/v1/videos/${id}`)).status).toBe(404);
});

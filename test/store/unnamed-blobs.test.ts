import { randomBytes } from 'node:crypto';
import type { NewJob } from '../../src/core/ports/store/jobs';
import {
  NOW,
  SUCCEEDED,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';
import type { TestWorkspace } from '../support/database';

/** A stored file is named by whatever may still need it; everything else may go. */

const database = useTestDatabase();

const newBlob = (): string => randomBytes(32).toString('hex');
const unnamed = (ids: string[], before = NOW) => database.store.sweep.unnamedBlobs(ids, before);
const sent = (id: string, at: number, workspace: TestWorkspace = database.workspace) =>
  database.store.inputs.add(workspace.id, { id, bytes: 1, mime: 'image/png' }, at);
const has = (id: string) => database.store.inputs.has(database.workspace.id, id);

const withInput = (blob: string): Partial<NewJob> => ({
  request: {
    model: 'clip',
    prompt: 'a boat',
    inputs: [
      { role: 'first_frame', media: { url: 'https://example.com/a.png' } },
      { role: 'last_frame', media: { blob, mime: 'image/png' } },
    ],
    passthrough: {},
  },
});
const withBody = (blob: string): Partial<NewJob> => ({
  native: { wire: 'ark', body: blob, headers: {}, search: '', ids: {} },
});

test('a file of nobody is unnamed; of several only those are', async () => {
  const [lone, used] = [newBlob(), newBlob()];
  await createdJob(database, newJob(database.workspace, withInput(used)));
  expect(await unnamed([lone, used])).toEqual([lone]);
  expect(await unnamed([])).toEqual([]);
});

test.each([
  ['an input', withInput],
  ['the body of a request that passes through', withBody],
])(
  '%s of a job is named for as long as its row is there, ended and deleted too',
  async (_, change) => {
    const blob = newBlob();
    await sent(blob, NOW - 2);
    const job = await createdJob(database, newJob(database.workspace, change(blob)));
    await settle(database, job.id, { kind: 'canceled' });
    await database.store.jobs.markDeleted(job.workspaceId, job.id, NOW);
    expect(await unnamed([blob])).toEqual([]);
    expect(await has(blob)).toBe(true);
    await database.sql('DELETE FROM blobs WHERE id = $1', [blob]);
    expect(await unnamed([blob])).toEqual([]);
  },
);

test('a kept result is named', async () => {
  const blob = newBlob();
  const job = await createdJob(database, newJob(database.workspace));
  const attempt = await acceptedAttempt(database, job);
  const look = { verdict: SUCCEEDED, reply: undefined, now: NOW };
  await database.store.attempts.recordLook(attempt.id, look);
  await settle(database, job.id);
  await database.store.keeps.record(
    job.id,
    [{ kind: 'video', blob, bytes: 1, mime: 'video/mp4' }],
    NOW,
  );
  expect(await unnamed([blob])).toEqual([]);
});

test('what a workspace sent for a job that was never made is forgotten with its age, and no earlier', async () => {
  const blob = newBlob();
  await sent(blob, NOW - 1);
  expect(await unnamed([blob], NOW - 1)).toEqual([]);
  expect(await has(blob)).toBe(true);
  expect(await unnamed([blob], NOW)).toEqual([blob]);
  expect(await has(blob)).toBe(false);
});

test('a file that is sent again is young again', async () => {
  const blob = newBlob();
  await sent(blob, NOW - 1);
  await sent(blob, NOW);
  expect(await unnamed([blob], NOW)).toEqual([]);
});

test('a job of one workspace keeps the file, and not another workspace’s right to it', async () => {
  const blob = newBlob();
  const other = await database.makeWorkspace(1_000_000_000n);
  await sent(blob, NOW - 1);
  await sent(blob, NOW - 1, other);
  await createdJob(database, newJob(other, withInput(blob)));
  expect(await unnamed([blob])).toEqual([]);
  expect(await has(blob)).toBe(false);
  expect(await database.store.inputs.has(other.id, blob)).toBe(true);
});

test('the search goes by indexes, however many jobs there are', async () => {
  const client = await database.pool.connect();
  try {
    await client.query('SET enable_seqscan = off');
    for (const condition of [
      `jsonb_path_exists(request, '$.inputs[*].media.blob')
         AND jsonb_path_query_array(request, '$.inputs[*].media.blob') ? 'x'`,
      `native IS NOT NULL AND native->>'body' = 'x'`,
    ]) {
      const { rows } = await client.query(`EXPLAIN SELECT 1 FROM jobs WHERE ${condition}`);
      expect(JSON.stringify(rows)).toMatch(/jobs_inputs|jobs_native_body/);
    }
  } finally {
    await client.query('RESET enable_seqscan');
    client.release();
  }
});

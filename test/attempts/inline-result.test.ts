import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { ActivityDeps } from '../../activities';
import { keep } from '../../activities/keep';
import { createPlaces } from '../../activities/places';
import type { LookDeps } from '../../src/attempts/deps';
import { once } from '../../src/core/media/streams';
import { look } from '../../src/attempts/look';
import { createLocalBlobs } from '../../src/blobs/local';
import type { Job } from '../../src/core/job/job';
import type { Provider } from '../../src/core/provider/provider';
import { openContent, type ContentDeps } from '../../src/gateway/content';
import { ark } from '../../src/providers/ark';
import { acceptedAttempt, createdJob, newJob, settle, useTestDatabase } from '../support/database';

/** A video that stands in the provider's reply is stored before anything is said of it, and no row ever holds its bytes. */

const database = useTestDatabase();
const folder = mkdtempSync(join(tmpdir(), 'reelay-inline-'));
const blobs = createLocalBlobs(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The least that is told from other files: the box `ftyp` of an MP4. */
const VIDEO = Buffer.from(
  '\u0000\u0000\u0000\u0018ftypmp42\u0000\u0000\u0000\u0000mp42isom',
  'latin1',
);
const BLOB = createHash('sha256').update(VIDEO).digest('hex');

const channel = { name: 'paper', baseUrl: 'http://127.0.0.1:9', credentials: { apiKey: 'k' } };
const carrying = (bytes: Uint8Array): Provider => ({
  ...ark,
  readPoll: () => ({
    kind: 'verdict',
    verdict: { state: 'succeeded', outputs: [], usage: {} },
    files: [{ kind: 'video', bytes }],
  }),
});
const catalogOf = (provider: Provider) => ({
  channel: () => ({ channel: { ...channel, resultOrigins: [] }, provider }),
});

async function looked(bytes: Uint8Array, provider = carrying(bytes)) {
  const job = await createdJob(database, newJob(database.workspace));
  await acceptedAttempt(database, job, { channel: 'paper', provider: 'ark' });
  const watched = await database.store.attempts.watched(job.id);
  if (!watched) throw new Error('the job has no attempt');
  const deps = {
    ...{ store: database.store, catalog: catalogOf(provider), blobs },
    outbound: {
      call: async () => ({
        kind: 'reply',
        durationMs: 1,
        reply: { status: 200, headers: {}, body: Buffer.from(bytes) },
      }),
      open: () => Promise.reject(new Error('there is no link')),
    },
    waits: {
      exchangeMs: 1_000,
      probeMs: 1_000,
      unreadableGraceMs: 60_000,
      noOutputGraceMs: 60_000,
    },
    limits: { replyBytesMax: 100_000, probeBytes: 65_536 },
    now: () => Date.now(),
    log: pino({ level: 'silent' }),
  } as unknown as LookDeps; // the parts that a look uses
  const seen = await look(deps, watched);
  return { job, seen, attempt: await database.store.attempts.latest(job.id) };
}

test('a file in the reply becomes an output that is stored, probed, served and kept without another call', async () => {
  const { job, seen, attempt } = await looked(VIDEO);
  const outputs = [{ kind: 'video', url: `blob:${BLOB}` }];
  expect(seen).toMatchObject({ kind: 'verdict', verdict: { state: 'succeeded', outputs } });
  expect(JSON.stringify(attempt)).not.toContain(VIDEO.toString('base64').slice(0, 20));
  const rows = await database.sql<{ body: Buffer | null }>(
    'SELECT coalesce(final_reply_body, reply_body) AS body FROM attempts WHERE job_id = $1',
    [job.id],
  );
  expect(rows).toEqual([{ body: null }]);

  await settle(database, job.id, { kind: 'verdict' });
  const ended = (await database.store.jobs.load(job.id)) as Job;
  const served = await openContent(
    {
      store: { keeps: { files: async () => [] } },
      ...{ blobs, catalog: catalogOf(ark), now: Date.now, waits: { contentTimeoutMs: 1_000 } },
    } as unknown as ContentDeps,
    ended,
    'video',
    { method: 'GET' },
  );
  const chunks: Uint8Array[] = [];
  for await (const chunk of served.stream) chunks.push(chunk);
  expect([served.status, Buffer.concat(chunks)]).toEqual([200, VIDEO]);

  const kept = await keep({
    ...{ store: database.store, blobs, catalog: catalogOf(ark), places: createPlaces() },
    waits: { keepForMs: 1_000, keepTimeoutMs: 1_000 },
    ...{ limits: { copiesAtOnce: 2 }, now: Date.now, random: () => 0 },
    log: pino({ level: 'silent' }),
  } as unknown as ActivityDeps)({ jobId: job.id });
  expect(kept).toEqual({ kept: 1 });
  expect(await database.store.keeps.files(job.workspaceId, job.id)).toEqual([
    { kind: 'video', blob: BLOB, bytes: VIDEO.length, mime: 'video/mp4' },
  ]);
});

test('a file in the reply that is no video ends nothing at once', async () => {
  const { seen } = await looked(Buffer.from('<html>busy</html>'));
  expect(seen).toEqual({
    kind: 'transient',
    detail: 'the result is no video yet',
    doubt: 'unreadable',
  });
});

test.each([`blob:${BLOB}`, `BLOB:${BLOB}`, 'blob:https://example.com/x'])(
  'a provider that links to %s has no link: what is in our store is named by us alone',
  async (url) => {
    const { id } = await blobs.put(once(VIDEO), VIDEO.length);
    expect(id).toBe(BLOB);
    const linking: Provider = {
      ...ark,
      readPoll: () => ({
        kind: 'verdict',
        verdict: { state: 'succeeded', outputs: [{ kind: 'video', url }], usage: {} },
      }),
    };
    const { seen, attempt } = await looked(VIDEO, linking);
    expect(seen).toMatchObject({ kind: 'transient', doubt: 'empty' });
    expect(attempt?.verdict).toBeUndefined();
  },
);

import { createFirstCopies } from '../../activities';
import type { ActivityDeps } from '../../activities';
import { createPlaces } from '../../activities/places';
import type { Outbound } from '../../src/core/ports/outbound';
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
import { until } from '../support/kill/until';
import { sweepDeps } from '../support/sweep-deps';

/**
 * The first copy of a result needs no workflow: a worker claims its row. What fails, or is cut by a stop, is handed to
 * the engine, and what a process that died has claimed is the sweep's.
 */

const database = useTestDatabase();
beforeEach(() => database.sql('UPDATE keeps SET workflow_started_at = created_at'));

/** The first bytes of an MP4 with the brand "isom". */
const MP4 = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp41', 'latin1');

/** Succeeds at a link that names the job, `ahead` milliseconds after the others. */
async function succeeded(
  workspace: TestWorkspace = database.workspace,
  ahead = 0,
): Promise<string> {
  const job = await createdJob(database, newJob(workspace));
  const attempt = await acceptedAttempt(database, job);
  const outputs = [{ kind: 'video' as const, url: `https://media.example/${job.id}` }];
  const look = { verdict: { ...SUCCEEDED, outputs }, reply: undefined, now: NOW };
  await database.store.attempts.recordLook(attempt.id, look);
  await settle(database, job.id, { kind: 'verdict' }, NOW + ahead);
  return job.id;
}

type OpenLink = Outbound['open'];

const film = async function* (): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield MP4;
};
const serving: OpenLink = () => Promise.resolve({ status: 200, headers: {}, stream: film() });
const away: OpenLink = () => Promise.reject(new Error('the provider is away'));
/** A provider that never answers; it hears when it is asked no longer. */
const hanging: OpenLink = (_url, { signal }) =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(new Error('asked no longer'));
    });
  });

interface World {
  deps: ActivityDeps;
  /** Jobs whose copy the engine was asked to start. */
  asked: string[];
  lines: string[];
  /** Jobs whose file was asked for, in order. */
  opened: string[];
}

function world(open: OpenLink, waits: Partial<ActivityDeps['waits']> = {}): World {
  const [asked, lines, opened]: [string[], string[], string[]] = [[], [], []];
  const startKeep = (jobId: string): Promise<boolean> => Promise.resolve(asked.push(jobId) > 0);
  const base = sweepDeps(database, { engine: { startKeep }, lines });
  const remembering: OpenLink = (url, options) => {
    opened.push(url.split('/').at(-1) ?? '');
    return open(url, options);
  };
  const deps = {
    ...base,
    // Nothing but files is asked for.
    outbound: { open: remembering } as Outbound,
    catalog: { channel: () => undefined } as unknown as ActivityDeps['catalog'],
    places: createPlaces(),
    waits: { ...base.waits, ...waits },
    limits: { ...base.limits, copiesAtOnce: 4 },
  };
  return { deps, asked, lines, opened };
}

const rowOf = async (jobId: string) =>
  (
    await database.sql<{ isDone: boolean; isStarted: boolean; until: Date | null }>(
      `SELECT finished_at IS NOT NULL AS "isDone", workflow_started_at IS NOT NULL AS "isStarted",
         claimed_until AS until FROM keeps WHERE job_id = $1`,
      [jobId],
    )
  )[0];

test('a result is copied from its row, without a workflow, and nobody is to start one later', async () => {
  const jobId = await succeeded();
  const { deps, asked } = world(serving);
  const copies = createFirstCopies(deps);
  copies.wake();
  await copies.stop();
  expect(await database.store.keeps.files(database.workspace.id, jobId)).toEqual([
    { kind: 'video', blob: expect.any(String), bytes: MP4.length, mime: 'video/mp4' },
  ]);
  expect(asked).toEqual([]);
  expect(await rowOf(jobId)).toMatchObject({ isDone: true, isStarted: true });
});

test('a copy that fails is handed to the engine, and said once', async () => {
  const jobId = await succeeded();
  const { deps, asked, lines } = world(away);
  const copies = createFirstCopies(deps);
  copies.wake();
  await copies.stop();
  expect(asked).toEqual([jobId]);
  expect(await rowOf(jobId)).toMatchObject({ isDone: false, isStarted: true });
  expect(lines.filter((line) => line.includes(jobId))).toEqual([
    expect.stringContaining('a result cannot be copied'),
  ]);
});

test('an engine that does not take a failed copy leaves it to the sweep', async () => {
  const jobId = await succeeded();
  const { deps, lines } = world(away);
  const startKeep = () => Promise.reject(new Error('the engine is away'));
  const copies = createFirstCopies({ ...deps, engine: { ...deps.engine, startKeep } });
  copies.wake();
  await copies.stop();
  expect(await rowOf(jobId)).toMatchObject({ isDone: false, isStarted: false });
  expect(lines.filter((line) => line.includes('the engine is away'))).toHaveLength(1);
  const { now, ageMs } = { now: NOW + 3_600_000, ageMs: 0 };
  expect(await database.store.sweep.unstartedKeeps(now, ageMs, 10)).toEqual([jobId]);
});

test('the results of one workspace never take all places, and those that wait go on by themselves', async () => {
  const other = await database.makeWorkspace(1_000_000_000n);
  const many: string[] = [];
  for (let made = 0; made < 6; made += 1) many.push(await succeeded());
  const one = await succeeded(other, 1_000);
  const held: (() => void)[] = [];
  const mine: OpenLink = (url, options) =>
    url.endsWith(one)
      ? serving(url, options)
      : new Promise((resolve) => held.push(() => void serving(url, options).then(resolve)));
  const { deps, opened, asked } = world(mine);
  const copies = createFirstCopies(deps);
  copies.wake();
  await until('the result of the other', async () => (await rowOf(one))?.isDone || undefined);
  expect(opened.filter((id) => id !== one)).toHaveLength(2);
  await until('all results', async () => {
    held.splice(0).forEach((answer) => {
      answer();
    });
    const done = await Promise.all(many.map(async (id) => (await rowOf(id))?.isDone));
    return done.every(Boolean) || undefined;
  });
  await copies.stop();
  expect([...opened].sort()).toEqual([...many, one].sort());
  expect(asked).toEqual([]);
});

test('a claim is renewed while its copy lasts, and a stop hands what it cuts to the engine', async () => {
  const jobId = await succeeded();
  const { deps, asked } = world(hanging, { heartbeatMs: 10, shutdownMs: 10 });
  let now = NOW;
  const copies = createFirstCopies({ ...deps, now: () => now });
  copies.wake();
  await until('the claim', async () => (await rowOf(jobId))?.until ?? undefined);
  now += 60_000;
  await until('the claim to be renewed', async () => {
    const end = (await rowOf(jobId))?.until?.getTime() ?? 0;
    return end > now || undefined;
  });
  const isClaimed = await database.store.sweep.unstartedKeeps(now, 0, 10);
  expect(isClaimed).toEqual([]);
  await copies.stop();
  expect(asked).toEqual([jobId]);
});

test('a stop does not wait for a copy that does not end when it is cut, whose row is the sweep’s', async () => {
  const jobId = await succeeded();
  const { deps, asked } = world(serving, { shutdownMs: 10, cutMs: 10 });
  const put = () => new Promise<never>(() => undefined);
  const copies = createFirstCopies({ ...deps, blobs: { ...deps.blobs, put } });
  copies.wake();
  await until('the claim', async () => (await rowOf(jobId))?.until ?? undefined);
  await copies.stop();
  expect(asked).toEqual([]);
  expect(await database.store.sweep.unstartedKeeps(NOW + 3_600_000, 0, 10)).toEqual([jobId]);
});

test('claims at the same moment share the results, and a claim that ended is free again', async () => {
  const ids: string[] = [];
  for (let made = 0; made < 12; made += 1) ids.push(await succeeded());
  const claim = async (now: number, notOf: string[] = []): Promise<string[]> =>
    (await database.store.keeps.claim(now, now + 1_000, { limit: 4, notOf })).map(
      ({ jobId }) => jobId,
    );
  expect(await claim(NOW, [database.workspace.id])).toEqual([]);
  const claimed = (await Promise.all([claim(NOW), claim(NOW), claim(NOW)])).flat();
  const rest = [...(await claim(NOW)), ...(await claim(NOW)), ...(await claim(NOW))];
  expect([...claimed, ...rest].sort()).toEqual(ids.sort());
  expect(await claim(NOW)).toEqual([]);
  expect(await claim(NOW + 1_001)).toHaveLength(4);
});

import { pino } from 'pino';
import { lookTogether } from '../../src/attempts/look-together';
import type { LookDeps } from '../../src/attempts/deps';
import type { WatchedAttempt } from '../../src/core/ports/store/attempts';
import type { Call } from '../../src/core/provider/exchange';
import { ark } from '../../src/providers/ark';
import { acceptedAttempt, createdJob, newJob, useTestDatabase } from '../support/database';

/** One call looks at many jobs: each learns what is its own, and none is lost where the call says nothing of it. */

const database = useTestDatabase();

/** The provider's account; `list` answers a call for many, and each task alone is running. */
function account(list: { status: number; body: unknown }) {
  const calls: string[] = [];
  const woken: string[] = [];
  const reply = (status: number, body: unknown) => ({
    ...{ kind: 'reply', durationMs: 1 },
    reply: { status, headers: {}, body: Buffer.from(JSON.stringify(body)) },
  });
  const channel = { name: 'paper', baseUrl: 'http://127.0.0.1:9', credentials: { apiKey: 'k' } };
  const deps = {
    store: database.store,
    catalog: { channel: () => ({ channel: { ...channel, resultOrigins: [] }, provider: ark }) },
    outbound: {
      async call({ target }: Call) {
        const path = 'path' in target ? target.path : target.url;
        calls.push(path.includes('?') ? 'many' : (path.split('/').at(-1) ?? ''));
        if (path.includes('?')) return reply(list.status, list.body);
        return reply(200, { id: path.split('/').at(-1), status: 'running' });
      },
    },
    engine: { completeAwait: async (workflowId: string) => void woken.push(workflowId) },
    waits: { exchangeMs: 1_000, lookRetryAfterMaxMs: 300_000 },
    limits: { replyBytesMax: 100_000 },
    now: () => Date.now(),
    log: pino({ level: 'silent' }),
  } as unknown as LookDeps;
  return { deps, calls, woken };
}

async function running(): Promise<WatchedAttempt> {
  const job = await createdJob(database, newJob(database.workspace));
  await acceptedAttempt(database, job, { channel: 'paper', provider: 'ark' });
  const watched = await database.store.attempts.watched(job.id);
  if (!watched) throw new Error('the job has no attempt');
  return watched;
}
const taskOf = ({ attempt }: WatchedAttempt): string => `task-${attempt.jobId}`;
const again = async ({ attempt }: WatchedAttempt) =>
  (await database.store.attempts.watched(attempt.jobId))?.attempt;
const failed = (watched: WatchedAttempt) => ({ id: taskOf(watched), status: 'failed' });

test('each job learns its own state, and one that has ended is woken', async () => {
  const [mine, other, third] = [await running(), await running(), await running()];
  const items = [failed(third), { id: taskOf(mine), status: 'running' }, failed(other)];
  const { deps, calls, woken } = account({ status: 200, body: { items } });
  const ids = [other.attempt.jobId, third.attempt.jobId];
  expect(await lookTogether(deps, mine, ids)).toMatchObject({ verdict: { state: 'running' } });
  expect(calls).toEqual(['many']);
  expect(woken.sort()).toEqual([other.job.workflowId, third.job.workflowId].sort());
  expect((await again(other))?.verdict).toMatchObject({ state: 'failed' });
  expect((await again(mine))?.looksAlone).toBe(false);
});

test('a job that the list leaves out is looked at alone from then on, and the one that asks is at once', async () => {
  const [mine, other] = [await running(), await running()];
  const { deps, calls } = account({ status: 200, body: { items: [] } });
  expect(await lookTogether(deps, mine, [other.attempt.jobId])).toMatchObject({ kind: 'verdict' });
  expect(calls).toEqual(['many', taskOf(mine)]);
  expect([(await again(mine))?.looksAlone, (await again(other))?.looksAlone]).toEqual([true, true]);
});

test.each([
  ['no state', {}],
  ['a state that is no word', { status: true }],
])('a job of which the list shows %s is looked at alone', async (_, shown) => {
  const [mine, other] = [await running(), await running()];
  const items = [mine, other].map((watched) => ({ id: taskOf(watched), ...shown }));
  const { deps, calls } = account({ status: 200, body: { items } });
  expect(await lookTogether(deps, mine, [other.attempt.jobId])).toMatchObject({ kind: 'verdict' });
  expect(calls).toEqual(['many', taskOf(mine)]);
  expect((await again(mine))?.looksAlone).toBe(true);
});

test.each([
  ['an account that may not list', 403, { error: { code: 'AccessDenied', message: 'no' } }],
  ['a list that fails', 500, {}],
  ['another page in its place', 200, 'welcome'],
])('%s does not keep a job from being looked at', async (_, status, body) => {
  const [mine, other] = [await running(), await running()];
  const { deps, calls } = account({ status, body });
  expect(await lookTogether(deps, mine, [other.attempt.jobId])).toMatchObject({ kind: 'verdict' });
  expect(calls).toEqual(['many', taskOf(mine)]);
  expect([(await again(mine))?.looksAlone, (await again(other))?.looksAlone]).toEqual([
    true,
    false,
  ]);
});

test('a provider that asks for patience gets no second call, and no job is spared the list for it', async () => {
  const [mine, other] = [await running(), await running()];
  const { deps, calls } = account({ status: 429, body: {} });
  const seen = await lookTogether(deps, mine, [other.attempt.jobId]);
  expect(seen).toMatchObject({ kind: 'transient' });
  expect(calls).toEqual(['many']);
  expect((await again(mine))?.looksAlone).toBe(false);
});

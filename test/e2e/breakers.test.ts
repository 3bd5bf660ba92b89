import { LIMITS } from '../../src/core/settings/limits';
import type { Child } from '../support/kill/child';
import { startRig } from '../support/kill/rig';
import type { Rig } from '../support/kill/rig';
import { until } from '../support/kill/until';
import { startWire, wireError } from '../support/wire';
import type { Wire, WireReply } from '../support/wire';

/**
 * A channel whose submits fail is left alone by all processes, and gets jobs again once it is well; a job whose submit is
 * in doubt there goes nowhere else. Channel A is behind a wire that can make it sick, B is as the simulator is.
 */

const RUN_MS = 300_000;
const JOBS = 200;
const MODEL = 'doubao-seedance-2-0-260128';
const BREAKER = { breakerOpenMs: 1_500, breakerOpenMaxMs: 3_000, breakerProbeMs: 10_000 };

let rig: Rig;
let wire: Wire;
let second: Child;
/** What A answers to a POST; undefined = it is well. */
let sickness: WireReply | undefined;
let posts = 0;
let made = 0;

beforeAll(async () => {
  wire = await startWire();
  const { 'ark-wired': a } = wire.config.channels;
  if (!a) throw new Error('the wire has no channel');
  rig = await startRig({
    channels: { a, b: { provider: 'ark', simulated: true } },
    models: {
      'seedance-2.0': {
        channels: [
          { channel: 'a', model: MODEL },
          { channel: 'b', model: MODEL },
        ],
        price: { perJob: '1' },
      },
    },
    waits: { ...BREAKER, healthMs: 200 },
    limits: { breakerSubmits: LIMITS.breakerSubmits.default },
  });
  wire.toward(rig.simulator);
  second = await rig.secondWorker();
}, RUN_MS);

afterAll(async () => {
  await second?.kill();
  await rig?.close({ keepData: false });
  await wire?.close();
}, RUN_MS);

/** Makes jobs, whose POSTs at A are counted, and gives their ids. */
async function create(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < count; from += 20) {
    const some = Array.from({ length: Math.min(20, count - from) }, createOne);
    ids.push(...(await Promise.all(some)));
  }
  return ids;
}

async function createOne(): Promise<string> {
  const tag = `job-${(made += 1)}`;
  wire.bend(tag, async ({ method, forward }) => {
    if (method !== 'POST') return forward();
    posts += 1;
    return sickness ?? forward();
  });
  const answer = await fetch(`${rig.api}/v1/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.keys.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'seedance-2.0',
      prompt: `tag:${tag} [[sim seconds=1 video=shared]]`,
    }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { id: string }).id;
}

const statesOf = (jobs: readonly Job[]): Record<string, number> =>
  jobs.reduce<Record<string, number>>(
    (counts, { state }) => ({ ...counts, [state]: (counts[state] ?? 0) + 1 }),
    {},
  );

interface Job {
  state: string;
  code: string | null;
  /** Channels that were sent to, in their order, each with how its attempt ended. */
  sent: string[] | null;
}

/** All jobs that were made from that number on, once they have ended. */
const ended = (from: number): Promise<Job[]> =>
  until(
    'all jobs to end',
    async () => {
      const jobs = await rig.sql<Job & { open: boolean }>(
        `SELECT state, finished_at IS NULL AS open, failure->>'code' AS code,
                (SELECT array_agg(channel || ' ' || attempts.state ORDER BY number)
                 FROM attempts WHERE job_id = jobs.id) AS sent
         FROM jobs ORDER BY created_at, id OFFSET $1`,
        [from],
      );
      return jobs.some(({ open }) => open) ? undefined : jobs;
    },
    RUN_MS,
  );

const breakerOf = async (channel: string): Promise<{ isOpen: boolean; trips: number }> => {
  const [row] = await rig.sql<{ isOpen: boolean; trips: number }>(
    'SELECT open_until IS NOT NULL AS "isOpen", trips FROM channel_health WHERE channel = $1',
    [channel],
  );
  return row ?? { isOpen: false, trips: 0 };
};

/** Names the processes that ran the submits of jobs, as the engine's histories tell. */
async function workersOf(ids: readonly string[]): Promise<Set<string>> {
  const rows = await rig.sql<{ workflow_id: string }>(
    'SELECT workflow_id FROM jobs ORDER BY created_at DESC LIMIT $1',
    [ids.length],
  );
  const names = new Set<string>();
  for (const { workflow_id } of rows) {
    const { events = [] } = await rig.client.workflow.getHandle(workflow_id).fetchHistory();
    for (const { activityTaskStartedEventAttributes: started } of events ?? []) {
      if (started?.identity) names.add(started.identity);
    }
  }
  return names;
}

test(
  'A refuses and B is well: all jobs succeed, A is left alone by both processes, and gets jobs again once it is well',
  async () => {
    sickness = {
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ error: { code: 'AccountOverdueError', message: 'overdue' } }),
    };
    await create(JOBS);
    expect(statesOf(await ended(0))).toEqual({ succeeded: JOBS });
    expect(await breakerOf('a')).toMatchObject({ isOpen: true });
    const before = { posts, trips: (await breakerOf('a')).trips };
    // Both processes send these, and neither sends one to A that is no probe.
    const ids = await create(40);
    const later = await ended(JOBS);
    expect(statesOf(later)).toEqual({ succeeded: 40 });
    const probes = (await breakerOf('a')).trips - before.trips;
    expect(posts - before.posts).toBeLessThanOrEqual(probes + 1);
    expect((await workersOf(ids)).size).toBeGreaterThanOrEqual(2);

    sickness = undefined;
    await until(
      'the breaker to close',
      async () => {
        await create(1);
        return (await breakerOf('a')).isOpen ? undefined : true;
      },
      RUN_MS,
    );
    const from = made;
    await create(10);
    const last = await ended(from);
    expect(last.map(({ sent }) => sent)).toEqual(Array(10).fill(['a accepted']));
  },
  RUN_MS,
);

test(
  'a job whose submit is in doubt at A goes nowhere else, also when the breaker opens for it',
  async () => {
    const from = made;
    sickness = wireError(500);
    await create(40);
    const jobs = await ended(from);
    const doubtful = jobs.filter(({ sent }) => sent?.some((one) => one === 'a unknown'));
    // Half of twenty, which is the least that opens a breaker.
    expect(doubtful.length).toBeGreaterThanOrEqual(10);
    for (const { state, code, sent } of doubtful) {
      expect({ state, code, sent }).toEqual({
        state: 'failed',
        code: 'submission_unknown',
        sent: ['a unknown'],
      });
    }
    // Whoever had not been sent to A was free to go to B.
    const others = jobs.filter((job) => !doubtful.includes(job));
    for (const { sent } of others) expect(sent).toEqual(['b accepted']);
    expect(await breakerOf('a')).toMatchObject({ isOpen: true });
  },
  RUN_MS,
);

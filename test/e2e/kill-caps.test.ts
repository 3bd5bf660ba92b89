import { startRig } from '../support/kill/rig';
import type { Part, Rig } from '../support/kill/rig';
import { until } from '../support/kill/until';

/**
 * Two hundred jobs of two workspaces, one of them with all but ten, at an account of five slots: whatever dies in the
 * middle, the account never has a sixth job, both workspaces go on, and every job ends. A kill in the very moment of a
 * POST may leave a submit in doubt, which ends unpaid and is never sent again; every other job succeeds.
 */

const AT_ONCE = 5;
const LARGE = 190;
const SMALL = 10;
const RUN_MS = 600_000;
/** Ends of jobs after which each part dies. */
const DEATHS: readonly { after: number; part: Part }[] = [
  { after: 20, part: 'worker' },
  { after: 60, part: 'postgres' },
  { after: 100, part: 'engine' },
  { after: 140, part: 'worker' },
];

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    channels: { account: { provider: 'ark', simulated: true, jobsAtOnce: AT_ONCE } },
    models: {
      'seedance-2.0': {
        channels: [{ channel: 'account', model: 'doubao-seedance-2-0-260128' }],
        price: { perJob: '1' },
      },
    },
  });
}, RUN_MS);
afterAll(() => rig.close({ keepData: false }), RUN_MS);

async function call(url: string, key: string, body: object, name: string): Promise<Response> {
  return fetch(new URL(url, rig.api), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': name,
    },
    body: JSON.stringify(body),
  });
}

/** Makes a second workspace with points and a key. */
async function smallKey(): Promise<string> {
  const admin = async (path: string, body: object): Promise<Record<string, string>> => {
    const answer = await call(`/v1/admin/${path}`, rig.keys.admin_key, body, path);
    return (await answer.json()) as Record<string, string>;
  };
  const { id } = await admin('workspaces', { name: 'small' });
  await admin(`workspaces/${id}/top-ups`, { points: '1000' });
  const key = await admin(`workspaces/${id}/keys`, { name: 'k', scopes: ['generate', 'read'] });
  return key['secret'] ?? '';
}

/** Asks for the job until it is accepted, under one key, as a client that never gives up. */
const create = (key: string, name: string): Promise<true> =>
  until(`${name} to be accepted`, async () => {
    const prompt = `${name} [[sim seconds=1 video=shared]]`;
    const answer = await call('/v1/videos', key, { model: 'seedance-2.0', prompt }, name);
    await answer.arrayBuffer();
    return answer.status === 200 ? true : undefined;
  });

async function createAll(key: string, prefix: string, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  for (let from = 0; from < count; from += 10) {
    await Promise.all(names.slice(from, from + 10).map((name) => create(key, name)));
  }
}

const endedJobs = (): Promise<number> =>
  until(
    'a count of ended jobs',
    async () =>
      (
        await rig.sql<{ count: number }>(
          'SELECT count(*)::int AS count FROM jobs WHERE finished_at IS NOT NULL',
        )
      )[0]?.count,
  );

async function die({ after, part }: (typeof DEATHS)[number]): Promise<void> {
  await until(
    `${after} jobs to end before ${part} dies`,
    async () => ((await endedJobs()) >= after ? true : undefined),
    RUN_MS,
  );
  await rig.kill(part);
  await rig.launch(part);
  await rig.revive();
}

test(
  'an account of five slots never has six jobs, and two workspaces share it, whatever dies',
  async () => {
    // As strict as a vendor: a sixth job would be refused, and counted.
    const limit = { provider: 'ark', jobsAtOnce: AT_ONCE };
    const { status } = await call(`${rig.simulator}/_sim/limits`, 'none', limit, 'limit');
    expect(status).toBe(200);
    const key = await smallKey();
    await createAll(rig.keys.key, 'large', LARGE);
    await createAll(key, 'small', SMALL);
    for (const death of DEATHS) await die(death);
    await until(
      'all jobs to end',
      async () => {
        await rig.revive();
        return (await endedJobs()) === LARGE + SMALL ? true : undefined;
      },
      RUN_MS,
    );

    const counters = (await (await fetch(`${rig.simulator}/_sim/counters`)).json()) as {
      at_once_max: Record<string, number>;
      submits_accepted_max_per_prompt: number;
      providers: { ark: { peak: number; refusedByLimit: number } };
    };
    expect(counters.at_once_max).toEqual({ ark: AT_ONCE });
    expect(counters.providers.ark).toMatchObject({ peak: AT_ONCE, refusedByLimit: 0 });
    expect(counters.submits_accepted_max_per_prompt).toBe(1);
    const ends = await rig.sql<{ end: string; jobs: number }>(
      `SELECT coalesce(failure->>'code', state) AS end, count(*)::int AS jobs FROM jobs GROUP BY 1`,
    );
    const jobsOf = (end: string): number => ends.find((row) => row.end === end)?.jobs ?? 0;
    // Each death of the worker or the engine may find a few POSTs on their way.
    expect(jobsOf('submission_unknown')).toBeLessThanOrEqual(DEATHS.length);
    expect(jobsOf('succeeded') + jobsOf('submission_unknown')).toBe(LARGE + SMALL);
    // The small one came last and did not wait for the large one's hundred and ninety.
    const order = await rig.sql<{ small: boolean }>(
      `SELECT j.key_id <> (SELECT key_id FROM jobs ORDER BY created_at LIMIT 1) AS small
       FROM attempts a JOIN jobs j ON j.id = a.job_id ORDER BY a.sending_at`,
    );
    expect(order.map(({ small }) => small).lastIndexOf(true)).toBeLessThan(LARGE);
    process.stderr.write(`200 jobs at five slots: ${JSON.stringify(ends)}\n`);
  },
  RUN_MS,
);

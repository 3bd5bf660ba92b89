import { readId } from '../../src/core/job/ids';
import { until, useTestGateway } from '../support/gateway';
import type { CallOptions } from '../support/gateway';

/**
 * An account that runs five jobs at a time never has six, however many are asked for: the others wait for their turn
 * and hold nothing, and the transaction that ends one names the next.
 */

const AT_ONCE = 5;

const gateway = useTestGateway({
  channels: {
    account: { provider: 'ark', simulated: true, jobsAtOnce: AT_ONCE },
  },
  models: {
    'seedance-2.0': {
      channels: [{ channel: 'account', model: 'doubao-seedance-2-0-260128' }],
      price: { perJob: '25' },
    },
  },
  // A wake that is lost must cost no test its time.
  waits: { turnsEveryMs: 1_000 },
});

interface Counters {
  at_once_max: Record<string, number>;
  providers: { ark: { peak: number; refusedByLimit: number } };
}
/** What the account's own side has counted. */
const upstream = async (): Promise<Counters> =>
  (await gateway.call('GET', `${gateway.simulator?.origin ?? ''}/_sim/counters`)).json as Counters;

/** The account is as strict as a vendor: a sixth job would be refused, and counted. */
beforeAll(async () => {
  const limit = { provider: 'ark', jobsAtOnce: AT_ONCE };
  const origin = gateway.simulator?.origin ?? '';
  expect((await gateway.call('POST', `${origin}/_sim/limits`, { body: limit })).status).toBe(200);
});

const admin = (method: string, path: string, body?: unknown, headers = {}) =>
  gateway.call(method, `/v1/admin/${path}`, { key: gateway.keys.admin_key, body, headers });

/** Makes another workspace with points, and returns a key of it. */
async function keyOfAnother(name: string): Promise<string> {
  const { json: made } = await admin('POST', 'workspaces', { name });
  const topUp = { points: '10000' };
  await admin('POST', `workspaces/${made.id}/top-ups`, topUp, { 'idempotency-key': name });
  const { json } = await admin('POST', `workspaces/${made.id}/keys`, { name, scopes: SCOPES });
  return json.secret as string;
}
const SCOPES = ['generate', 'read'];

/** `runs` seconds at the provider. */
const create = async (text: string, options: CallOptions = {}, runs = 1): Promise<string> => {
  const prompt = `${text} [[sim seconds=${runs} video=shared]]`;
  const body = { model: 'seedance-2.0', prompt };
  const answer = await gateway.call('POST', '/v1/videos', { ...options, body });
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json.id as string;
};
const many = (count: number, options?: CallOptions, runs?: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => create(`clip ${n}`, options, runs)));

const statesOf = async (ids: readonly string[]): Promise<string[]> =>
  (
    await gateway.sql<{ state: string }>('SELECT state FROM jobs WHERE id = ANY($1)', [
      ids.map((id) => readId(id)),
    ])
  ).map(({ state }) => state);
const allSucceeded = (ids: readonly string[]): Promise<true> =>
  until(`${ids.length} jobs to end`, async () => {
    const states = await statesOf(ids);
    return states.every((state) => state === 'succeeded') ? true : undefined;
  });

/** Fills the account's slots with jobs that run until `end`, which waits until they have succeeded. */
async function fill(): Promise<{ end(): Promise<void> }> {
  const ids = await many(AT_ONCE, {}, 120);
  await until('a full account', async () => {
    const rows = await gateway.sql('SELECT 1 FROM slots WHERE granted_at IS NOT NULL');
    return rows.length === AT_ONCE ? true : undefined;
  });
  const sim = `${gateway.simulator?.origin ?? ''}/_sim/jobs`;
  return {
    async end() {
      const { json } = await gateway.call('GET', `${sim}?contains=seconds=120`);
      for (const { id } of json.jobs as { id: string }[]) {
        await gateway.call('POST', `${sim}/${id}`, { body: { to: 'end' } });
      }
      await allSucceeded(ids);
    },
  };
}

test('two workspaces share five slots by turns, and the account never has a sixth job', async () => {
  const small = await keyOfAnother('small');
  const account = await fill();
  const large = await many(20);
  const little = await many(6, { key: small });
  const all = [...large, ...little].map((id) => readId(id));
  await until('all others to wait', async () => {
    const waiting = 'SELECT 1 FROM slots WHERE job_id = ANY($1) AND granted_at IS NULL';
    return (await gateway.sql(waiting, [all])).length === all.length ? true : undefined;
  });
  await account.end();
  await allSucceeded([...large, ...little]);
  const { at_once_max, providers } = await upstream();
  expect(at_once_max).toEqual({ ark: AT_ONCE });
  expect(providers.ark).toMatchObject({ peak: AT_ONCE, refusedByLimit: 0 });
  const order = await gateway.sql<{ job_id: string }>(
    'SELECT job_id FROM attempts WHERE job_id = ANY($1) ORDER BY sending_at, id',
    [all],
  );
  const last = order.map(({ job_id }) => job_id).lastIndexOf(readId(little[5] ?? '') ?? '');
  // Every second slot is its own while it waits; who was told first need not be the first to send.
  expect(last).toBeLessThan(6 * 2 + AT_ONCE);
  expect(await gateway.sql('SELECT 1 FROM slots')).toEqual([]);
});

test('turns that are told to nobody are told again', async () => {
  const { engine } = gateway.base;
  const tell = engine.completeAdmit.bind(engine);
  const lost = new Set<string>();
  engine.completeAdmit = (workflowId) => {
    if (lost.has(workflowId)) return tell(workflowId);
    lost.add(workflowId);
    return Promise.reject(new Error('lost on the way'));
  };
  try {
    const ids = await many(12);
    await allSucceeded(ids);
    expect(lost.size).toBeGreaterThan(0);
  } finally {
    engine.completeAdmit = tell;
  }
  expect((await upstream()).at_once_max).toEqual({ ark: AT_ONCE });
});

describe('a job that waits', () => {
  test('tells its place and what it waits for', async () => {
    const account = await fill();
    const [first = '', second = ''] = [await create('first'), await create('second')];
    const read = (id: string) => gateway.call('GET', `/v1/videos/${id}`);
    const told = await until('its place', async () => {
      const { json } = await read(second);
      return json.status_detail?.place === 2 ? json : undefined;
    });
    expect(told).toMatchObject({
      status: 'queued',
      status_detail: {
        code: 'waiting_for_slot',
        message: 'Place 2 in the queue: as many videos are being made as the provider allows.',
        place: 2,
      },
    });
    await account.end();
    await allSucceeded([first, second]);
    expect((await read(second)).json.status_detail).toBeUndefined();
    // The 23 of a job that need not wait, and 6 each for the wait and for the submit after it.
    expect(await gateway.run(second)).toEqual({ events: 35, status: 'COMPLETED' });
  });

  test('is canceled at once, is never sent and costs nothing', async () => {
    const account = await fill();
    const id = await create('unwanted');
    expect((await gateway.call('DELETE', `/v1/videos/${id}`)).json).toMatchObject({
      deleted: false,
    });
    expect(await gateway.ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'canceled' },
    });
    expect(await gateway.sql('SELECT 1 FROM attempts WHERE job_id = $1', [readId(id)])).toEqual([]);
    expect(await charged(id)).toBe('0');
    await account.end();
  });

  test('is canceled when its start deadline comes, is never sent and costs nothing', async () => {
    const account = await fill();
    const id = await create('hasty', { headers: { 'reelay-start-within': '1' } });
    expect(await gateway.ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'not_started' },
    });
    expect(await gateway.sql('SELECT 1 FROM attempts WHERE job_id = $1', [readId(id)])).toEqual([]);
    expect(await charged(id)).toBe('0');
    await account.end();
  });
});

test('a start deadline that is no number of seconds is refused by its name', async () => {
  for (const text of ['0', '-1', 'soon', '1.5', '604801']) {
    const { status, json } = await gateway.call('POST', '/v1/videos', {
      headers: { 'reelay-start-within': text },
      body: { model: 'seedance-2.0', prompt: 'a boat' },
    });
    expect([status, json.error.param]).toEqual([400, 'Reelay-Start-Within']);
  }
});

async function charged(id: string): Promise<string | undefined> {
  const [row] = await gateway.sql<{ charged: string }>('SELECT charged FROM jobs WHERE id = $1', [
    readId(id),
  ]);
  return row?.charged;
}

import { useApiProcesses, type ApiProcess } from '../support/api-processes';

/** Two processes of the operating system count what a caller asks together, to the last request. */

const REQUESTS = 20;
const CREATES = 10;
const processes = useApiProcesses({
  limits: { requestsPerMinutePerKey: REQUESTS, createsPerMinutePerWorkspace: CREATES },
});
let both: ApiProcess[];
beforeAll(async () => {
  both = [await processes.startApi('first'), await processes.startApi('second')];
});

interface Asked {
  status: number;
  /** Whole seconds; null where nothing was refused. */
  retryAfter: string | null;
  json: Record<string, unknown>;
}

async function ask(which: number, key: string, path: string, body?: object): Promise<Asked> {
  const response = await fetch(`${both[which % 2]?.api ?? ''}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const json = (await response.json()) as Asked['json'];
  return { status: response.status, retryAfter: response.headers.get('retry-after'), json };
}

/** Counts the answers to twice as many requests as may be made, half of them at each process. */
async function countsOf(most: number, askOne: (which: number) => Promise<Asked>) {
  const answers = await Promise.all(Array.from({ length: 2 * most }, (_, which) => askOne(which)));
  const refused = answers.filter(({ status }) => status === 429);
  for (const { retryAfter } of refused) expect(Number(retryAfter)).toBeGreaterThan(0);
  return [answers.filter(({ status }) => status === 200).length, refused.length];
}

test('two processes let through what a workspace may create in a minute, and not one more', async () => {
  const body = { model: 'seedance-2.0', prompt: 'a paper boat' };
  const key = both[0]?.key ?? '';
  expect(await countsOf(CREATES, (which) => ask(which, key, '/v1/videos', body))).toEqual([
    CREATES,
    CREATES,
  ]);
  const { rows } = await processes.pool.query('SELECT count(*)::int AS jobs FROM jobs');
  expect(rows).toEqual([{ jobs: CREATES }]);
});

test('two processes let through what a key may ask in a minute, and not one more', async () => {
  const admin = both[0]?.admin_key ?? '';
  const { json } = await ask(0, admin, '/v1/admin/workspaces');
  const [{ id } = { id: '' }] = json['data'] as { id: string }[];
  const made = await ask(0, admin, `/v1/admin/workspaces/${id}/keys`, { name: 'reader' });
  expect(made.status).toBe(201);
  const key = String(made.json['secret']);
  expect(await countsOf(REQUESTS, (which) => ask(which, key, '/v1/videos'))).toEqual([
    REQUESTS,
    REQUESTS,
  ]);
});

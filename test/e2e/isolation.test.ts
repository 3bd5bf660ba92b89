import { randomBytes } from 'node:crypto';
import { dialects } from '../../src/dialects';
import type { HttpRoute } from '../../src/core/api/route';
import { newKey } from '../../src/store/keys/new-key';
import { ensureWorkspace } from '../../src/store/operator/workspaces';
import { useTestGateway } from '../support/gateway';

/** Every route of every public API, out of the registry: a new one is asked the same questions. */

let job: string;
const keys = { revoked: '', reader: '', maker: '', other: '' };

const gateway = useTestGateway();

beforeAll(async () => {
  keys.reader = (await addKey(['read'])).secret;
  keys.maker = (await addKey(['generate'])).secret;
  const revoked = await addKey(['generate', 'read']);
  await admin('DELETE', `keys/${revoked.id}`);
  keys.revoked = revoked.secret;
  const { key, prefix, hash } = newKey(randomBytes);
  await ensureWorkspace(gateway.base.db, gateway.base.sealer, {
    name: 'other',
    keys: [{ name: 'other', prefix, hash, scopes: ['generate', 'read', 'foreign'] }],
    callbackSecret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    points: 1_000_000_000n,
    now: Date.now(),
  });
  keys.other = key;
  job = await gateway.post();
  await gateway.ended(job);
});

const admin = (method: string, path: string, body?: unknown) =>
  gateway.call(method, `/v1/admin/${path}`, { key: gateway.keys.admin_key, body });

async function addKey(scopes: string[]): Promise<{ id: string; secret: string }> {
  const path = `workspaces/${gateway.workspaceId}/keys`;
  return (await admin('POST', path, { name: scopes.join(' '), scopes })).json;
}

const ROUTES = Object.values(dialects).flatMap(({ routes }) => routes);
const named = (routes: readonly HttpRoute[]) =>
  routes.map((route) => [`${route.method} ${route.path}`, route] as const);

async function statusOf({ method, path, when, keyIn }: HttpRoute, key: string): Promise<number> {
  const own = path.replace(/:\w+/, job);
  const call = {
    key: keyIn ? null : key,
    headers: when ? { 'reelay-native-params': 'true' } : {},
    ...(method === 'POST' ? { body: {} } : {}),
  };
  return (await gateway.call(method, keyIn ? `${own}?api_key=${key}` : own, call)).status;
}

test.each(named(ROUTES))('%s lets no revoked key in', async (_, route) => {
  expect(await statusOf(route, keys.revoked)).toBe(route.keyIn ? 403 : 401);
});

test.each(named(ROUTES.filter(({ scope }) => scope !== 'any')))(
  '%s asks for its scope',
  async (_, route) => {
    const key = route.scope === 'read' ? keys.maker : keys.reader;
    expect(await statusOf(route, key)).toBe(403);
  },
);

/** The others name a job in no path; their own tests show that they see one workspace only. */
const OF_A_JOB = ROUTES.filter(
  ({ path }) => path.includes(':') && !/^\/v1\/(?:models|videos\/characters)\//.test(path),
);
test.each(named(OF_A_JOB))('%s does not know the job of another workspace', async (_, route) => {
  expect(await statusOf(route, keys.other)).toBe(404);
  expect((await gateway.call('GET', `/v1/videos/${job}`)).json).toMatchObject({
    status: 'completed',
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureFirstWorkspace } from '../../src/run/first-workspace';
import { openFoundation } from '../../src/run/foundation';
import { addressAt } from '../../simulators/part';
import { keyHash } from '../../src/store/keys/new-key';
import { useTestGateway, until } from '../support/gateway';

/** The life of a key over the whole gateway, from an operator's first call to a customer's last point. */

const gateway = useTestGateway();

const REQUEST = { model: 'seedance-2.0', prompt: 'a boat [[sim video=shared]]', duration: 5 };
const admin = (method: string, path: string, body?: unknown, headers = {}) =>
  gateway.call(method, `/v1/admin/${path}`, { key: gateway.keys.admin_key, body, headers });
const post = (key: string, body: object = REQUEST, headers = {}) =>
  gateway.call('POST', '/v1/videos', { key, body, headers });

test('a new customer gets points, a key with one model and a budget, and spends exactly that', async () => {
  const { json: workspace } = await admin('POST', 'workspaces', { name: 'acme' });
  await admin(
    'POST',
    `workspaces/${workspace.id}/top-ups`,
    { points: '1000' },
    { 'idempotency-key': 'a' },
  );
  const { json: key } = await admin('POST', `workspaces/${workspace.id}/keys`, {
    name: 'production',
    models: ['seedance-2.0'],
    budget: '60',
  });

  const models = await gateway.call('GET', '/v1/models', { key: key.secret });
  expect(models.json.data.map(({ id }: { id: string }) => id)).toEqual(['seedance-2.0']);
  const hidden = await post(key.secret, { ...REQUEST, model: 'seedance-1.5-pro' });
  expect([hidden.status, hidden.json.error.code]).toEqual([404, 'model_not_found']);
  expect(hidden.text).not.toContain('Allowed: seedance-1.5-pro');

  const answers = await Promise.all([0, 1, 2, 3, 4, 5].map(() => post(key.secret)));
  const made = answers.filter(({ status }) => status === 200);
  expect(made).toHaveLength(2);
  for (const refused of answers.filter(({ status }) => status !== 200)) {
    expect([refused.status, refused.json.error]).toEqual([
      402,
      expect.objectContaining({
        code: 'insufficient_balance',
        message: 'This request needs 25 points; the budget of this API key has 10 left.',
      }),
    ]);
  }
  const foreign = await gateway.call('GET', `/v1/videos/${made[0]?.json.id}`);
  expect(foreign.status).toBe(404);

  const { json: next } = await admin('POST', `keys/${key.id}/rotate`, { grace_seconds: 0 });
  expect((await post(key.secret)).status).toBe(401);
  await admin('PATCH', `keys/${key.id}`, { budget: '85' });
  const third = await post(next.secret, REQUEST, { 'idempotency-key': 'third' });
  const again = await post(next.secret, REQUEST, { 'idempotency-key': 'third' });
  expect([third.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([
    200,
    third.text,
    'true',
  ]);

  const ids = [...made, third].map(({ json }) => json.id as string);
  const status = async (id: string) =>
    (await gateway.call('GET', `/v1/videos/${id}`, { key: next.secret })).json.status as string;
  for (const id of ids) {
    await until(`${id} to end`, async () =>
      (await status(id)) === 'completed' ? true : undefined,
    );
  }
  expect((await admin('GET', `keys/${key.id}`)).json).toMatchObject({
    budget: '85',
    held: '0',
    spent: '75',
  });
  expect((await admin('GET', `workspaces/${workspace.id}/balance`)).json).toMatchObject({
    available: '925',
    held: '0',
    spent: '75',
  });
});

test('an access token of the development key works like the key', async () => {
  const found = await gateway.base.store.keys.find(keyHash(gateway.keys.key), Date.now());
  if (!found) throw new Error('the development key is not known');
  const { token } = gateway.base.tokens.issue(found, Date.now());
  expect((await gateway.call('GET', '/v1/models', { key: token })).status).toBe(200);
  expect((await gateway.call('GET', '/v1/admin/workspaces', { key: token })).status).toBe(403);
});

test('the first workspace stays the first one under another name, and a start says the secret that signs', async () => {
  const id = gateway.workspaceId;
  expect((await admin('PATCH', `workspaces/${id}`, { name: 'renamed' })).status).toBe(200);
  const { json } = await admin('POST', `workspaces/${id}/callback-secrets`, {});
  const again = await ensureFirstWorkspace(gateway.base, gateway.data);
  expect(again).toEqual({
    workspaceId: id,
    keys: { ...gateway.keys, callback_secret: json.secret },
  });
  expect((await ensureFirstWorkspace(gateway.base, gateway.data)).keys).toEqual(again.keys);
  const tops = await gateway.sql(`SELECT 1 FROM ledger WHERE idempotency_key LIKE 'start:%'`);
  expect(tops).toHaveLength(1);
});

test('a process with another secret key does not start, and says what to do', async () => {
  const data = mkdtempSync(join(tmpdir(), 'reelay-test-'));
  try {
    const foundation = openFoundation({
      config: gateway.base.config,
      data,
      engineAddress: gateway.engine.address,
      databaseUrl: gateway.store.url,
      simulator: addressAt('http://127.0.0.1:1'),
      allowCallbacksTo: [],
      publicUrl: () => '',
      log: gateway.base.log,
    });
    await expect(foundation).rejects.toThrow(
      /not the one that this database was sealed under.*REELAY_SECRET_KEY.*restore a lost key/s,
    );
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});

test('no line of the log has a secret in it', () => {
  const log = gateway.logged.join('');
  expect(log).toContain('/v1/admin/workspaces');
  expect(log).not.toMatch(/rl_live_[0-9a-f]{8}_|whsec_|eyJ/);
});

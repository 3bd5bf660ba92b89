import { randomBytes } from 'node:crypto';
import { newSecret } from '../../src/callbacks/secrets';
import { newId } from '../../src/core/job/ids';
import { ensureFirstWorkspace, isOurSecretKey } from '../../src/store/operator/installation';
import { newKey } from '../../src/store/keys/new-key';
import { createSealer } from '../../src/store/base/seal';
import { NOW, useTestDatabase } from '../support/database';

/** The first workspace is the first one whatever it is called, and a process with another secret key is told so. */

const database = useTestDatabase();
beforeEach(() =>
  database.sql('UPDATE installation SET first_workspace_id = NULL, sealed_canary = NULL'),
);

function wanted(name: string) {
  const { prefix, hash } = newKey(randomBytes);
  const keys = [{ name: 'k', prefix, hash, scopes: ['read'] as const }];
  return { name, keys, callbackSecret: newSecret(randomBytes(32)), points: 1_000n, now: NOW };
}
const start = (first: ReturnType<typeof wanted>) =>
  ensureFirstWorkspace(database.db, database.sealer, first);
const availableIn = async (id: string) => (await database.store.ledger.balance(id)).available;

describe('the first workspace', () => {
  test('is made once by twenty starts at once: one secret, one gift of points, every key', async () => {
    const name = `first ${newId()}`;
    const starts = Array.from({ length: 20 }, () => wanted(name));
    const made = await Promise.all(starts.map(start));
    expect(new Set(made.map((one) => JSON.stringify(one))).size).toBe(1);
    const id = made[0]?.id ?? '';
    expect(await availableIn(id)).toBe(1_000n);
    for (const { hash } of starts.flatMap(({ keys }) => keys)) {
      expect(await database.store.keys.find(hash, NOW)).toMatchObject({ workspaceId: id });
    }
    expect(await database.store.admin.isFirstWorkspace(id)).toBe(true);
    expect(await database.store.admin.isFirstWorkspace(database.workspace.id)).toBe(false);
  });

  test('is found again under another name, and one that took its name is left alone', async () => {
    const name = `first ${newId()}`;
    const before = await start(wanted(name));
    await database.store.admin.changeWorkspace(before.id, { name: `${name} renamed` }, NOW);
    expect(await start(wanted(name))).toEqual(before);
    await database.store.admin.changeWorkspace(database.workspace.id, { name }, NOW);
    const recovering = wanted(name);
    expect(await start(recovering)).toEqual(before);
    const [key] = recovering.keys;
    expect(await database.store.keys.find(key?.hash ?? '', NOW)).toMatchObject({
      workspaceId: before.id,
    });
    expect(await availableIn(before.id)).toBe(1_000n);
  });

  test('says the secret that signs now, also when clocks differ', async () => {
    const { id } = await start(wanted(`first ${newId()}`));
    const secret = newSecret(randomBytes(32));
    const rotation = { graceMs: 3_600_000, force: false };
    await database.store.admin.once(
      { workspaceId: id, idempotency: undefined, now: Date.now() },
      async (rows) => {
        await rows.replaceCallbackSecret(id, secret, rotation, NOW - 5_000);
        return { status: 200 };
      },
    );
    await database.sql(
      `UPDATE callback_secrets SET expires_at = now() + interval '1 hour'
       WHERE workspace_id = $1 AND expires_at IS NOT NULL`,
      [id],
    );
    const again = await start(wanted('any'));
    expect(again.callbackSecrets).toHaveLength(2);
    expect(again.callbackSecrets[0]).toBe(secret);
  });

  test('does not get back a key that was rotated away', async () => {
    const first = wanted(`first ${newId()}`);
    await start(first);
    await database.sql(`UPDATE key_secrets SET expires_at = $2 WHERE hash = $1`, [
      first.keys[0]?.hash,
      new Date(NOW),
    ]);
    await start(first);
    expect(await database.store.keys.find(first.keys[0]?.hash ?? '', NOW)).toBeUndefined();
  });
});

describe('the secret key', () => {
  const other = createSealer(randomBytes(32));
  const canary = async () =>
    (await database.sql<{ sealed_canary: Buffer }>('SELECT sealed_canary FROM installation'))[0]
      ?.sealed_canary;

  test('is the one that the first process had; any other is told apart, and changes nothing', async () => {
    expect(await isOurSecretKey(database.db, database.sealer)).toBe(true);
    const before = await canary();
    expect(await isOurSecretKey(database.db, other)).toBe(false);
    expect(await isOurSecretKey(database.db, database.sealer)).toBe(true);
    expect(await canary()).toEqual(before);
  });

  test('of an installation from before there was a canary is the one its secrets are sealed under', async () => {
    expect(await isOurSecretKey(database.db, other)).toBe(false);
    expect(await canary()).toBeNull();
    expect(await isOurSecretKey(database.db, database.sealer)).toBe(true);
  });

  test('is agreed on by processes that start at once', async () => {
    const sealers = Array.from({ length: 8 }, () => createSealer(randomBytes(32)));
    const all = [...sealers, database.sealer];
    const said = await Promise.all(all.map((sealer) => isOurSecretKey(database.db, sealer)));
    expect(said.filter(Boolean)).toHaveLength(1);
  });
});

import { randomBytes } from 'node:crypto';
import { newSecret } from '../../src/callbacks/secrets';
import { createSealer } from '../../src/store/base/seal';
import { isOurSecretKey } from '../../src/store/operator/installation';
import { hasForeignSecrets, resealAll } from '../../src/store/operator/reseal';
import { ensureWorkspace } from '../../src/store/operator/workspaces';
import { newKey } from '../../src/store/keys/new-key';
import { newId } from '../../src/core/job/ids';
import { NOW, useTestDatabase } from '../support/database';

/** The secret key is changed while processes with either order of keys run: nothing is lost, and then one is enough. */

const database = useTestDatabase();
const [oldKey, newSecretKey] = [randomBytes(32), randomBytes(32)];
const old = createSealer(oldKey);
const before = createSealer(oldKey, [newSecretKey]);
const rotating = createSealer(newSecretKey, [oldKey]);
const after = createSealer(newSecretKey);
/** Fewer than there are rows, so that there are several pages. */
const ROWS_MAX = 2;

const workspace = async (sealer: typeof old): Promise<{ id: string; secret: string }> => {
  const secret = newSecret(randomBytes(32));
  const { prefix, hash } = newKey(randomBytes);
  const { id } = await ensureWorkspace(database.db, sealer, {
    name: `reseal ${newId()}`,
    keys: [{ name: 'k', prefix, hash, scopes: ['read'] }],
    callbackSecret: secret,
    points: 0n,
    now: NOW,
  });
  return { id, secret };
};
const answerOf = (sealer: typeof old, workspaceId: string, route: string) =>
  database.sql(
    `INSERT INTO idempotency (workspace_id, route, key, fingerprint, answer, created_at, expires_at, sealed)
     VALUES ($1, $2, 'k', 'f', '{}', now(), now() + interval '1 hour', $3)`,
    [workspaceId, route, sealer.seal('an answer', workspaceId)],
  );
const sealedOf = async (table: string, id: string) =>
  (
    await database.sql<{ sealed: Buffer }>(
      `SELECT sealed FROM ${table} WHERE workspace_id = $1 AND sealed IS NOT NULL`,
      [id],
    )
  ).map(({ sealed }) => sealed);
const foreign = (sealer: typeof old) =>
  hasForeignSecrets(database.db, sealer, { rowsMax: ROWS_MAX, now: NOW });
const reseal = (sealer: typeof old) => resealAll(database.db, sealer, ROWS_MAX);

beforeEach(async () => {
  await database.sql('DELETE FROM callback_secrets');
  await database.sql('DELETE FROM idempotency');
  await database.sql('UPDATE installation SET sealed_canary = NULL');
});

test('every row is sealed anew, a page at a time, and then the new key is enough', async () => {
  expect(await isOurSecretKey(database.db, old)).toBe(true);
  const made = [];
  for (let index = 0; index < 5; index += 1) made.push(await workspace(old));
  for (const { id } of made) {
    await answerOf(old, id, 'one');
    await answerOf(old, id, 'two');
  }
  expect(await isOurSecretKey(database.db, after)).toBe(false);
  expect(await isOurSecretKey(database.db, rotating)).toBe(true);
  expect(await reseal(rotating)).toEqual({ resealed: 15, unreadable: 0 });
  expect(await reseal(rotating)).toEqual({ resealed: 0, unreadable: 0 });
  expect([await isOurSecretKey(database.db, after), await foreign(after)]).toEqual([true, false]);
  for (const { id, secret } of made) {
    const secrets = await sealedOf('callback_secrets', id);
    expect(secrets.map((sealed) => after.open(sealed, id))).toEqual([secret]);
    const answers = await sealedOf('idempotency', id);
    expect(answers.map((sealed) => after.open(sealed, id))).toEqual(['an answer', 'an answer']);
  }
  expect(await isOurSecretKey(database.db, old)).toBe(false);
});

test('processes of which some seal with the old and some with the new key read each other', async () => {
  expect(await isOurSecretKey(database.db, old)).toBe(true);
  for (const sealer of [old, before, rotating]) await workspace(sealer);
  for (const sealer of [before, rotating]) {
    expect([await isOurSecretKey(database.db, sealer), await foreign(sealer)]).toEqual([
      true,
      false,
    ]);
  }
  // Before anybody seals with the new one, there is nothing to do.
  await database.sql('DELETE FROM callback_secrets');
  await workspace(before);
  expect(await reseal(before)).toEqual({ resealed: 0, unreadable: 0 });
  // What a process seals with the old one after that is found, and stops a start without it.
  expect(await reseal(rotating)).toEqual({ resealed: 1, unreadable: 0 });
  await workspace(before);
  expect([await isOurSecretKey(database.db, after), await foreign(after)]).toEqual([true, true]);
  expect(await reseal(rotating)).toEqual({ resealed: 1, unreadable: 0 });
  expect(await foreign(after)).toBe(false);
});

test('what opens under no key is counted and left as it is, and the old key stays the one that is needed', async () => {
  expect(await isOurSecretKey(database.db, old)).toBe(true);
  const lost = await workspace(createSealer(randomBytes(32)));
  const found = await workspace(old);
  const [bytes] = await sealedOf('callback_secrets', lost.id);
  expect(await reseal(rotating)).toEqual({ resealed: 1, unreadable: 1 });
  expect(await sealedOf('callback_secrets', lost.id)).toEqual([bytes]);
  const [sealed = Buffer.alloc(0)] = await sealedOf('callback_secrets', found.id);
  expect(after.open(sealed, found.id)).toBe(found.secret);
  expect(await isOurSecretKey(database.db, after)).toBe(false);
});

test('a secret that signs no more does not stop a start', async () => {
  await workspace(old);
  expect(await foreign(after)).toBe(true);
  await database.sql('UPDATE callback_secrets SET expires_at = $1', [new Date(NOW - 1)]);
  expect(await foreign(after)).toBe(false);
});

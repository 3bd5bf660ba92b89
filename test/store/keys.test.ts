import { randomBytes } from 'node:crypto';
import type { KeySettings, Rotation } from '../../src/core/operator/admin';
import type { Store } from '../../src/core/ports/store/store';
import { newId } from '../../src/core/job/ids';
import { NO_CAPS } from '../../src/core/slots/caps';
import { createStore } from '../../src/store';
import { keyHash, newKey } from '../../src/store/keys/new-key';
import { ensureWorkspace } from '../../src/store/operator/workspaces';
import {
  CREATE_WAITS,
  NOW,
  PRICE,
  createdJob,
  newJob,
  useTestDatabase,
  WATCH_MIN_MS,
} from '../support/database';
import type { TestWorkspace } from '../support/database';

/** A key opens what its rows say now; its secrets come and go, and what has ended never comes back. */

const database = useTestDatabase();
let workspace: TestWorkspace;
let keyId: string;
beforeEach(async () => {
  workspace = await database.makeWorkspace(PRICE * 10n);
  keyId = workspace.principal.keyId;
});

const HOUR = 3_600_000;
const find = (key: string, now = NOW) => database.store.keys.find(keyHash(key), now);
/** Finds a key as a token does that was bought with that key, or with the workspace's first one. */
const byToken = (now: number, key = workspace.key) =>
  database.store.keys.findById(keyId, keyHash(key).slice(0, 16), now);
const change = (settings: Partial<KeySettings>) => database.store.admin.changeKey(keyId, settings);

/** The new secret's text, or why there is none. */
async function rotate(now: number, rotation: Partial<Rotation> = {}): Promise<string> {
  const minted = newKey(randomBytes);
  const done = await database.store.admin.once(
    { workspaceId: workspace.id, idempotency: undefined, now },
    async (rows) => {
      const whole = { graceMs: HOUR, force: false, ...rotation };
      return { status: 200, body: await rows.replaceKeySecret(keyId, minted, whole, now) };
    },
  );
  const word = 'answer' in done && done.answer.body;
  return word === 'replaced' ? minted.key : String(word);
}

describe('a key’s group and models', () => {
  test('are its own where it has them, else the workspace’s group and all of its models', async () => {
    expect(await find(workspace.key)).toMatchObject({ group: 'default', models: null });
    await database.store.admin.changeWorkspace(workspace.id, { group: 'staff' }, NOW);
    expect(await find(workspace.key)).toMatchObject({ group: 'staff', models: null });
    await change({ group: 'partners', models: ['a', 'b'] });
    expect(await find(workspace.key)).toMatchObject({ group: 'partners', models: ['a', 'b'] });
    expect(await byToken(NOW)).toEqual(await find(workspace.key));
    await change({ group: null, models: null });
    expect(await find(workspace.key)).toMatchObject({ group: 'staff', models: null });
  });
});

describe.each([
  ['its text', (now: number) => find(workspace.key, now)],
  ['a token of it', (now: number) => byToken(now)],
])('by %s a key', (_, ask) => {
  test('is known until it expires', async () => {
    await change({ expiresAt: NOW + HOUR });
    expect(await ask(NOW + HOUR - 1)).toMatchObject({ keyId });
    expect(await ask(NOW + HOUR)).toBeUndefined();
  });

  test('is unknown from its revocation on, whatever else is changed', async () => {
    await database.store.admin.revokeKey(keyId, NOW);
    await change({ expiresAt: null, scopes: ['read'] });
    expect(await ask(NOW)).toBeUndefined();
  });

  test('is unknown while its workspace is disabled', async () => {
    const { admin, workspaces } = database.store;
    await admin.changeWorkspace(workspace.id, { isDisabled: true }, NOW);
    expect(await ask(NOW)).toBeUndefined();
    expect(await workspaces.find(workspace.id)).toBeUndefined();
    await admin.changeWorkspace(workspace.id, { isDisabled: false }, NOW);
    expect(await ask(NOW)).toMatchObject({ keyId });
    expect(await workspaces.find(workspace.id)).toEqual({ id: workspace.id, group: 'default' });
  });
});

describe('a rotation', () => {
  test('gives the same key a new secret; the old one works to the end of its grace', async () => {
    const next = await rotate(NOW + 1);
    expect(await find(next, NOW + 1)).toEqual({
      ...(await find(workspace.key, NOW + 1)),
      secretId: keyHash(next).slice(0, 16),
    });
    expect(await find(workspace.key, NOW + HOUR)).toMatchObject({ keyId });
    expect(await find(workspace.key, NOW + HOUR + 1)).toBeUndefined();
    expect(await find(next, NOW + HOUR * 1_000)).toMatchObject({ keyId });
    expect(await database.store.admin.key(keyId, NOW + 1)).toMatchObject({
      prefix: next.slice(0, 'rl_live_00000000'.length),
      previousExpiresAt: NOW + HOUR + 1,
    });
    expect(await database.store.admin.key(keyId, NOW + HOUR + 1)).toMatchObject({
      previousExpiresAt: null,
    });
  });

  test('without grace ends the old secret at that moment', async () => {
    const next = await rotate(NOW + 1, { graceMs: 0 });
    expect(await find(workspace.key, NOW + 1)).toBeUndefined();
    expect(await find(next, NOW + 1)).toMatchObject({ keyId });
  });

  test('keeps budget, spending and id', async () => {
    await change({ budget: PRICE * 2n });
    await createdJob(database, newJob(workspace));
    await rotate(NOW + 1);
    expect(await database.store.admin.key(keyId, NOW + 1)).toMatchObject({
      id: keyId,
      budget: PRICE * 2n,
      held: PRICE,
    });
  });

  test('during the grace of another is refused, and forced ends the older one at once', async () => {
    const second = await rotate(NOW + 1);
    expect(await rotate(NOW + 2)).toBe('rotating');
    const third = await rotate(NOW + 3, { force: true });
    expect(await find(workspace.key, NOW + 3)).toBeUndefined();
    expect(await find(second, NOW + 3)).toMatchObject({ keyId });
    expect(await find(second, NOW + 3 + HOUR)).toBeUndefined();
    expect(await find(third, NOW + 3 + HOUR)).toMatchObject({ keyId });
  });

  test('of ten at once lets one through', async () => {
    const done = await Promise.all(Array.from({ length: 10 }, () => rotate(NOW + 1)));
    expect(done.filter((word) => word !== 'rotating')).toHaveLength(1);
    const current = await database.sql(
      'SELECT 1 FROM key_secrets WHERE key_id = $1 AND expires_at IS NULL',
      [keyId],
    );
    expect(current).toHaveLength(1);
  });

  test('ends the tokens of the secret that it replaces with it, whenever they were bought, and no others', async () => {
    const next = await rotate(NOW + 10, { graceMs: 100 });
    for (const [name, now, isKnown] of [
      ['old', NOW + 109, true],
      ['old', NOW + 110, false],
      ['next', NOW + 109, true],
      ['next', NOW + HOUR, true],
    ] as const) {
      const found = await byToken(now, name === 'old' ? workspace.key : next);
      expect([name, now, found !== undefined]).toEqual([name, now, isKnown]);
    }
  });

  test('without grace ends all tokens from before, also those of a process whose clock is ahead', async () => {
    const sold = await find(workspace.key);
    await rotate(NOW + 1, { graceMs: 0 });
    expect(sold?.secretId).toBe(keyHash(workspace.key).slice(0, 16));
    expect(await byToken(NOW + 1)).toBeUndefined();
  });

  test('is not undone by a start that still has the old text', async () => {
    await rotate(NOW + 1, { graceMs: 0 });
    const [row] = await database.sql<{ name: string }>(
      'SELECT name FROM workspaces WHERE id = $1',
      [workspace.id],
    );
    const prefix = workspace.key.slice(0, 'rl_live_00000000'.length);
    const hash = keyHash(workspace.key);
    await ensureWorkspace(database.db, database.sealer, {
      name: row?.name ?? '',
      keys: [{ name: 'again', prefix, hash, scopes: ['admin'] }],
      callbackSecret: workspace.callbackSecret,
      points: 1n,
      now: NOW + 2,
    });
    expect(await find(workspace.key, NOW + 2)).toBeUndefined();
    expect(
      await database.sql('SELECT 1 FROM keys WHERE workspace_id = $1', [workspace.id]),
    ).toHaveLength(1);
  });
});

describe('the last use', () => {
  const lastUsed = async () => (await database.store.admin.key(keyId, NOW))?.lastUsedAt;

  test('is written once a minute by however many processes, and never goes back', async () => {
    const { markUsed } = database.store.keys;
    expect(await lastUsed()).toBeNull();
    await Promise.all([0, 1, 2, 3].map((late) => markUsed(keyId, NOW + late)));
    const first = (await lastUsed()) ?? 0;
    await markUsed(keyId, first + 59_999);
    expect(await lastUsed()).toBe(first);
    await markUsed(keyId, first + 60_000);
    await markUsed(keyId, first);
    expect(await lastUsed()).toBe(first + 60_000);
    await markUsed(newId(), NOW);
  });

  test('waits for no create, and no create for it', async () => {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('UPDATE keys SET last_used_at = now() WHERE id = $1', [keyId]);
      await createdJob(database, newJob(workspace));
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});

describe('a key that is remembered', () => {
  const MEMO_MS = 500;
  /** A store that remembers, as each process of a gateway has one. */
  const remembering = () =>
    createStore(database.db, database.sealer, {
      ...CREATE_WAITS,
      usualMemoMs: 0,
      keyMemoMs: MEMO_MS,
      caps: NO_CAPS,
      watchMinMs: WATCH_MIN_MS,
      changes: database.store.changes,
    });
  const hash = () => keyHash(workspace.key);

  test('is let in without a question, and no longer than that after another process revoked it', async () => {
    const { keys } = remembering();
    expect(await keys.find(hash(), NOW)).toMatchObject({ keyId });
    await database.store.admin.revokeKey(keyId, NOW + 1);
    expect(await keys.find(hash(), NOW + MEMO_MS - 1)).toMatchObject({ keyId });
    expect(await keys.find(hash(), NOW + MEMO_MS)).toBeUndefined();
  });

  test.each<[string, (store: Store) => Promise<unknown>]>([
    ['revoked', ({ admin }) => admin.revokeKey(keyId, NOW)],
    ['changed', ({ admin }) => admin.changeKey(keyId, { expiresAt: NOW })],
    [
      'its workspace disabled',
      ({ admin }) => admin.changeWorkspace(workspace.id, { isDisabled: true }, NOW),
    ],
  ])('is forgotten at once by the process in which it is %s', async (_, end) => {
    const store = remembering();
    expect(await store.keys.find(hash(), NOW)).toMatchObject({ keyId });
    await end(store);
    expect(await store.keys.find(hash(), NOW + 1)).toBeUndefined();
  });

  test('was found: one that is unknown is looked for every time', async () => {
    const { keys } = remembering();
    const { key, prefix, hash: minted } = newKey(randomBytes);
    expect(await keys.find(keyHash(key), NOW)).toBeUndefined();
    await ensureWorkspace(database.db, database.sealer, {
      name: `workspace ${newId()}`,
      keys: [{ name: 'test', prefix, hash: minted, scopes: ['read'] }],
      callbackSecret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      points: PRICE,
      now: NOW,
    });
    expect(await keys.find(minted, NOW + 1)).toMatchObject({ scopes: ['read'] });
  });
});

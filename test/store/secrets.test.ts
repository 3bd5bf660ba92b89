import { randomBytes } from 'node:crypto';
import { newSecret } from '../../src/callbacks/secrets';
import { newId } from '../../src/core/job/ids';
import { isKey, keyHash, newKey } from '../../src/store/keys/new-key';
import { createSealer } from '../../src/store/base/seal';
import { TABLES } from '../../src/store/schema';
import { getTableConfig } from 'drizzle-orm/pg-core';
import {
  NOW,
  SUCCEEDED,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';
import type { TestWorkspace } from '../support/database';

/** Keys are stored as hashes, callback secrets sealed; and what a delivery needs is found again. */

const database = useTestDatabase();

async function settledDelivery(workspace: TestWorkspace): Promise<string> {
  const job = await createdJob(database, newJob(workspace, { callbackUrl: 'https://a.example/x' }));
  const { id } = await acceptedAttempt(database, job);
  await database.store.attempts.recordLook(id, { verdict: SUCCEEDED, reply: undefined, now: NOW });
  const { deliveryIds } = await settle(database, job.id);
  const [deliveryId] = deliveryIds;
  if (!deliveryId) throw new Error('no delivery');
  return deliveryId;
}

/** Days before (negative) or after now at which the secret ends; undefined = never. */
async function addSecret(workspace: TestWorkspace, madeAt: number, endsInDays?: number) {
  const secret = newSecret(randomBytes(32));
  await database.sql(
    `INSERT INTO callback_secrets (id, workspace_id, sealed, created_at, expires_at)
     VALUES ($1, $2, $3, $4, now() + make_interval(days => $5))`,
    [
      newId(),
      workspace.id,
      database.sealer.seal(secret, workspace.id),
      new Date(madeAt),
      endsInDays ?? null,
    ],
  );
  return secret;
}

describe('a dump of all tables', () => {
  test('has no callback secret and no API key in any form that is readable', async () => {
    const workspace = await database.makeWorkspace(1_000_000_000n);
    await settledDelivery(workspace);
    const dump: string[] = [];
    for (const table of Object.values(TABLES)) {
      const { name } = getTableConfig(table);
      const rows = await database.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      for (const { row } of rows) {
        dump.push(row);
        // Bytes are shown in hex; as text they must say no more.
        for (const [, hex = ''] of row.matchAll(/\\\\x([0-9a-f]+)/g)) {
          dump.push(Buffer.from(hex, 'hex').toString('latin1'));
        }
      }
    }
    const all = dump.join('\n');
    expect(all).toContain(workspace.id);
    expect(all).toContain('https://a.example/x');
    expect(all).toContain('"state":"succeeded"');
    expect(all).not.toContain('whsec_');
    const raw = workspace.callbackSecret.slice('whsec_'.length);
    expect(all).not.toContain(raw);
    expect(all).not.toContain(Buffer.from(raw, 'base64').toString('latin1'));
    expect(all).not.toContain(Buffer.from(raw, 'base64').toString('hex'));
    expect(all).not.toContain(workspace.key.slice('rl_live_00000000_'.length));
  });
});

describe('a sealed secret', () => {
  test('opens for its own workspace', async () => {
    const deliveryId = await settledDelivery(database.workspace);
    const found = await database.store.deliveries.get(deliveryId, NOW);
    expect(found?.secrets).toEqual([database.workspace.callbackSecret]);
  });

  test('does not open in another workspace’s row', async () => {
    const [from, to] = [
      await database.makeWorkspace(1_000_000_000n),
      await database.makeWorkspace(1_000_000_000n),
    ];
    await database.sql(
      `UPDATE callback_secrets SET sealed = (SELECT sealed FROM callback_secrets WHERE workspace_id = $1)
       WHERE workspace_id = $2`,
      [from.id, to.id],
    );
    const deliveryId = await settledDelivery(to);
    await expect(database.store.deliveries.get(deliveryId, NOW)).rejects.toThrow();
  });

  const key = Buffer.alloc(32, 7);
  const sealed = createSealer(key).seal('whsec_text', 'owner');
  test.each([
    ['another key', createSealer(Buffer.alloc(32, 8)), sealed, 'owner'],
    ['another owner', createSealer(key), sealed, 'owner2'],
    ['a changed nonce', createSealer(key), flipped(0), 'owner'],
    ['a changed tag', createSealer(key), flipped(12), 'owner'],
    ['a changed text', createSealer(key), flipped(28), 'owner'],
    ['a missing end', createSealer(key), sealed.subarray(0, -1), 'owner'],
  ])('does not open with %s', (_, sealer, bytes, owner) => {
    expect(() => sealer.open(bytes, owner)).toThrow();
  });

  function flipped(index: number): Buffer {
    const bytes = Buffer.from(sealed);
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    return bytes;
  }

  test('is never the same twice, and opens each time', () => {
    const sealer = createSealer(key);
    const many = Array.from({ length: 100 }, () => sealer.seal('same', 'owner'));
    expect(new Set(many.map((bytes) => bytes.toString('hex'))).size).toBe(100);
    expect(new Set(many.map((bytes) => sealer.open(bytes, 'owner')))).toEqual(new Set(['same']));
  });

  test('opens under the key before while that is read, and is sealed under the new one', () => {
    const old = createSealer(key);
    const rotating = createSealer(Buffer.alloc(32, 9), [Buffer.alloc(32, 8), key]);
    expect(rotating.open(sealed, 'owner')).toBe('whsec_text');
    expect([old, rotating].map((sealer) => sealer.isCurrent(sealed, 'owner'))).toEqual([
      true,
      false,
    ]);
    const again = rotating.seal('whsec_text', 'owner');
    expect(rotating.isCurrent(again, 'owner')).toBe(true);
    expect(() => old.open(again, 'owner')).toThrow('does not open under any secret key');
    expect(() => rotating.open(sealed, 'owner2')).toThrow();
  });

  test('needs a key of 32 bytes', () => {
    expect(() => createSealer(Buffer.alloc(16))).toThrow('the secret key must have 32 bytes');
  });
});

describe('a rotation', () => {
  test('gives two secrets, the current one first, and the old one ends by the clock of the process', async () => {
    const workspace = await database.makeWorkspace(1_000_000_000n);
    const deliveryId = await settledDelivery(workspace);
    const secretsAt = async (now: number) =>
      (await database.store.deliveries.get(deliveryId, now))?.secrets;
    const second = await addSecret(workspace, NOW + 1_000);
    const endsAt = NOW + 24 * 3_600_000;
    await database.sql(
      `UPDATE callback_secrets SET expires_at = $3 WHERE workspace_id = $1 AND created_at = $2`,
      [workspace.id, new Date(NOW), new Date(endsAt)],
    );
    expect(await secretsAt(endsAt - 1)).toEqual([second, workspace.callbackSecret]);
    expect(await secretsAt(endsAt)).toEqual([second]);
  });

  test('never gives more than two', async () => {
    const workspace = await database.makeWorkspace(1_000_000_000n);
    const deliveryId = await settledDelivery(workspace);
    const made = [];
    for (const age of [1, 2, 3]) made.push(await addSecret(workspace, NOW + age * 1_000, age));
    expect((await database.store.deliveries.get(deliveryId, NOW))?.secrets).toEqual([
      workspace.callbackSecret,
      made[2],
    ]);
  });
});

describe('a key', () => {
  const find = (hash: string, now = NOW) => database.store.keys.find(hash, now);

  test('is found by the hash of the whole text, with its workspace, group and scopes', async () => {
    const { workspace } = database;
    expect(await find(keyHash(workspace.key))).toEqual({
      workspaceId: workspace.id,
      keyId: workspace.principal.keyId,
      secretId: keyHash(workspace.key).slice(0, 16),
      joinsIdentical: false,
      group: 'default',
      models: null,
      scopes: ['generate', 'read'],
    });
    for (const wrong of [
      workspace.key.slice(0, -1),
      `${workspace.key} `,
      keyHash(workspace.key),
      '',
    ]) {
      expect(await find(keyHash(wrong))).toBeUndefined();
    }
  });

  test.each([
    ['revoked', 'revoked_at', NOW - 1, false],
    ['revoked just now', 'revoked_at', NOW, false],
    ['expired', 'expires_at', NOW - 1, false],
    ['expiring now', 'expires_at', NOW, false],
    ['expiring in a millisecond', 'expires_at', NOW + 1, true],
  ])('that is %s is unknown or not', async (_, column, at, isKnown) => {
    const workspace = await database.makeWorkspace(1n);
    await database.sql(`UPDATE keys SET ${column} = $1 WHERE id = $2`, [
      new Date(at),
      workspace.principal.keyId,
    ]);
    expect((await find(keyHash(workspace.key))) !== undefined).toBe(isKnown);
  });

  test('passes over scopes that this version does not know', async () => {
    const workspace = await database.makeWorkspace(1n);
    await database.sql(`UPDATE keys SET scopes = '{read,teleport}' WHERE id = $1`, [
      workspace.principal.keyId,
    ]);
    expect(await find(keyHash(workspace.key))).toMatchObject({ scopes: ['read'] });
  });

  test('is told apart from every text with one character mistyped, lost or added', () => {
    const { key } = newKey(randomBytes);
    expect(isKey(key)).toBe(true);
    const letters = [...key];
    const other = (letter: string): string => (letter === 'a' ? 'b' : 'a');
    for (const [at, letter] of letters.entries()) {
      expect(isKey(letters.with(at, other(letter)).join(''))).toBe(false);
      expect(isKey(letters.toSpliced(at, 1).join(''))).toBe(false);
    }
    for (const text of [`${key}a`, ` ${key}`, `${key}\n`, '', 'x', 'rl_live_', key.toUpperCase()]) {
      expect(isKey(text)).toBe(false);
    }
  });

  test('looks the same for everybody and is never made twice', () => {
    const keys = Array.from({ length: 200 }, () => newKey(randomBytes));
    expect(new Set(keys.map(({ key }) => key)).size).toBe(200);
    for (const { key, prefix, hash } of keys) {
      expect(key).toMatch(/^rl_live_[0-9a-f]{8}_[A-Za-z0-9_-]{43}[0-9a-f]{6}$/);
      expect(key.startsWith(`${prefix}_`)).toBe(true);
      expect(hash).toBe(keyHash(key));
    }
  });
});

describe('the tries of a delivery', () => {
  const RESULT = { status: 500, error: undefined, durationMs: 12.6, excerpt: 'no' };

  test('are numbered one after the other, also when they race', async () => {
    const id = await settledDelivery(database.workspace);
    const numbers = await Promise.all(
      Array.from({ length: 10 }, () => database.store.deliveries.beginTry(id, NOW)),
    );
    expect(numbers.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await database.store.operations.tries(id)).toHaveLength(10);
  });

  test('each end alone; the delivery ends once and stays as it ended', async () => {
    const { deliveries } = database.store;
    const id = await settledDelivery(database.workspace);
    for (const end of [undefined, 'delivered', 'gave_up', undefined] as const) {
      await deliveries.endTry(id, await deliveries.beginTry(id, NOW), RESULT, end, NOW);
    }
    expect(await deliveries.get(id, NOW)).toMatchObject({
      delivery: { state: 'delivered' },
      // Nobody is to start a workflow for it any more.
      isStarted: true,
    });
    expect(await database.store.operations.tries(id)).toHaveLength(4);
    const rows = await database.sql(
      'SELECT number, status, duration_ms, excerpt FROM delivery_tries WHERE delivery_id = $1 ORDER BY number',
      [id],
    );
    expect(rows).toEqual(
      [1, 2, 3, 4].map((number) => ({ number, status: 500, duration_ms: 13, excerpt: 'no' })),
    );
  });

  test('of a delivery that nobody knows are an error', async () => {
    expect(await database.store.deliveries.get(newId(), NOW)).toBeUndefined();
    await expect(database.store.deliveries.beginTry(newId(), NOW)).rejects.toThrow();
  });
});

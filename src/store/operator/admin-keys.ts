import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { AdminRows } from '../../core/ports/store/admin';
import type { Key, KeySettings, Rotation } from '../../core/operator/admin';
import type { Budgets } from '../../core/money/budgets';
import type { MintedKey } from '../../core/operator/mint';
import { SCOPES } from '../../core/api/principal';
import type { Database, Transaction } from '../base/database';
import { keySpending } from '../money/ledger';
import { keys, keySecrets } from '../schema';

type KeyRows = Pick<AdminRows, 'keys' | 'key' | 'addKey' | 'replaceKeySecret'>;

export function keyRows(db: Database | Transaction): KeyRows {
  return {
    async keys(workspaceId, { limit, after }, now) {
      const isMine = eq(keys.workspaceId, workspaceId);
      const isAfter = sql`(${keys.createdAt}, ${keys.id}) <
        (SELECT c.created_at, c.id FROM keys c WHERE c.workspace_id = ${workspaceId} AND c.id = ${after})`;
      const found = await select(db, {
        where: after === undefined ? isMine : and(isMine, isAfter),
        limit: limit + 1,
        now,
      });
      return { items: found.slice(0, limit), hasMore: found.length > limit };
    },
    async key(id, now) {
      const [found] = await select(db, { where: eq(keys.id, id), limit: 1, now });
      return found;
    },
    async addKey({ id, workspaceId, ...settings }, { hash, prefix }, now) {
      const createdAt = new Date(now);
      const { name, scopes } = settings;
      await db
        .insert(keys)
        .values({ id, workspaceId, createdAt, ...toColumns(settings), name, scopes: [...scopes] });
      await db.insert(keySecrets).values({ hash, keyId: id, prefix, createdAt });
    },
    replaceKeySecret: (id, minted, rotation, now) =>
      replaceKeySecret(db, id, minted, { rotation, now }),
  };
}

/** Replaces the key's secret. It runs in a transaction; the key's row lets one rotation through at a time. */
async function replaceKeySecret(
  tx: Database | Transaction,
  keyId: string,
  { hash, prefix }: MintedKey,
  { rotation, now }: { rotation: Rotation; now: number },
): Promise<'rotating' | 'replaced'> {
  const at = new Date(now);
  const isEnding = and(eq(keySecrets.keyId, keyId), gt(keySecrets.expiresAt, at));
  await tx.select({ id: keys.id }).from(keys).where(eq(keys.id, keyId)).for('no key update');
  const ending = await tx.select({ hash: keySecrets.hash }).from(keySecrets).where(isEnding);
  if (ending.length > 0 && !rotation.force) return 'rotating';
  await tx.update(keySecrets).set({ expiresAt: at }).where(isEnding);
  await tx
    .update(keySecrets)
    .set({ expiresAt: new Date(now + rotation.graceMs) })
    .where(and(eq(keySecrets.keyId, keyId), isNull(keySecrets.expiresAt)));
  await tx.insert(keySecrets).values({ hash, keyId, prefix, createdAt: at });
  return 'replaced';
}

export async function changeKey(
  db: Database,
  id: string,
  change: Partial<KeySettings>,
): Promise<void> {
  const columns = toColumns(change);
  if (Object.keys(columns).length === 0) return;
  await db.update(keys).set(columns).where(eq(keys.id, id));
}

export async function revokeKey(db: Database, id: string, now: Date): Promise<void> {
  await db
    .update(keys)
    .set({ revokedAt: now })
    .where(and(eq(keys.id, id), isNull(keys.revokedAt)));
}

/** Names only the columns to write: an undefined setting leaves its column as it is, null empties it. */
function toColumns(settings: Partial<KeySettings>): Partial<typeof keys.$inferInsert> {
  const { name, scopes, models, group, expiresAt, joinsIdentical } = settings;
  return {
    ...(name === undefined ? {} : { name }),
    ...(scopes === undefined ? {} : { scopes: [...scopes] }),
    ...(models === undefined ? {} : { models: models && [...models] }),
    ...(group === undefined ? {} : { groupName: group }),
    ...budgetColumns(settings),
    ...(joinsIdentical === undefined ? {} : { joinsIdentical }),
    ...(expiresAt === undefined
      ? {}
      : { expiresAt: expiresAt === null ? null : new Date(expiresAt) }),
  };
}

/** Names the budgets that were given; they have the same columns at a key and at a workspace. */
export const budgetColumns = ({ budget, budgetDay, budgetMonth }: Partial<Budgets>) => ({
  ...(budget === undefined ? {} : { budget }),
  ...(budgetDay === undefined ? {} : { budgetDay }),
  ...(budgetMonth === undefined ? {} : { budgetMonth }),
});

async function select(
  db: Database | Transaction,
  { where, limit, now }: { where: SQL | undefined; limit: number; now: number },
): Promise<Key[]> {
  const rows = await db
    .select({
      key: keys,
      prefix: keySecrets.prefix,
      previousExpiresAt: sql<Date | null>`(SELECT max(s.expires_at) FROM key_secrets s
        WHERE s.key_id = ${keys.id} AND s.expires_at > ${new Date(now)})`.mapWith(
        keySecrets.expiresAt,
      ),
    })
    .from(keys)
    .innerJoin(keySecrets, and(eq(keySecrets.keyId, keys.id), isNull(keySecrets.expiresAt)))
    .where(where)
    .orderBy(desc(keys.createdAt), desc(keys.id))
    .limit(limit);
  const spending = await keySpending(
    db,
    rows.map(({ key }) => key.id),
  );
  return rows.map(({ key, prefix, previousExpiresAt }) => ({
    id: key.id,
    workspaceId: key.workspaceId,
    name: key.name,
    prefix,
    scopes: SCOPES.filter((scope) => key.scopes.includes(scope)),
    models: key.models,
    group: key.groupName,
    budget: key.budget,
    budgetDay: key.budgetDay,
    budgetMonth: key.budgetMonth,
    joinsIdentical: key.joinsIdentical,
    createdAt: key.createdAt.getTime(),
    expiresAt: key.expiresAt?.getTime() ?? null,
    revokedAt: key.revokedAt?.getTime() ?? null,
    lastUsedAt: key.lastUsedAt?.getTime() ?? null,
    previousExpiresAt: previousExpiresAt?.getTime() ?? null,
    ...(spending.get(key.id) ?? { held: 0n, spent: 0n }),
  }));
}

import { and, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { SCOPES } from '../../core/api/principal';
import type { KeyOfSecret, KeyPrincipal, KeyStore } from '../../core/ports/store/keys';
import type { Database } from '../base/database';
import { rememberKeys } from './known-keys';
import type { KnownKeys } from './known-keys';
import { keys, keySecrets, workspaces } from '../schema';

/** A key's last use is told to the minute. */
const USED_EVERY_MS = 60_000;

/** The first 64 bits of a secret's hash: two secrets of one key never have the same. */
const SECRET_ID = sql<string>`left(${keySecrets.hash}, 16)`;

export function keyStore(
  db: Database,
  { keyMemoMs }: { keyMemoMs: number },
): KeyStore & Pick<KnownKeys, 'forget'> {
  const ofHash = (hash: string, now: number) =>
    principalBy(db, { name: 'key_find', isMeant: eq(keySecrets.hash, hash) }, now);
  return {
    ...rememberKeys(ofHash, keyMemoMs),
    findById: (id, secretId, now) =>
      principalBy(
        db,
        { name: 'key_of_token', isMeant: and(eq(keys.id, id), eq(SECRET_ID, secretId)) },
        now,
      ),
    reading: (asked, now) => readingOf(db, asked, now),
    async existing(hashes) {
      const rows = await db
        .select({ hash: keySecrets.hash })
        .from(keySecrets)
        .where(inArray(keySecrets.hash, [...hashes]));
      return new Set(rows.map(({ hash }) => hash));
    },
    async markUsed(id, now) {
      const at = new Date(now);
      const before = new Date(now - USED_EVERY_MS);
      await db
        .update(keys)
        .set({ lastUsedAt: at })
        .where(and(eq(keys.id, id), or(isNull(keys.lastUsedAt), lte(keys.lastUsedAt, before))));
    },
  };
}

/** Finds the principal of a secret and a key that both live, in a workspace that is in use; undefined for any other. */
async function principalBy(
  db: Database,
  { name, isMeant }: { name: string; isMeant: SQL | undefined },
  now: number,
): Promise<KeyPrincipal | undefined> {
  const [row] = await db
    .select({
      keyId: keys.id,
      secretId: SECRET_ID,
      workspaceId: keys.workspaceId,
      scopes: keys.scopes,
      models: keys.models,
      joinsIdentical: keys.joinsIdentical,
      group: sql<string>`coalesce(${keys.groupName}, ${workspaces.groupName})`,
    })
    .from(keySecrets)
    .innerJoin(keys, eq(keys.id, keySecrets.keyId))
    .innerJoin(workspaces, eq(workspaces.id, keys.workspaceId))
    .where(and(isMeant, isLiving(now)))
    .limit(1)
    .prepare(name)
    .execute();
  return row && { ...row, scopes: SCOPES.filter((scope) => row.scopes.includes(scope)) };
}

/** The keys among these that live and may read, each with the secret that is named. */
async function readingOf(
  db: Database,
  asked: readonly KeyOfSecret[],
  now: number,
): Promise<KeyOfSecret[]> {
  if (asked.length === 0) return [];
  const ids = [...new Set(asked.map(({ keyId }) => keyId))];
  const rows = await db
    .select({ keyId: keys.id, secretId: SECRET_ID })
    .from(keySecrets)
    .innerJoin(keys, eq(keys.id, keySecrets.keyId))
    .innerJoin(workspaces, eq(workspaces.id, keys.workspaceId))
    .where(
      and(
        sql`${keys.id} = ANY(${sql.param(ids)}::uuid[])`,
        sql`'read' = ANY(${keys.scopes})`,
        isLiving(now),
      ),
    );
  return asked.filter((one) =>
    rows.some(({ keyId, secretId }) => keyId === one.keyId && secretId === one.secretId),
  );
}

/** A secret and its key that both live, in a workspace that is in use. */
function isLiving(now: number): SQL | undefined {
  const at = new Date(now);
  return and(
    or(isNull(keySecrets.expiresAt), gt(keySecrets.expiresAt, at)),
    isNull(keys.revokedAt),
    or(isNull(keys.expiresAt), gt(keys.expiresAt, at)),
    isNull(workspaces.disabledAt),
  );
}

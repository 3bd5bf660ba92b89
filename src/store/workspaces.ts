import { and, eq, gt, isNull, or } from 'drizzle-orm';
import { SCOPES } from '../core/dialect';
import type { Scope } from '../core/dialect';
import { isUuid, newId } from '../core/ids';
import type { InputStore, KeyStore, WorkspaceStore } from '../core/store';
import type { Database } from './database';
import { callbackSecretsOf } from './deliveries';
import { blobs, callbackSecrets, keys, ledger, workspaces } from './schema';
import type { Sealer } from './seal';

export function keyStore(db: Database): KeyStore {
  return {
    async find(hash, now) {
      const [row] = await db
        .select({
          keyId: keys.id,
          workspaceId: keys.workspaceId,
          scopes: keys.scopes,
          group: workspaces.groupName,
        })
        .from(keys)
        .innerJoin(workspaces, eq(workspaces.id, keys.workspaceId))
        .where(
          and(
            eq(keys.hash, hash),
            isNull(keys.revokedAt),
            or(isNull(keys.expiresAt), gt(keys.expiresAt, new Date(now))),
          ),
        );
      return row && { ...row, scopes: SCOPES.filter((scope) => row.scopes.includes(scope)) };
    },
  };
}

export function inputStore(db: Database): InputStore {
  return {
    async add(workspaceId, blob, now) {
      await db
        .insert(blobs)
        .values({ workspaceId, ...blob, createdAt: new Date(now) })
        .onConflictDoNothing();
    },
    async has(workspaceId, blobId) {
      const rows = await db
        .select({ id: blobs.id })
        .from(blobs)
        .where(and(eq(blobs.workspaceId, workspaceId), eq(blobs.id, blobId)));
      return rows.length > 0;
    },
  };
}

export function workspaceStore(db: Database): WorkspaceStore {
  return {
    async find(idOrName) {
      const column = isUuid(idOrName) ? workspaces.id : workspaces.name;
      const [row] = await db
        .select({ id: workspaces.id, group: workspaces.groupName })
        .from(workspaces)
        .where(eq(column, idOrName));
      return row;
    },
  };
}

export interface FirstWorkspace {
  name: string;
  keys: readonly { name: string; prefix: string; hash: string; scopes: readonly Scope[] }[];
  callbackSecret: string;
  /** Micro-points it starts with. */
  points: bigint;
  now: number;
}

/**
 * Makes the first workspace, its keys, callback secret and points, all at once or not at all; an existing one is left as it is.
 * Returns its id and the secrets that are in force.
 */
export async function ensureWorkspace(
  db: Database,
  sealer: Sealer,
  first: FirstWorkspace,
): Promise<{ id: string; callbackSecrets: string[] }> {
  const at = new Date(first.now);
  const id = await db.transaction(async (tx) => {
    const made = await tx
      .insert(workspaces)
      .values({ id: newId(), name: first.name, createdAt: at })
      .onConflictDoNothing({ target: workspaces.name })
      .returning({ id: workspaces.id });
    const workspaceId = made[0]?.id;
    if (workspaceId) {
      await tx.insert(callbackSecrets).values({
        id: newId(),
        workspaceId,
        sealed: sealer.seal(first.callbackSecret, workspaceId),
        createdAt: at,
      });
      await tx.insert(ledger).values({
        workspaceId,
        kind: 'top_up',
        available: first.points,
        held: 0n,
        spent: 0n,
        idempotencyKey: `start:${workspaceId}`,
        at,
      });
    }
    const [existing] = await tx
      .select({ id: workspaces.id })
      .from(workspaces)
      .where(eq(workspaces.name, first.name));
    if (!existing) throw new Error(`workspace ${first.name} vanished`);
    for (const key of first.keys) {
      await tx
        .insert(keys)
        .values({
          id: newId(),
          workspaceId: existing.id,
          ...key,
          scopes: [...key.scopes],
          createdAt: at,
        })
        .onConflictDoNothing({ target: keys.hash });
    }
    return existing.id;
  });
  return { id, callbackSecrets: await callbackSecretsOf(db, sealer, id) };
}

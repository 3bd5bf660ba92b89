import { and, eq, isNull } from 'drizzle-orm';
import type { Scope } from '../core/dialect';
import { isUuid, newId } from '../core/ids';
import type { InputStore, WorkspaceStore } from '../core/store';
import type { Database, Transaction } from './database';
import { callbackSecretsOf } from './deliveries';
import { blobs, callbackSecrets, keys, keySecrets, ledger, workspaces } from './schema';
import type { Sealer } from './seal';

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
        .where(and(eq(column, idOrName), isNull(workspaces.disabledAt)));
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
    // The lock makes starts at the same time look one after the other.
    const [existing] = await tx
      .select({ id: workspaces.id })
      .from(workspaces)
      .where(eq(workspaces.name, first.name))
      .for('no key update');
    if (!existing) throw new Error(`workspace ${first.name} vanished`);
    for (const key of first.keys) await ensureKey(tx, existing.id, key, at);
    return existing.id;
  });
  return { id, callbackSecrets: await callbackSecretsOf(db, sealer, id) };
}

/** A text that ever was a key's stays what it is: also one that was revoked or rotated away is not taken for a new one. */
async function ensureKey(
  tx: Transaction,
  workspaceId: string,
  { hash, prefix, name, scopes }: FirstWorkspace['keys'][number],
  at: Date,
): Promise<void> {
  const known = await tx
    .select({ hash: keySecrets.hash })
    .from(keySecrets)
    .where(eq(keySecrets.hash, hash));
  if (known.length > 0) return;
  const id = newId();
  await tx.insert(keys).values({ id, workspaceId, name, scopes: [...scopes], createdAt: at });
  await tx.insert(keySecrets).values({ hash, keyId: id, prefix, createdAt: at });
}

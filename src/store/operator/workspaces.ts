import { and, eq, isNull } from 'drizzle-orm';
import type { Scope } from '../../core/api/principal';
import { isUuid, newId } from '../../core/job/ids';
import { GIVEN_MAX } from '../../core/money/ledger';
import type { InputStore } from '../../core/ports/store/inputs';
import type { WorkspaceStore } from '../../core/ports/store/workspaces';
import type { Database, Transaction } from '../base/database';
import { callbackSecretsOf } from '../callbacks/deliveries';
import { blobs, callbackSecrets, keys, keySecrets, ledger, workspaces } from '../schema';
import type { Sealer } from '../base/seal';

export function inputStore(db: Database): InputStore {
  return {
    async add(workspaceId, blob, now) {
      await db
        .insert(blobs)
        .values({ workspaceId, ...blob, createdAt: new Date(now) })
        .onConflictDoUpdate({
          target: [blobs.workspaceId, blobs.id],
          set: { createdAt: new Date(now) },
        });
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

export interface WantedWorkspace {
  name: string;
  keys: readonly { name: string; prefix: string; hash: string; scopes: readonly Scope[] }[];
  callbackSecret: string;
  /** Micro-points that the workspace starts with. */
  points: bigint;
  now: number;
}

/**
 * Makes a workspace of that name, its keys, callback secret and points, all at once or not at all; an existing one is
 * left as it is. Returns its id and the secrets that are in force.
 */
export async function ensureWorkspace(
  db: Database,
  sealer: Sealer,
  wanted: WantedWorkspace,
): Promise<{ id: string; callbackSecrets: string[] }> {
  const id = await db.transaction(async (tx) => {
    const workspaceId = await ensureNamed(tx, sealer, wanted);
    await ensureKeys(tx, workspaceId, wanted);
    return workspaceId;
  });
  return { id, callbackSecrets: await callbackSecretsOf(db, sealer, id, wanted.now) };
}

/**
 * Makes the workspace with its callback secret and points, without keys, unless one of that name is there; returns its
 * id. The lock makes those who ask at once look one by one. Throws for more points than a workspace may be given.
 */
export async function ensureNamed(
  tx: Transaction,
  sealer: Sealer,
  { name, callbackSecret, points, now }: WantedWorkspace,
): Promise<string> {
  if (points > GIVEN_MAX) throw new Error(`${name} would begin with too many points`);
  const at = new Date(now);
  const made = await tx
    .insert(workspaces)
    .values({ id: newId(), name, createdAt: at })
    .onConflictDoNothing({ target: workspaces.name })
    .returning({ id: workspaces.id });
  const workspaceId = made[0]?.id;
  if (workspaceId) {
    const sealed = sealer.seal(callbackSecret, workspaceId);
    await tx.insert(callbackSecrets).values({ id: newId(), workspaceId, sealed, createdAt: at });
    await tx.insert(ledger).values({
      workspaceId,
      kind: 'top_up',
      available: points,
      held: 0n,
      spent: 0n,
      idempotencyKey: `start:${workspaceId}`,
      at,
    });
  }
  const [existing] = await tx
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.name, name))
    .for('no key update');
  if (!existing) throw new Error(`workspace ${name} vanished`);
  return existing.id;
}

/**
 * Adds the keys that are not known. A text that ever was a key's stays what it is: also one that was revoked or rotated
 * away is not taken for a new one.
 */
export async function ensureKeys(
  tx: Transaction,
  workspaceId: string,
  { keys: wanted, now }: WantedWorkspace,
): Promise<void> {
  const createdAt = new Date(now);
  for (const { hash, prefix, name, scopes } of wanted) {
    const known = await tx
      .select({ hash: keySecrets.hash })
      .from(keySecrets)
      .where(eq(keySecrets.hash, hash));
    if (known.length > 0) continue;
    const id = newId();
    await tx.insert(keys).values({ id, workspaceId, name, scopes: [...scopes], createdAt });
    await tx.insert(keySecrets).values({ hash, keyId: id, prefix, createdAt });
  }
}

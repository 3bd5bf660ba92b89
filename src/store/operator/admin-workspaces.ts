import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { AdminRows } from '../../core/ports/store/admin';
import type { Rotation, Workspace, WorkspaceChange } from '../../core/operator/admin';
import { newId } from '../../core/job/ids';
import type { Database, Transaction } from '../base/database';
import { lockWorkspace } from '../money/funds';
import { callbackSecrets, workspaces } from '../schema';
import { budgetColumns } from './admin-keys';
import type { Sealer } from '../base/seal';

type WorkspaceRows = Pick<
  AdminRows,
  'workspaces' | 'workspace' | 'addWorkspace' | 'replaceCallbackSecret'
>;

export function workspaceRows(db: Database | Transaction, sealer: Sealer): WorkspaceRows {
  return {
    async workspaces({ limit, after }) {
      const rows = await db
        .select()
        .from(workspaces)
        .where(
          after === undefined
            ? undefined
            : sql`(${workspaces.createdAt}, ${workspaces.id}) <
                  (SELECT c.created_at, c.id FROM workspaces c WHERE c.id = ${after})`,
        )
        .orderBy(desc(workspaces.createdAt), desc(workspaces.id))
        .limit(limit + 1);
      return { items: rows.slice(0, limit).map(toWorkspace), hasMore: rows.length > limit };
    },
    async workspace(id) {
      const [row] = await db.select().from(workspaces).where(eq(workspaces.id, id));
      return row && toWorkspace(row);
    },
    async addWorkspace({ id, name, group, callbackSecret, now }) {
      const createdAt = new Date(now);
      const [row] = await db
        .insert(workspaces)
        .values({ id, name, groupName: group, createdAt })
        .onConflictDoNothing({ target: workspaces.name })
        .returning();
      if (!row) return undefined;
      const sealed = sealer.seal(callbackSecret, id);
      await db.insert(callbackSecrets).values({ id: newId(), workspaceId: id, sealed, createdAt });
      return toWorkspace(row);
    },
    replaceCallbackSecret: (workspaceId, secret, rotation, now) =>
      replaceCallbackSecret(db, sealer.seal(secret, workspaceId), { workspaceId, rotation, now }),
  };
}

/** Replaces the callback secret. It runs in a transaction; the workspace's row lets one rotation through at a time. */
async function replaceCallbackSecret(
  tx: Database | Transaction,
  sealed: Buffer,
  { workspaceId, rotation, now }: { workspaceId: string; rotation: Rotation; now: number },
): Promise<{ previousExpiresAt: number | null } | 'rotating'> {
  const at = new Date(now);
  const mine = eq(callbackSecrets.workspaceId, workspaceId);
  await lockWorkspace(tx, workspaceId);
  const ending = await tx
    .select({ id: callbackSecrets.id })
    .from(callbackSecrets)
    .where(and(mine, gt(callbackSecrets.expiresAt, at)));
  if (ending.length > 0 && !rotation.force) return 'rotating';
  await tx
    .update(callbackSecrets)
    .set({ expiresAt: at })
    .where(and(mine, gt(callbackSecrets.expiresAt, at)));
  const previousExpiresAt = now + rotation.graceMs;
  const replaced = await tx
    .update(callbackSecrets)
    .set({ expiresAt: new Date(previousExpiresAt) })
    .where(and(mine, isNull(callbackSecrets.expiresAt)))
    .returning({ id: callbackSecrets.id });
  await tx.insert(callbackSecrets).values({ id: newId(), workspaceId, sealed, createdAt: at });
  return { previousExpiresAt: replaced.length > 0 ? previousExpiresAt : null };
}

export async function changeWorkspace(
  db: Database,
  id: string,
  { name, group, isDisabled, ...budgets }: WorkspaceChange,
  now: Date,
): Promise<Workspace | 'name_taken' | undefined> {
  try {
    const [row] = await db
      .update(workspaces)
      .set({
        // One field is always set, so that a change of nothing is a statement too.
        groupName: group ?? sql`${workspaces.groupName}`,
        ...(name === undefined ? {} : { name }),
        ...budgetColumns(budgets),
        ...(isDisabled === undefined
          ? {}
          : { disabledAt: isDisabled ? sql`coalesce(${workspaces.disabledAt}, ${now})` : null }),
      })
      .where(eq(workspaces.id, id))
      .returning();
    return row && toWorkspace(row);
  } catch (error) {
    if (isNameTaken(error)) return 'name_taken';
    throw error;
  }
}

/** Says whether the error is of a name that is taken; drizzle wraps the driver's error. */
function isNameTaken(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'constraint' in cause && cause.constraint === UNIQUE_NAME;
}

const UNIQUE_NAME = 'workspaces_name_key';

function toWorkspace(row: typeof workspaces.$inferSelect): Workspace {
  return {
    id: row.id,
    name: row.name,
    group: row.groupName,
    createdAt: row.createdAt.getTime(),
    disabledAt: row.disabledAt?.getTime(),
    budget: row.budget,
    budgetDay: row.budgetDay,
    budgetMonth: row.budgetMonth,
  };
}

import { eq } from 'drizzle-orm';
import type { Database, Transaction } from '../base/database';
import { callbackSecretsOf } from '../callbacks/deliveries';
import { callbackSecrets, installation } from '../schema';
import type { Sealer } from '../base/seal';
import { ensureKeys, ensureNamed } from './workspaces';
import type { WantedWorkspace } from './workspaces';

/** The one row of the installation; whoever decides by it holds it, so that starts at the same time go one by one. */
async function lockInstallation(tx: Transaction): Promise<typeof installation.$inferSelect> {
  const [row] = await tx.select().from(installation).for('update');
  if (!row) throw new Error('the installation has no row; the database was not migrated');
  return row;
}

/**
 * The first workspace, made by the first start and found by its id ever after, whatever it is called by then. An
 * existing one is left as it is, but keys that it never had are added. Its callback secrets are those that sign now,
 * the current one first.
 */
export async function ensureFirstWorkspace(
  db: Database,
  sealer: Sealer,
  wanted: WantedWorkspace,
): Promise<{ id: string; callbackSecrets: string[] }> {
  const id = await db.transaction(async (tx) => {
    const { firstWorkspaceId } = await lockInstallation(tx);
    const workspaceId = firstWorkspaceId ?? (await ensureNamed(tx, sealer, wanted));
    if (firstWorkspaceId === null) {
      await tx.update(installation).set({ firstWorkspaceId: workspaceId });
    }
    await ensureKeys(tx, workspaceId, wanted);
    return workspaceId;
  });
  return { id, callbackSecrets: await callbackSecretsOf(db, sealer, id, wanted.now) };
}

export async function isFirstWorkspace(db: Database, workspaceId: string): Promise<boolean> {
  const rows = await db
    .select({ id: installation.firstWorkspaceId })
    .from(installation)
    .where(eq(installation.firstWorkspaceId, workspaceId));
  return rows.length > 0;
}

const CANARY = 'reelay';
const CANARY_OWNER = 'installation';

/**
 * Is this the key that everything in this database is sealed under? Whoever asks first decides it, unless something
 * was sealed before there was a canary. While the key is changed, one of those that are read is enough.
 */
export function isOurSecretKey(db: Database, sealer: Sealer): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { sealedCanary } = await lockInstallation(tx);
    if (sealedCanary) return opens(sealer, sealedCanary, CANARY_OWNER);
    const [older] = await tx.select().from(callbackSecrets).limit(1);
    if (older && !opens(sealer, older.sealed, older.workspaceId)) return false;
    await tx.update(installation).set({ sealedCanary: sealer.seal(CANARY, CANARY_OWNER) });
    return true;
  });
}

/** Seals the installation's mark under the current key, where one of the others sealed it. */
export function resealCanary(db: Database, sealer: Sealer): Promise<void> {
  return db.transaction(async (tx) => {
    const { sealedCanary } = await lockInstallation(tx);
    if (sealedCanary && sealer.isCurrent(sealedCanary, CANARY_OWNER)) return;
    if (sealedCanary && !opens(sealer, sealedCanary, CANARY_OWNER)) return;
    await tx.update(installation).set({ sealedCanary: sealer.seal(CANARY, CANARY_OWNER) });
  });
}

function opens(sealer: Sealer, sealed: Uint8Array, owner: string): boolean {
  try {
    sealer.open(sealed, owner);
    return true;
  } catch {
    return false;
  }
}

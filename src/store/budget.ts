import { and, eq } from 'drizzle-orm';
import type { Transaction } from './database';
import { keySpending } from './ledger';
import { keys } from './schema';

/**
 * What is left of a key's budget: what its jobs hold and have spent is read from the ledger, as a balance is. Undefined
 * = no budget. To be asked under the workspace's lock, so that creates at the same time are counted one by one.
 */
export async function budgetLeft(
  tx: Pick<Transaction, 'select'>,
  workspaceId: string,
  keyId: string,
): Promise<bigint | undefined> {
  const [key] = await tx
    .select({ budget: keys.budget })
    .from(keys)
    .where(and(eq(keys.workspaceId, workspaceId), eq(keys.id, keyId)));
  if (key?.budget == null) return undefined;
  const used = (await keySpending(tx, [keyId])).get(keyId);
  const left = key.budget - (used ? used.held + used.spent : 0n);
  // One that was lowered below what is spent still lets free models through.
  return left > 0n ? left : 0n;
}

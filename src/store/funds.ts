import { and, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Principal } from '../core/api/principal';
import type { Shortage } from '../core/ports/store/jobs';
import type { Transaction } from './database';
import { sumAfter } from './ledger';
import { keys, ledger, ledgerCheckpoints, workspaces } from './schema';

type Owner = Pick<Principal, 'workspaceId' | 'keyId'>;

/**
 * Says what is missing for that price: points of the workspace, or the rest of the key's budget. Undefined = there is
 * enough, for this moment and for nobody else meanwhile.
 */
export async function shortOf(
  db: Pick<Transaction, 'select'>,
  owner: Owner,
  price: bigint,
): Promise<Shortage | undefined> {
  const [counted] = await countedOf(db, owner).prepare('funds_counted').execute();
  return counted && shortOver(db, owner, counted, price);
}

/**
 * Says the same under the workspace's lock, which lasts until the transaction ends: creates at the same time are counted
 * one by one, and never pass balance or budget together.
 */
export async function lockedShortOf(
  tx: Transaction,
  owner: Owner,
  price: bigint,
): Promise<Shortage | undefined> {
  const locking = countedOf(tx, owner).for('no key update', { of: workspaces });
  const [counted] = await locking.prepare('funds_locked').execute();
  if (!counted) throw new Error(`no workspace ${owner.workspaceId}`);
  return shortOver(tx, owner, counted, price);
}

const own = alias(ledgerCheckpoints, 'own');
const keysOwn = alias(ledgerCheckpoints, 'keys_own');

/** The budget of the key, and what checkpoints have counted of workspace and key; older ones only leave more to sum. */
const countedOf = (db: Pick<Transaction, 'select'>, { workspaceId, keyId }: Owner) =>
  db
    .select({ workspace: own, budget: keys.budget, key: keysOwn })
    .from(workspaces)
    .leftJoin(own, eq(own.ownerId, workspaces.id))
    .leftJoin(keys, and(eq(keys.workspaceId, workspaces.id), eq(keys.id, sql`${keyId}`)))
    .leftJoin(keysOwn, eq(keysOwn.ownerId, keys.id))
    .where(eq(workspaces.id, workspaceId));

type FundsRow = Awaited<ReturnType<typeof countedOf>>[number];

/** Sums what came after the checkpoints in statements of their own, which see all that was committed before a lock. */
async function shortOver(
  db: Pick<Transaction, 'select'>,
  { workspaceId, keyId }: Owner,
  { workspace, budget, key }: FundsRow,
  price: bigint,
): Promise<Shortage | undefined> {
  const isWorkspaces = eq(ledger.workspaceId, workspaceId);
  const { available } = await sumAfter(db, isWorkspaces, workspace ?? undefined);
  if (available < price) return { kind: 'insufficient', available };
  if (keyId === null || budget === null) return undefined;
  const { held, spent } = await sumAfter(db, eq(ledger.keyId, keyId), key ?? undefined);
  // A budget that was lowered below what is spent still lets free models through.
  const rest = budget - held - spent;
  const left = rest > 0n ? rest : 0n;
  return left < price ? { kind: 'over_budget', left } : undefined;
}

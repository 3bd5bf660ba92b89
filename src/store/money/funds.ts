import { and, eq } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Shortage } from '../../core/ports/store/jobs';
import type { Database, Transaction } from '../base/database';
import { sumOfKey, sumOfWorkspace } from './ledger';
import { keys, ledgerCheckpoints, workspaces } from '../schema';
import { statement } from '../base/statement';
import type { Places } from '../base/statement';

/** Owner of a balance, and the key whose budget counts too, if there is one. */
type Owner = { workspaceId: string; keyId: string | null };

/**
 * Says what is missing for that price: points of the workspace, or the rest of the key's budget. Undefined = there is
 * enough, for this moment and for nobody else meanwhile.
 */
export async function shortOf(
  db: Database | Transaction,
  owner: Owner,
  price: bigint,
): Promise<Shortage | undefined> {
  const [counted] = await COUNTED(db, owner);
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
  const [counted] = await COUNTED_LOCKED(tx, owner);
  if (!counted) throw new Error(`no workspace ${owner.workspaceId}`);
  return shortOver(tx, owner, counted, price);
}

/**
 * Returns the points that a workspace has available, under its lock, which lasts until the transaction ends. Whoever
 * holds a job's row takes this lock after it, never before.
 */
export async function lockedAvailable(tx: Transaction, workspaceId: string): Promise<bigint> {
  const [counted] = await COUNTED_LOCKED(tx, { workspaceId, keyId: null });
  if (!counted) throw new Error(`no workspace ${workspaceId}`);
  const { available } = await sumOfWorkspace(tx, workspaceId, counted.workspace ?? undefined);
  return available;
}

const own = alias(ledgerCheckpoints, 'own');
const keysOwn = alias(ledgerCheckpoints, 'keys_own');

/** The budget of the key, and what checkpoints have counted of workspace and key; older ones only leave more to sum. */
const countedOf = (db: Database, { at }: Places<Owner>) =>
  db
    .select({ workspace: own, budget: keys.budget, key: keysOwn })
    .from(workspaces)
    .leftJoin(own, eq(own.ownerId, workspaces.id))
    .leftJoin(keys, and(eq(keys.workspaceId, workspaces.id), eq(keys.id, at('keyId'))))
    .leftJoin(keysOwn, eq(keysOwn.ownerId, keys.id))
    .where(eq(workspaces.id, at('workspaceId')));

const COUNTED = statement<Owner>('funds_counted')(countedOf);
const COUNTED_LOCKED = statement<Owner>('funds_locked')((db, places) =>
  countedOf(db, places).for('no key update', { of: workspaces }),
);

type FundsRow = Awaited<ReturnType<typeof COUNTED>>[number];

/** Sums what came after the checkpoints in statements of their own, which see all that was committed before a lock. */
async function shortOver(
  db: Database | Transaction,
  { workspaceId, keyId }: Owner,
  { workspace, budget, key }: FundsRow,
  price: bigint,
): Promise<Shortage | undefined> {
  const { available } = await sumOfWorkspace(db, workspaceId, workspace ?? undefined);
  if (available < price) return { kind: 'insufficient', available };
  if (keyId === null || budget === null) return undefined;
  const { held, spent } = await sumOfKey(db, keyId, key ?? undefined);
  // A budget that was lowered below what is spent still lets free models through.
  const rest = budget - held - spent;
  const left = rest > 0n ? rest : 0n;
  return left < price ? { kind: 'over_budget', left } : undefined;
}

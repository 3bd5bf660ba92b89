import { and, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { overBudget } from '../../core/money/budgets';
import type { Budgets, BudgetUse } from '../../core/money/budgets';
import type { Balance } from '../../core/money/ledger';
import type { Shortage } from '../../core/ports/store/jobs';
import type { Database, Transaction } from '../base/database';
import { AFTER_OF_KEY, AFTER_OF_WORKSPACE, momentsOf, usedAfter } from './dated';
import type { Moments } from './dated';
import { sumOfKey, sumOfWorkspace } from './ledger';
import {
  keys,
  ledger,
  ledgerCheckpoints,
  ledgerDays,
  ledgerDaysCheckpoint,
  workspaces,
} from '../schema';
import { statement } from '../base/statement';
import type { Places } from '../base/statement';

/** Owner of a balance, and the key whose budgets count too, if there is one. */
type Owner = { workspaceId: string; keyId: string | null };

interface Wish {
  price: bigint;
  /** Unix milliseconds: budgets of a day or month are those of that moment. */
  now: number;
}

/**
 * Says what is missing for that price: points of the workspace, or the rest of a budget. Undefined = there is enough,
 * for this moment and for nobody else meanwhile.
 */
export async function shortOf(
  db: Database | Transaction,
  owner: Owner,
  wish: Wish,
): Promise<Shortage | undefined> {
  const [counted] = await COUNTED(db, { ...owner, ...momentsOf(wish.now) });
  return counted && shortOver(db, { owner, counted, wish });
}

/**
 * Says the same under the workspace's lock, which lasts until the transaction ends: creates at the same time are counted
 * one by one, and never pass balance or budget together.
 */
export async function lockedShortOf(
  tx: Transaction,
  owner: Owner,
  wish: Wish,
): Promise<Shortage | undefined> {
  const [counted] = await COUNTED_LOCKED(tx, { ...owner, ...momentsOf(wish.now) });
  if (!counted) throw new Error(`no workspace ${owner.workspaceId}`);
  return shortOver(tx, { owner, counted, wish });
}

/**
 * Returns the balance of a workspace, under its lock, which lasts until the transaction ends. Whoever
 * holds a job's row takes this lock after it, never before.
 */
export async function lockedBalance(
  tx: Database | Transaction,
  workspaceId: string,
): Promise<Balance> {
  const [counted] = await CHECKPOINT_LOCKED(tx, { workspaceId });
  if (!counted) throw new Error(`no workspace ${workspaceId}`);
  return sumOfWorkspace(tx, workspaceId, counted.workspace ?? undefined);
}

/** Takes the lock that creates take, until the transaction ends. */
export async function lockWorkspace(tx: Database | Transaction, id: string): Promise<void> {
  await tx
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(eq(workspaces.id, id))
    .for('no key update');
}

type Values = Owner & Moments;

const own = alias(ledgerCheckpoints, 'own');
const keysOwn = alias(ledgerCheckpoints, 'keys_own');

/**
 * The budgets, and what checkpoints have counted of workspace and key; older ones only leave more to sum. The days of an
 * owner are summed only where a budget asks for them.
 */
const countedOf = (db: Database, { at, as }: Places<Values>) => {
  const dateOf = (moment: keyof Values) =>
    sql`(${as(moment, ledger.at)}::timestamptz AT TIME ZONE 'UTC')::date`;
  const since = (owner: PgColumn, budget: PgColumn, first: 'day' | 'month') =>
    sql<string | null>`CASE WHEN ${budget} IS NOT NULL THEN (
      SELECT coalesce(sum(used), 0)::text FROM ${ledgerDays}
      WHERE owner_id = ${owner} AND day >= ${dateOf(first)} AND day < ${dateOf(`${first}End`)}) END`;
  return db
    .select({
      workspace: own,
      key: keysOwn,
      ofWorkspace: budgetsOf(workspaces),
      ofKey: budgetsOf(keys),
      workspaceDay: since(workspaces.id, workspaces.budgetDay, 'day'),
      workspaceMonth: since(workspaces.id, workspaces.budgetMonth, 'month'),
      keyDay: since(keys.id, keys.budgetDay, 'day'),
      keyMonth: since(keys.id, keys.budgetMonth, 'month'),
      daysUpTo: sql<string>`(SELECT up_to::text FROM ${ledgerDaysCheckpoint})`,
    })
    .from(workspaces)
    .leftJoin(own, eq(own.ownerId, workspaces.id))
    .leftJoin(keys, and(eq(keys.workspaceId, workspaces.id), eq(keys.id, at('keyId'))))
    .leftJoin(keysOwn, eq(keysOwn.ownerId, keys.id))
    .where(eq(workspaces.id, at('workspaceId')));
};

/** The id stands first: where a joined row begins with null, its whole object is taken for null. */
const budgetsOf = ({ id, budget, budgetDay, budgetMonth }: typeof keys | typeof workspaces) => ({
  id,
  budget,
  budgetDay,
  budgetMonth,
});

const COUNTED = statement<Values>('funds_counted')(countedOf);
const COUNTED_LOCKED = statement<Values>('funds_locked')((db, places) =>
  countedOf(db, places).for('no key update', { of: workspaces }),
);

const CHECKPOINT_LOCKED = statement<{ workspaceId: string }>('checkpoint_locked')((db, { at }) =>
  db
    .select({ workspace: own })
    .from(workspaces)
    .leftJoin(own, eq(own.ownerId, workspaces.id))
    .where(eq(workspaces.id, at('workspaceId')))
    .for('no key update', { of: workspaces }),
);

type FundsRow = Awaited<ReturnType<typeof COUNTED>>[number];

interface Counted {
  owner: Owner;
  counted: FundsRow;
  wish: Wish;
}

/** Sums what came after the checkpoints in statements of their own, which see all that was committed before a lock. */
async function shortOver(
  db: Database | Transaction,
  { owner: { workspaceId, keyId }, counted, wish }: Counted,
): Promise<Shortage | undefined> {
  const sums = await sumOfWorkspace(db, workspaceId, counted.workspace ?? undefined);
  if (sums.available < wish.price) return { kind: 'insufficient', available: sums.available };
  const values = momentsOf(wish.now);
  const upTo = BigInt(counted.daysUpTo);
  if (keyId !== null && counted.ofKey && isBound(counted.ofKey)) {
    const { budget } = counted.ofKey;
    const ever = budget === null ? NOTHING : await sumOfKey(db, keyId, counted.key ?? undefined);
    const after = await usedAfter(db, AFTER_OF_KEY, counted.ofKey, {
      ...{ ownerId: keyId, upTo },
      ...values,
    });
    const use = useOf(counted.ofKey, ever, {
      day: [counted.keyDay, after.day],
      month: [counted.keyMonth, after.month],
    });
    const short = overBudget('key', use, wish);
    if (short) return short;
  }
  if (!isBound(counted.ofWorkspace)) return undefined;
  const after = await usedAfter(db, AFTER_OF_WORKSPACE, counted.ofWorkspace, {
    ...{ ownerId: workspaceId, upTo },
    ...values,
  });
  const use = useOf(counted.ofWorkspace, sums, {
    day: [counted.workspaceDay, after.day],
    month: [counted.workspaceMonth, after.month],
  });
  return overBudget('workspace', use, wish);
}

const NOTHING = { held: 0n, spent: 0n };

const isBound = ({ budget, budgetDay, budgetMonth }: Budgets): boolean =>
  budget !== null || budgetDay !== null || budgetMonth !== null;

type Parts = readonly [covered: string | null, after: bigint];

function useOf(
  budgets: Budgets,
  { held, spent }: { held: bigint; spent: bigint },
  parts: Record<'day' | 'month', Parts>,
): BudgetUse {
  const total = ([covered, after]: Parts): bigint => BigInt(covered ?? 0) + after;
  return {
    budgets,
    used: { ever: held + spent, day: total(parts.day), month: total(parts.month) },
  };
}

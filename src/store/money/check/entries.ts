import { sql } from 'drizzle-orm';
import { totalOf } from '../../../core/money/ledger';
import type { Balance } from '../../../core/money/ledger';
import { FAULT_IDS_MAX } from '../../../core/money/ledger-check';
import type { FaultList } from '../../../core/money/ledger-check';
import type { Transaction } from '../../base/database';
import { ledger, ledgerCheckpoints } from '../../schema';
import { toBalance } from '../ledger';
import type { Stretch } from './stretches';

/** How each kind moves points: the condition is true of every entry. */
const SIGNS = sql`CASE kind
  WHEN 'hold' THEN available = -held AND held >= 0 AND spent = 0
  WHEN 'settle' THEN available + held + spent = 0 AND held <= 0 AND spent >= 0
  WHEN 'release' THEN available = -held AND held <= 0 AND spent = 0
  WHEN 'refund' THEN available = -spent AND available > 0 AND held = 0
  WHEN 'top_up' THEN available >= 0 AND held = 0 AND spent = 0
  WHEN 'adjust' THEN held = 0 AND spent = 0
  WHEN 'expire' THEN available <= 0 AND held = 0 AND spent = 0 END`;

export async function checkSigns(
  tx: Transaction,
  faults: FaultList,
  { from, upTo }: Stretch,
): Promise<void> {
  const { rows } = await tx.execute<{ count: number; ids: string[] | null }>(sql`
    SELECT count(*)::int AS count, (array_agg(id::text ORDER BY id))[1:${FAULT_IDS_MAX}::int] AS ids FROM ${ledger}
    WHERE id > ${from} AND id <= ${upTo} AND (${SIGNS}) IS NOT TRUE`);
  for (const { count, ids } of rows) faults.add('sign', ids ?? [], count);
}

/** What a workspace or a key has: of all entries, and of those that its checkpoint covers. */
interface Sums {
  all: Balance;
  covered: Balance;
  /** Points that came from or went to nowhere: top-ups, adjustments and expires. */
  given: bigint;
  isWorkspace: boolean;
}

/** Sums per owner, stretch by stretch, and compares them in the end with what the checkpoints say. */
export function createOwnerSums() {
  const owners = new Map<string, Sums>();
  const add = (
    ownerId: string,
    row: SumRow,
    is: { covered: boolean; workspace: boolean },
  ): void => {
    const sums = owners.get(ownerId) ?? {
      ...{ all: NOTHING, covered: NOTHING, given: 0n },
      isWorkspace: is.workspace,
    };
    sums.all = plus(sums.all, row);
    if (is.covered) sums.covered = plus(sums.covered, row);
    sums.given += BigInt(row.given);
    owners.set(ownerId, sums);
  };
  return {
    async add(tx: Transaction, { from, upTo }: Stretch): Promise<void> {
      const { rows } = await tx.execute<SumRow>(sql`
        SELECT l.workspace_id, l.key_id, coalesce(l.id <= w.up_to, false) AS in_workspace,
          coalesce(l.id <= k.up_to, false) AS in_key, sum(l.available)::text AS available, sum(l.held)::text AS held,
          sum(l.spent)::text AS spent,
          coalesce(sum(l.available) FILTER (WHERE l.kind IN ('top_up', 'adjust', 'expire')), 0)::text AS given
        FROM ${ledger} AS l LEFT JOIN ${ledgerCheckpoints} AS w ON w.owner_id = l.workspace_id
          LEFT JOIN ${ledgerCheckpoints} AS k ON k.owner_id = l.key_id
        WHERE l.id > ${from} AND l.id <= ${upTo} GROUP BY 1, 2, 3, 4`);
      for (const row of rows) {
        add(row.workspace_id, row, { covered: row.in_workspace, workspace: true });
        if (row.key_id) add(row.key_id, row, { covered: row.in_key, workspace: false });
      }
    },
    async compare(tx: Transaction, faults: FaultList): Promise<void> {
      for (const [id, { all, given, isWorkspace }] of owners) {
        if ((isWorkspace && all.available < 0n) || all.held < 0n) faults.add('negative', [id]);
        const together = all.available + all.held + all.spent;
        if (isWorkspace && together !== given) faults.add('conservation', [id]);
      }
      for (const { ownerId, available, held, spent } of await tx.select().from(ledgerCheckpoints)) {
        const sums = owners.get(ownerId)?.covered ?? NOTHING;
        const isEqual = sums.available === available && sums.held === held && sums.spent === spent;
        if (!isEqual) faults.add('checkpoint', [ownerId]);
      }
    },
  };
}

interface SumRow extends Record<string, unknown> {
  workspace_id: string;
  key_id: string | null;
  in_workspace: boolean;
  in_key: boolean;
  available: string;
  held: string;
  spent: string;
  given: string;
}

const NOTHING = totalOf([]);

const plus = (sum: Balance, row: SumRow): Balance => totalOf([sum, toBalance(row)]);

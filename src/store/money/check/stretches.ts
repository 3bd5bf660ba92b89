import { sql } from 'drizzle-orm';
import type { Transaction } from '../../base/database';
import { ledger } from '../../schema';

/** Entries after one, up to and with another. */
export interface Stretch {
  from: string;
  upTo: string;
  count: number;
}

/** Goes through the whole ledger, `limit` entries at a time, in the order of their ids. */
export async function* stretches(
  tx: Transaction,
  { limit, goOn }: { limit: number; goOn: () => void },
): AsyncGenerator<Stretch> {
  for (let from: string | null = '0'; from !== null;) {
    goOn();
    const next: Next = await nextAfter(tx, from, limit);
    if (next.upTo !== null) yield { from, upTo: next.upTo, count: next.count };
    from = next.upTo;
  }
}

/** The last of the next entries; null where there is none. */
type Next = { upTo: string | null; count: number };

async function nextAfter(tx: Transaction, from: string, limit: number): Promise<Next> {
  const { rows } = await tx.execute<Next>(sql`
    SELECT max(id)::text AS "upTo", count(*)::int AS count FROM (
      SELECT id FROM ${ledger} WHERE id > ${from} ORDER BY id LIMIT ${limit}) AS next`);
  return rows[0] ?? { upTo: null, count: 0 };
}

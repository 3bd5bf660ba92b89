import { sql } from 'drizzle-orm';
import type { FaultList } from '../../../core/money/ledger-check';
import type { Transaction } from '../../base/database';
import { ledger, usage, usageCheckpoint, usageDays } from '../../schema';
import { DAY_OF, SECONDS } from '../usage-sums';
import type { Stretch } from './stretches';

/** Requests, tokens, charge, and seconds as a whole number of tiny parts. */
type Sums = readonly [requests: bigint, tokens: bigint, charged: bigint, seconds: bigint];

interface DayRow extends Record<string, unknown> {
  /** Workspace, day, model and key, such as `<uuid> 2026-11-21 clip <uuid>`. */
  name: string;
  requests: string;
  tokens: string;
  charged: string;
  seconds: string;
}

/** The text of a float has at most 17 digits, so that nothing is cut off of what a video can take. */
const PARTS = sql`1e30::numeric`;

/** Sums usage per day, stretch by stretch, and compares it in the end with `usage_days`. */
export function createDaySums() {
  const days = new Map<string, Sums>();
  return {
    async add(tx: Transaction, { from, upTo }: Stretch): Promise<void> {
      const { rows } = await tx.execute<DayRow>(sql`
        SELECT concat_ws(' ', ${usage.workspaceId}, ${DAY_OF}, ${usage.model}, ${usage.keyId}) AS name,
          count(*)::text AS requests, sum(${usage.tokens})::text AS tokens, sum(${usage.charged})::text AS charged,
          trunc(sum(${SECONDS}) * ${PARTS})::text AS seconds
        FROM ${ledger} JOIN ${usage} ON ${usage.jobId} = ${ledger.jobId}
        WHERE ${ledger.id} > ${from} AND ${ledger.id} <= least(${upTo}::bigint, (SELECT up_to FROM ${usageCheckpoint}))
          AND ${ledger.kind} IN ('settle', 'release')
        GROUP BY 1`);
      for (const row of rows) days.set(row.name, plus(days.get(row.name), sumsOf(row)));
    },
    async compare(tx: Transaction, faults: FaultList): Promise<void> {
      const { rows } = await tx.execute<DayRow>(sql`
        SELECT concat_ws(' ', workspace_id, day, model, key_id) AS name, requests::text, tokens::text, charged::text,
          trunc(seconds * ${PARTS})::text AS seconds
        FROM ${usageDays}`);
      for (const row of rows) {
        const summed = days.get(row.name);
        days.delete(row.name);
        const said = sumsOf(row);
        if (!summed?.every((sum, index) => sum === said[index]))
          faults.add('usage_day', [row.name]);
      }
      for (const name of days.keys()) faults.add('usage_day', [name]);
    },
  };
}

const sumsOf = ({ requests, tokens, charged, seconds }: DayRow): Sums => [
  ...([BigInt(requests), BigInt(tokens), BigInt(charged)] as const),
  BigInt(seconds),
];

const plus = (sums: Sums | undefined, more: Sums): Sums =>
  sums ? [sums[0] + more[0], sums[1] + more[1], sums[2] + more[2], sums[3] + more[3]] : more;

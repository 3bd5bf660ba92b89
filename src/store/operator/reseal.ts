import { and, eq, gt, isNotNull, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../base/database';
import type { Sealer } from '../base/seal';
import { callbackSecrets, idempotency } from '../schema';
import { resealCanary } from './installation';

/** What one walk over everything sealed found. */
export interface ResealResult {
  /** Rows that an older key had sealed, and the current one has now. */
  resealed: number;
  /** Rows that open under no key of this process; they stay as they are. */
  unreadable: number;
}

/** Sealed rows of one table: read a page at a time, and written only while they are what was read. */
interface SealedTable {
  page(after: SealedRow | undefined): Promise<SealedRow[]>;
  /** Returns false where another wrote the row meanwhile: it is sealed anew then, or gone. */
  write(row: SealedRow, sealed: Buffer): Promise<boolean>;
}

interface SealedRow {
  workspaceId: string;
  /** Names the row within its table. */
  place: readonly string[];
  sealed: Buffer;
}

/**
 * Seals every row under the current key that an older one sealed, some rows at a time and without holding any, and the
 * installation's own mark last: a process that has the new key alone starts only once that is done. It may be cut at any
 * moment and run again, also while jobs run.
 */
export async function resealAll(
  db: Database,
  sealer: Sealer,
  rowsMax: number,
): Promise<ResealResult> {
  const result: ResealResult = { resealed: 0, unreadable: 0 };
  for (const table of [secretsTable(db, rowsMax), answersTable(db, rowsMax)]) {
    await resealTable(table, sealer, result);
  }
  if (result.unreadable === 0) await resealCanary(db, sealer);
  return result;
}

/** Does a callback secret that still signs open under no key of this process? */
export async function hasForeignSecrets(
  db: Database,
  sealer: Sealer,
  { rowsMax, now }: { rowsMax: number; now: number },
): Promise<boolean> {
  const table = secretsTable(db, rowsMax, now);
  for (let rows = await table.page(undefined); rows.length > 0;) {
    if (rows.some((row) => open(sealer, row) === undefined)) return true;
    rows = await table.page(rows.at(-1));
  }
  return false;
}

async function resealTable(
  table: SealedTable,
  sealer: Sealer,
  result: ResealResult,
): Promise<void> {
  for (let rows = await table.page(undefined); rows.length > 0;) {
    for (const row of rows) {
      if (sealer.isCurrent(row.sealed, row.workspaceId)) continue;
      const text = open(sealer, row);
      if (text === undefined) result.unreadable += 1;
      else if (await table.write(row, sealer.seal(text, row.workspaceId))) result.resealed += 1;
    }
    rows = await table.page(rows.at(-1));
  }
}

function open(sealer: Sealer, { sealed, workspaceId }: SealedRow): string | undefined {
  try {
    return sealer.open(sealed, workspaceId);
  } catch {
    return undefined;
  }
}

/** Callback secrets; with a time only those that sign then. */
function secretsTable(db: Database, rowsMax: number, now?: number): SealedTable {
  const { id, workspaceId, sealed, expiresAt } = callbackSecrets;
  const signing =
    now === undefined ? undefined : or(isNull(expiresAt), gt(expiresAt, new Date(now)));
  return {
    async page(after) {
      const [last] = after?.place ?? [];
      const rows = await db
        .select({ id, workspaceId, sealed })
        .from(callbackSecrets)
        .where(and(signing, last === undefined ? undefined : gt(id, last)))
        .orderBy(id)
        .limit(rowsMax);
      return rows.map((row) => ({ ...row, place: [row.id] }));
    },
    async write({ place: [name = ''], sealed: before }, after) {
      const { rowCount } = await db
        .update(callbackSecrets)
        .set({ sealed: after })
        .where(and(eq(id, name), eq(sealed, before)));
      return rowCount === 1;
    },
  };
}

/** Answers of the admin API that showed a secret, kept for repeats of their request. */
function answersTable(db: Database, rowsMax: number): SealedTable {
  const { workspaceId, route, key, sealed } = idempotency;
  return {
    async page(after) {
      const [lastRoute = '', lastKey = ''] = after?.place ?? [];
      const last = after
        ? sql`(${workspaceId}, ${route}, ${key}) > (${after.workspaceId}::uuid, ${lastRoute}, ${lastKey})`
        : undefined;
      const rows = await db
        .select({ workspaceId, route, key, sealed })
        .from(idempotency)
        .where(and(isNotNull(sealed), last))
        .orderBy(workspaceId, route, key)
        .limit(rowsMax);
      return rows.flatMap(({ sealed: bytes, ...row }) =>
        bytes ? [{ workspaceId: row.workspaceId, place: [row.route, row.key], sealed: bytes }] : [],
      );
    },
    async write(
      { workspaceId: owner, place: [itsRoute = '', itsKey = ''], sealed: before },
      after,
    ) {
      const { rowCount } = await db
        .update(idempotency)
        .set({ sealed: after })
        .where(
          and(eq(workspaceId, owner), eq(route, itsRoute), eq(key, itsKey), eq(sealed, before)),
        );
      return rowCount === 1;
    },
  };
}

import { getTableColumns, is, sql, SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { TABLES } from '../schema';

type AnyTable = (typeof TABLES)[keyof typeof TABLES];

/** Values of a table's columns by their names in the schema, such as `{ jobId, at }`. */
type Values<Table extends AnyTable> = {
  [Name in keyof Table['$inferInsert']]?: Table['$inferInsert'][Name] | SQL;
};

/**
 * Makes `INSERT INTO table (...) SELECT ... FROM source`: a row is inserted for each row of `source`, and none where it
 * is empty. A value is a constant, or SQL over the source such as `sql`${job.id}``; columns without one get their default.
 */
export function insertFrom<Table extends AnyTable>(
  table: Table,
  values: Values<Table>,
  source: SQL,
): SQL {
  const columns: Record<string, PgColumn> = getTableColumns(table);
  const given = Object.entries(values).flatMap(([name, value]) => {
    const column = columns[name];
    return column && value !== undefined ? [{ column, value }] : [];
  });
  const names = columnsOf(given.map(({ column }) => column));
  const selected = given.map(({ column, value }) =>
    is(value, SQL) ? value : sql`${value === null ? null : sql.param(value, column)}`,
  );
  return sql`INSERT INTO ${table} (${names}) SELECT ${sql.join(selected, sql`, `)} FROM ${source}`;
}

/** Lists columns by their bare names, such as `"id", "job_id"` for RETURNING. */
export const columnsOf = (columns: readonly PgColumn[]): SQL =>
  sql.join(
    columns.map(({ name }) => sql.identifier(name)),
    sql`, `,
  );

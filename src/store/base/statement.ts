import { sql } from 'drizzle-orm';
import type { DriverValueEncoder, Placeholder, SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { builderOf } from './connection';
import type { Database, Transaction } from './connection';

/**
 * Statements that run for each job have their text built once for each connection that runs them, by name: to build one
 * takes longer than to run it. Their values are given by name at each run, so nothing of one run can stay in the text.
 */

/** The values of one run by their names, such as `{ id, at }`; each is a place in the text. */
export interface Places<Values> {
  /** The place of a value as PostgreSQL takes it: a text, a number, an array. */
  at(name: keyof Values & string): Placeholder;
  /** The place of a value that goes into a column, or is compared with one, and is written as the column writes it. */
  as(name: keyof Values & string, column: PgColumn): SQL;
}

/** What a query builder of drizzle makes. */
interface Buildable<Row> {
  prepare(name: string): { execute(values?: Record<string, unknown>): Promise<Row[]> };
}

/**
 * Makes a statement that runs on a database or in a transaction and returns its rows. `build` is called once for each
 * connection, and sees no value. PostgreSQL plans a named statement once for each connection; one whose best plan
 * depends on its values has no name (`null`).
 */
export function statement<Values extends object>(name: string | null) {
  return <Row>(
    build: (db: Database, places: Places<Values>) => Buildable<Row>,
  ): ((db: Database | Transaction, values: Values) => Promise<Row[]>) => {
    const built = new WeakMap<object, ReturnType<Buildable<Row>['prepare']>>();
    return (db, values) => {
      const home = builderOf(db);
      let prepared = built.get(home);
      if (!prepared) {
        prepared = build(home, PLACES as Places<Values>).prepare(name ?? '');
        built.set(home, prepared);
      }
      return prepared.execute({ ...values } as Record<string, unknown>);
    };
  };
}

const PLACES: Places<Record<string, unknown>> = {
  at: (name) => sql.placeholder(name),
  as: (name, column) => sql`${sql.param(sql.placeholder(name), encoderOf(column))}`,
};

/** A column's own way of writing, which knows no null. */
const encoderOf = (column: PgColumn): DriverValueEncoder<unknown, unknown> => ({
  mapToDriverValue: (value) => (value === null ? null : column.mapToDriverValue(value)),
});

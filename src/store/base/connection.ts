import type { NodePgDatabase } from 'drizzle-orm/node-postgres';

/** A query builder over a pool, or over one of its connections. */
export type Database = NodePgDatabase;
/** Inside `db.transaction`; the same query builder. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

const connections = new WeakMap<object, Database>();

/** Notes on which connection's query builder a transaction runs; what is built there runs in the transaction. */
export function runsOn(transaction: Transaction, connection: Database): void {
  connections.set(transaction, connection);
}

/** Returns the query builder that outlives the transaction; a database is its own. */
export function builderOf(db: Database | Transaction): Database {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- whatever was noted nowhere runs on itself
  return connections.get(db) ?? db;
}

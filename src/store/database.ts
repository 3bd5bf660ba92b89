import { drizzle } from 'drizzle-orm/node-postgres';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';

/** Connections and transactions; the only place that opens a pool. */
export type Database = NodePgDatabase;
/** Inside `db.transaction`; the same query builder. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export interface OpenDatabase {
  db: Database;
  pool: Pool;
  close(): Promise<void>;
}

/** `onError` hears of idle connections that broke; queries on them fail by themselves. */
export function openDatabase(
  url: string,
  options: { connectionsMax: number; onError: (error: Error) => void },
): OpenDatabase {
  const pool = new Pool({
    connectionString: url,
    max: options.connectionsMax,
    application_name: 'reelay',
    connectionTimeoutMillis: 5_000,
    // A statement that hangs must not hold a slot for ever; nothing here takes long.
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
  });
  pool.on('error', options.onError);
  return { db: drizzle(pool), pool, close: () => pool.end() };
}

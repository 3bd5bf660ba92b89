import { drizzle } from 'drizzle-orm/node-postgres';
import { DatabaseError, Pool } from 'pg';
import type { PoolClient } from 'pg';
import { CommitInDoubt } from '../../core/errors';
import { runsOn } from './connection';
import type { Database, Transaction } from './connection';

/** Connections and transactions; the only place that opens a pool. */
export type { Database, Transaction } from './connection';

export interface OpenDatabase {
  db: Database;
  pool: Pool;
  close(): Promise<void>;
}

/** A statement that hangs must not hold a slot for ever; nothing here takes long. Counted by the server. */
const STATEMENT_MS = 30_000;
/** Counted by us, for a server that froze or vanished without a word; later than the server's own limit. */
const ANSWER_MS = 35_000;
/**
 * A connection that nobody used for so long is closed. To open one costs a login and the text of each statement, so a
 * pool that shrinks within seconds makes the next burst wait for twenty of them.
 */
const UNUSED_MS = 300_000;

export interface DatabaseOptions {
  connectionsMax: number;
  onError: (error: Error) => void;
  /**
   * Whether the hottest statements go by a name, so that a connection parses and plans each of them once. A pooler in
   * transaction mode hands a connection from one client to the next and may not know the names.
   */
  isNaming?: boolean;
}

/** `onError` hears of connections that broke; queries on them fail by themselves, and the pool opens others. */
export function openDatabase(url: string, options: DatabaseOptions): OpenDatabase {
  const pool = new Pool({
    connectionString: url,
    max: options.connectionsMax,
    application_name: 'reelay',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: UNUSED_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    keepAlive: true,
  });
  pool.on('error', options.onError);
  // A connection in use has no other listener, and an error without one would end the process.
  pool.on('connect', (client) => client.on('error', options.onError));
  if (options.isNaming === false) pool.on('connect', takeNames);
  const db = drizzle(pool);
  db.transaction = (run, config) => transaction(pool, run, config);
  return { db, pool, close: () => pool.end() };
}

/** Sends each statement of a connection without its name. */
function takeNames(client: PoolClient): void {
  const query = client.query.bind(client) as (first: unknown, ...rest: unknown[]) => unknown;
  const unnamed = (first: unknown, ...rest: unknown[]): unknown =>
    query(isNamed(first) ? { ...first, name: undefined } : first, ...rest);
  client.query = unnamed as typeof client.query;
}

const isNamed = (asked: unknown): asked is { name: string } =>
  typeof asked === 'object' && asked !== null && 'name' in asked && 'text' in asked;

/**
 * Drizzle's own never gives a connection back whose BEGIN failed, so that a server that went away would use the pool
 * up. Here every connection comes back. It is used again when COMMIT or ROLLBACK was answered, and closed when nobody
 * knows what state it is in: a refusal thrown out of a transaction is daily business and costs no connection.
 */
async function transaction<Result>(
  pool: Pool,
  run: (tx: Transaction) => Promise<Result>,
  config: Parameters<Database['transaction']>[1],
): Promise<Result> {
  const client = await pool.connect();
  let isClean = false;
  let mayBeCommitted = false;
  let thrown: { error: unknown } | undefined;
  try {
    const connection = connectionOf(client);
    const result = await connection.transaction(async (tx) => {
      runsOn(tx, connection);
      try {
        const done = await run(tx);
        mayBeCommitted = true;
        return done;
      } catch (error) {
        thrown = { error };
        throw error;
      }
    }, config);
    isClean = true;
    return result;
  } catch (error) {
    // A ROLLBACK that fails throws its own error instead of what `run` threw.
    isClean = thrown?.error === error;
    throw mayBeCommitted && !isServersWord(error) ? new CommitInDoubt(error) : error;
  } finally {
    client.release(!isClean);
  }
}

/** The query builder of each connection of a pool, which lives as long as the connection does. */
const connections = new WeakMap<PoolClient, Database>();

function connectionOf(client: PoolClient): Database {
  const known = connections.get(client) ?? drizzle(client);
  connections.set(client, known);
  return known;
}

/** An error that the server told of the COMMIT itself: then the transaction is certainly rolled back. */
function isServersWord(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  // FATAL speaks of the connection, and may come in place of the answer to a COMMIT that went through.
  return cause instanceof DatabaseError && cause.severity === 'ERROR';
}

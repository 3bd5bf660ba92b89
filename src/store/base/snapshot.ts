import type { Database, Transaction } from './database';

/** Reads in a transaction that sees ONE snapshot and writes nothing. */
export const inSnapshot = <T>(
  db: Pick<Database, 'transaction'>,
  read: (tx: Transaction) => Promise<T>,
): Promise<T> =>
  db.transaction(read, { isolationLevel: 'repeatable read', accessMode: 'read only' });

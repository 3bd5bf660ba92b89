import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';
import { storableJson } from '../../core/text';

/** The kinds of columns that the tables share. */

export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
/** Takes any JSON, also with characters that Postgres would refuse. The driver parses what it reads. */
export const jsonb = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'jsonb',
  toDriver: storableJson,
});
/** Takes what `jsonb` takes, and keeps the order of fields. */
export const json = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'json',
  toDriver: storableJson,
});
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
export const money = (name: string) => bigint(name, { mode: 'bigint' });
/** A transaction's number, as text: `7421`. */
export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

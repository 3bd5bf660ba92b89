import * as health from './health';
import * as jobs from './jobs';
import * as money from './money';
import * as owners from './owners';
import * as rates from './rates';
import * as results from './results';
import * as slots from './slots';

/** The tables as types. Constraints and indexes live in the SQL migrations; a test holds the two together. */

export * from './owners';
export * from './jobs';
export * from './money';
export * from './rates';
export * from './results';
export * from './slots';
export * from './health';

/** Every table, for the test that compares these types with the migrated database. */
export const TABLES = {
  ...owners,
  ...jobs,
  ...money,
  ...rates,
  ...results,
  ...slots,
  ...health,
} as const;

/**
 * A place in the order of events, such as `7421-019b7a3c00007000800000000000abcd`: the number of the transaction that
 * wrote a row, and the row's id in hex, which begins with the milliseconds at which it was made.
 */
export type Place = string;

/** The place before every row. */
export const FIRST_PLACE: Place = '0-0';

/** Compares two places: by the number of the transaction, then by the row's id. */
export function comparePlaces(one: Place, other: Place): number {
  const [transaction = '', row = ''] = one.split('-');
  const [otherTransaction = '', otherRow = ''] = other.split('-');
  const difference = BigInt(transaction) - BigInt(otherTransaction);
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return row === otherRow ? 0 : row < otherRow ? -1 : 1;
}

/**
 * Returns the place behind every row of the transactions below that number and before all of the others, for a reader who
 * has been told so much at that time (Unix milliseconds). No row has such an id: it begins with zeros.
 */
export const placeBefore = (transaction: bigint, at: number): Place =>
  `${String(transaction)}-${at.toString(16).padStart(ROW_LENGTH, '0')}`;

/**
 * Returns what two places have in common between which no row can stand: `7421-` of `7421-0…019b7a3c0000`, which is before
 * all rows of its transaction whenever it was made, and the whole place of a row.
 */
export const positionOf = (place: Place): string => place.replace(/^(\d+-)0{12}[0-9a-f]*$/, '$1');

/** Returns the Unix milliseconds that a place was made at; undefined for the first one. */
export function timeOf(place: Place): number | undefined {
  const row = rowOf(place);
  const begins = Number.parseInt(row.slice(0, 12), 16);
  return (begins === 0 ? Number.parseInt(row.slice(-12), 16) : begins) || undefined;
}

/** Returns the number of the transaction of a place. */
export const transactionOf = (place: Place): bigint => BigInt(place.split('-', 1)[0] ?? '0');

/** Returns the row's id of a place, 32 digits of hex. */
export const rowOf = (place: Place): string => (place.split('-')[1] ?? '').padEnd(ROW_LENGTH, '0');

const ROW_LENGTH = 32;

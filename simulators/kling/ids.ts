import { createHash } from 'node:crypto';

/** How Kling's ids are made here, and how long they are known. */

/** Records live as long as their files. */
export const KEPT_MS = 30 * 86_400_000;

/** Derives Kling's id from the client's own, so that either of the two finds the task. */
export const taskIdOf = (account: string, externalId: string): string =>
  digitsOf(`${account}\n${externalId}`);

const DIGITS = 18;

/** Gives an id of 18 digits for a text, the same for the same one. */
export function digitsOf(text: string): string {
  const number = createHash('sha256').update(text).digest().readBigUInt64BE(0);
  return `8${(number % 10n ** BigInt(DIGITS - 1)).toString().padStart(DIGITS - 1, '0')}`;
}

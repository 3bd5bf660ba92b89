import { z } from 'zod';

/**
 * Makes the schema of an object of exactly these fields, for the operator's own files: each unknown one is told, on a
 * line of its own, with the field that was most likely meant and with all that there are.
 */
export const fields = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => {
      const known = Object.keys(shape);
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => unknownField(key, known)).join('\n');
      }
      if (issue.code !== 'invalid_type') return undefined;
      const more = known.length > FIELDS_SHOWN_MAX ? ', ...' : '';
      const form = `an object {${known.slice(0, FIELDS_SHOWN_MAX).join(', ')}${more}}`;
      return issue.input === undefined ? `is required: ${form}` : `must be ${form}`;
    },
  });

const FIELDS_SHOWN_MAX = 5;

/** Says of an unknown field `is not a known field; did you mean "baseUrl"? (known: provider, baseUrl)`. */
export function unknownField(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const guess = near === undefined ? '' : `; did you mean "${near}"?`;
  const all = known.length > SHOWN_OF_FILE_MAX ? nearestFirst(name, known) : known.join(', ');
  return `is not a known field${guess} (known: ${all})`;
}

/** Says for a well-known name what its writer means here; undefined where that is not plain. */
export type FieldMeaning = (name: string) => string | undefined;

/** Tells a caller, who has no file to look at, which fields are known, the nearest first. */
export function unknownInRequest(
  name: string,
  known: readonly string[],
  meant?: FieldMeaning,
): string {
  if (known.length === 0) return 'is not a known field; there are none here';
  const near = nearest(name, known);
  const use = meant?.(name) ?? (near === undefined ? undefined : `did you mean "${near}"?`);
  const said = use === undefined ? '' : `; ${use}`;
  return `is not a known field${said} (known: ${nearestFirst(name, known)})`;
}

/**
 * Tells a caller of each unknown field on a line of its own, in their order. The first line says what is known; to compare
 * each of ten thousand names with all of ours would be our time.
 */
export const unknownEach = (
  [first = '', ...others]: readonly string[],
  known: readonly string[],
  meant?: FieldMeaning,
): string =>
  [unknownInRequest(first, known, meant), ...others.map(() => 'is not a known field')].join('\n');

/** Lists the nearest names, and says how many more there are. */
function nearestFirst(name: string, known: readonly string[]): string {
  const away = new Map(known.map((other) => [other, distance(plain(name), plain(other))]));
  const sorted = known.toSorted((one, other) => (away.get(one) ?? 0) - (away.get(other) ?? 0));
  const more = sorted.length - SHOWN_MAX;
  return `${sorted.slice(0, SHOWN_MAX).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

/** A name's length bounds what comparing costs; none of ours is longer. */
const NAME_LENGTH_MAX = 60;
const plain = (text: string): string =>
  text.slice(0, NAME_LENGTH_MAX).toLowerCase().replaceAll(/[-_ ]/g, '');

/** Dozens of names in one sentence help nobody; who writes a file reads more than who reads an answer. */
const SHOWN_MAX = 12;
const SHOWN_OF_FILE_MAX = 20;

/** Returns the name that this one is a slip of the pen away from; undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((other) => ({ other, away: distance(plain(name), plain(other)) }));
  const [best] = distances.toSorted((one, another) => one.away - another.away);
  return best && best.away <= Math.max(1, Math.floor(name.length / 4)) ? best.other : undefined;
}

/** Letters to change, add or take out (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [above, letter] of Array.from(from).entries()) {
    const next = [above + 1];
    for (const [left, other] of Array.from(to).entries()) {
      const change = (row[left] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[left + 1] ?? 0) + 1, (next[left] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

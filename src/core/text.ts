/**
 * PostgreSQL's text and jsonb hold neither NUL nor half of a surrogate pair, and JSON allows both. Callers are told
 * (P8 "said, not dropped"); what a provider wrote is mended instead, because a reply that could not be stored would be
 * read for ever.
 */

/** One escape of a JSON text at a time, so that an escaped backslash is never taken for the start of another one. */
const ESCAPES = /\\(?:u[0-9a-f]{4}|.)/gi;
const UNSTORABLE = /^\\u(?:0000|d[89a-f][0-9a-f]{2})$/i;
const REPLACEMENT = '\ufffd';

/** Writes a value as JSON, like `JSON.stringify`, with U+FFFD for every character that cannot be stored. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(ESCAPES, (escape) =>
    UNSTORABLE.test(escape) ? REPLACEMENT : escape,
  );
}

/** Returns the same text with U+FFFD for what cannot be stored. */
export function storableText(text: string): string {
  // Sound because the text of a text is one.
  return JSON.parse(storableJson(text)) as string;
}

/** What a caller is told of a text that is not. */
export const NOT_STORABLE = 'has a character that is not text (NUL, or half of a surrogate pair)';

/** Says whether every text in a value, keys too, would come back from the database as it is. Absent values would. */
export function isStorable(value: unknown): boolean {
  return value === undefined || storableJson(value) === JSON.stringify(value);
}

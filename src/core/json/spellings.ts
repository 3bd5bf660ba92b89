import type { z } from 'zod';

/**
 * What a schema takes beside what zod can tell of it: `z.preprocess` and `transform` are code, of which a JSON Schema knows
 * nothing. The OpenAPI document reads it here, so that it refuses nothing that a route takes.
 */

/** Part of a JSON Schema (2020-12). */
export type JsonForm = Readonly<Record<string, unknown>>;

export interface Spellings {
  /** Other forms of the same value: a number may be text. */
  also?: readonly JsonForm[];
  /** The forms in all, of a schema whose own type says nothing. */
  is?: readonly z.ZodType[];
  /** Values of a field that count as if it were absent, by its name; `null` in most APIs. */
  absent?: (name: string) => readonly (null | string | number)[];
}

const noted = new WeakMap<z.core.$ZodType, Spellings>();

/** Notes what a schema takes and returns that very schema, so it stands around the last step of making one. */
export const spelled = <Schema extends z.ZodType>(schema: Schema, spellings: Spellings): Schema => {
  noted.set(schema, spellings);
  return schema;
};

/** Returns what is noted of this very schema; one that was made out of it by a further check has no note of its own. */
export const spellingsOf = (schema: z.core.$ZodType): Spellings | undefined => noted.get(schema);

const text = (pattern: string): JsonForm => ({ type: 'string', pattern });

/** A number as text. */
export const NUMBER_TEXT = text('^[+-]?\\d{1,15}(?:\\.\\d{1,6})?$');
/** A whole number as text: `5` and `5.0`. */
export const INTEGER_TEXT = text('^[+-]?\\d{1,15}(?:\\.0{1,6})?$');
export const BOOLEAN_TEXT: JsonForm = { enum: ['true', 'false'] };
const JSON_TEXT = { contentMediaType: 'application/json' };
/** An object or a list as the text of its JSON, which is how a form sends it. */
export const OBJECT_TEXT: JsonForm = { ...text('^\\s*\\{'), ...JSON_TEXT };
export const LIST_TEXT: JsonForm = { ...text('^\\s*\\['), ...JSON_TEXT };
/** A field `url` with the text, and nothing else that says anything. */
export const URL_OBJECT: JsonForm = {
  type: 'object',
  properties: { url: { type: 'string', description: 'The same URL.' } },
  required: ['url'],
  additionalProperties: { type: 'null' },
};
export const nullIsAbsent = (): readonly null[] => [null];

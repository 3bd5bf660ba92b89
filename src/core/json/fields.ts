import { z } from 'zod';
import { ID_FORM, readId } from '../job/ids';
import { boundPast } from './json-bounds';
import { changedByReading } from './json-exact';
import { unknownEach, type FieldMeaning } from './known-fields';
import {
  BOOLEAN_TEXT,
  INTEGER_TEXT,
  LIST_TEXT,
  NUMBER_TEXT,
  OBJECT_TEXT,
  URL_OBJECT,
  nullIsAbsent,
  spelled,
} from './spellings';

/**
 * How the public APIs read the fields of a request: JSON and multipart alike, so that every number, boolean, object and
 * array may also come as text, and explicit null is the same as absent. Texts of errors follow the field's name.
 */

export const TEXT_LENGTH_MAX = 200;
export const URL_LENGTH_MAX = 8192;
/** Pictures, videos or sounds in one list: above what any model takes, whose own limits the catalog knows. */
export const MEDIA_MAX = 50;

export const must = (what: string) => (issue: { input: unknown }) =>
  issue.input === undefined ? 'is required' : `must be ${what}`;

export const text = (lengthMax: number) =>
  z
    .string({ error: must('a string') })
    .min(1, 'is empty')
    .max(lengthMax, `is longer than ${String(lengthMax)} characters`);

/** The id of something of ours in any of its forms; who looks it up says what is wrong with another text. */
export const idText = spelled(z.string(), { is: [z.string().regex(ID_FORM)] });

/**
 * Makes the schema of the id of something that is not looked up: any of its forms (`key_018f...`, with hyphens or without),
 * read as the UUID. `what` is what it has to be the id of: `a key`.
 */
export const readableId = (what: string) =>
  spelled(
    z.string().transform((value, context) => {
      const id = readId(value);
      if (id === undefined) context.addIssue(`is not the id of ${what}`);
      return id ?? z.NEVER;
    }),
    { is: [z.string().regex(ID_FORM)] },
  );

/** A prompt of any length: how long it may be, the model says, and its number is the one that a caller can use. */
export const prompt = z.string({ error: must('a string') }).min(1, 'is empty');

const NUMBER = new RegExp(String(NUMBER_TEXT['pattern']));
export const numberOfText = (value: unknown): unknown =>
  typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
const booleanOfText = (value: unknown): unknown =>
  value === 'true' ? true : value === 'false' ? false : value;

export const number = spelled(z.preprocess(numberOfText, z.number({ error: must('a number') })), {
  also: [NUMBER_TEXT],
});
export const integer = spelled(z.preprocess(numberOfText, z.int({ error: must('an integer') })), {
  also: [INTEGER_TEXT],
});
export const boolean = spelled(
  z.preprocess(booleanOfText, z.boolean({ error: must('true or false') })),
  { also: [BOOLEAN_TEXT] },
);

/** Makes the schema of a whole number between two bounds, both allowed. */
export const count = (min: number, max: number) =>
  z.preprocess(
    numberOfText,
    z
      .int({ error: must('an integer') })
      .min(min, `is below ${String(min)}`)
      .max(max, `is above ${String(max)}`),
  );

/** The end of the year 9999, beyond which the database has no time. */
export const UNIX_SECONDS_MAX = 253_402_300_799;

/** Reads a time in Unix seconds: `1767225600`. */
export const unixTime = count(0, UNIX_SECONDS_MAX);

/** JSON inside a text of a form may be as deep and as large as a whole body, since it has passed no such check yet. */
const TEXT_BOUNDS = { depthMax: 20, valuesMax: 5_000 };

/**
 * Objects and arrays may come as JSON text in a form; text that is no JSON is left for the schema to refuse. What would be
 * another value once it is read is an issue of the schema that asks.
 */
export function jsonOfText(value: unknown, context?: Pick<z.RefinementCtx, 'issues'>): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  if (boundPast(Buffer.from(value), TEXT_BOUNDS)) return value;
  const changed = context && changedByReading(Buffer.from(value));
  if (changed) {
    const { path, problem: message } = changed;
    context.issues.push({ code: 'custom', path: [...path], message, input: value });
  }
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** Says whether a value is an object of JSON, and no list. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function withoutNulls(value: unknown, context?: Pick<z.RefinementCtx, 'issues'>): unknown {
  const read = jsonOfText(value, context);
  if (!isRecord(read)) return read;
  return Object.fromEntries(Object.entries(read).filter(([, entry]) => entry !== null));
}

/**
 * Makes the schema of an object of these fields and no others; `meant` says what a well-known other name stands for
 * here.
 */
export const object = <Shape extends z.core.$ZodLooseShape>(shape: Shape, meant?: FieldMeaning) =>
  spelled(
    z.preprocess(
      withoutNulls,
      z.strictObject(shape, { error: (issue) => objectError(issue, Object.keys(shape), meant) }),
    ),
    { also: [OBJECT_TEXT], absent: nullIsAbsent },
  );

interface ObjectIssue {
  code: string;
  input?: unknown;
  keys?: unknown;
}
export function objectError(
  { code, input, keys }: ObjectIssue,
  known: readonly string[] = [],
  meant?: FieldMeaning,
): string | undefined {
  if (code === 'invalid_type') return must('an object')({ input });
  if (code !== 'unrecognized_keys' || !Array.isArray(keys)) return undefined;
  return unknownEach(keys.map(String), known, meant);
}

/** Makes the schema of a list. Its items are counted before any of them is read, since each may be JSON text again. */
export const list = <Item extends z.ZodType>(item: Item, itemsMax: number) =>
  spelled(
    z
      .preprocess(
        jsonOfText,
        z
          .array(z.unknown(), { error: must('an array') })
          .max(itemsMax, `has more than ${String(itemsMax)} items`),
      )
      .pipe(z.array(item)),
    { also: [LIST_TEXT] },
  );

/** `"https://..."` or `{"url": "https://..."}`; also a data URL or an `asset://` id. */
export const media = spelled(
  z.preprocess(
    urlOfObject,
    z.string({ error: must('a URL') }).refine(isMediaText, {
      error: 'must be an http(s) URL, a base64 data URL or an asset:// id',
    }),
  ),
  { also: [URL_OBJECT] },
);

function urlOfObject(value: unknown): unknown {
  const read = withoutNulls(value);
  if (read === null || typeof read !== 'object') return value;
  const entries = Object.entries(read);
  return entries.length === 1 && entries[0]?.[0] === 'url' ? entries[0][1] : value;
}

export function isMediaText(value: string): boolean {
  if (value.startsWith('data:')) return true;
  if (value.length > URL_LENGTH_MAX) return false;
  return (
    /^asset:\/\/[\w.:/-]+$/.test(value) || (/^https?:\/\//i.test(value) && URL.canParse(value))
  );
}

/** The schemas of routes that take no body, and of those that take no query. */
export const nothingSchema = z.undefined();
export const noQuerySchema = z.strictObject({});

/** Returns the fields without those that are undefined: `given({ seed: 7, fps: undefined })` is `{ seed: 7 }`. */
export function given<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as ReturnType<typeof given<Fields>>; // the same names, fewer
}

/**
 * Makes the schema of what may be missing from somebody else's words: null and a value of another kind read as absent.
 */
export const maybe = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .transform((value) => value ?? undefined)
    .catch(undefined);

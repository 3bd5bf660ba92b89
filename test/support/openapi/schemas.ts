import { z } from 'zod';
import { spellingsOf, type Spellings } from '../../../src/core/json/spellings';

/** A schema as OpenAPI 3.1 has it, which is JSON Schema 2020-12. */
export type JsonSchema = Record<string, unknown>;

/**
 * Returns the JSON Schema of one of our schemas: of what is sent (`input`), or of what is answered (`output`). A list whose
 * items are read in a second step has the schema of those items too, and what is sent has each spelling that is taken.
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const made = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      if (def.type === 'pipe' && jsonSchema.type === 'array') {
        const read = jsonSchemaOf(def.out as z.ZodType, io); // the classes that we make schemas with
        if (read['items']) jsonSchema.items = read['items'] as z.core.JSONSchema.JSONSchema;
      }
      if (io === 'output') {
        // What a number of JavaScript can hold is a limit of what is read, and promises nothing of what is answered.
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      }
      const spellings = io === 'input' ? spellingsOf(zodSchema) : undefined;
      if (spellings) spell(jsonSchema as JsonSchema, spellings);
    },
  });
  delete made.$schema;
  return made;
}

/** Returns the schema of a whole JSON body, which is never itself the text of JSON. */
export function bodySchemaOf(schema: z.ZodType): JsonSchema {
  const made = jsonSchemaOf(schema, 'input');
  const forms = made['anyOf'];
  return Array.isArray(forms) && spellingsOf(schema) ? (forms[0] as JsonSchema) : made;
}

/** Rewrites a schema in place, so that each other form is one of `anyOf`. */
function spell(schema: JsonSchema, { also = [], is, absent }: Spellings): void {
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
  if (properties && absent) {
    const required = (schema['required'] ?? []) as string[];
    for (const [name, field] of Object.entries(properties)) {
      if (!required.includes(name)) properties[name] = orOneOf(field, absent(name));
    }
    if (schema['additionalProperties'] === false) schema['additionalProperties'] = { type: 'null' };
  }
  const { description } = schema;
  delete schema['description'];
  const forms = is ? is.flatMap((one) => formsOf(jsonSchemaOf(one, 'input'))) : formsOf(schema);
  const all = [...forms, ...also];
  for (const key of Object.keys(schema)) Reflect.deleteProperty(schema, key);
  Object.assign(schema, all.length === 1 ? all[0] : { anyOf: all }, said(description));
}

const formsOf = (schema: JsonSchema): JsonSchema[] =>
  Object.keys(schema).join() === 'anyOf' ? (schema['anyOf'] as JsonSchema[]) : [{ ...schema }];

/** Lets a field be one of these values too, of which its own schema may already take some. */
function orOneOf(field: JsonSchema, values: readonly unknown[]): JsonSchema {
  const { description, ...own } = field;
  if (Object.keys(own).length === 0) return field;
  return { ...said(description), anyOf: [...formsOf(own), { enum: values }] };
}

/** What is said of a field stands beside its forms. */
const said = (description: unknown): JsonSchema =>
  description === undefined ? {} : { description };

import { z } from 'zod';

/** A schema as OpenAPI 3.1 has it, which is JSON Schema 2020-12. */
export type JsonSchema = Record<string, unknown>;

/**
 * Returns the JSON Schema of one of our schemas: of what is sent (`input`), or of what is answered (`output`). A list whose
 * items are read in a second step has the schema of those items too.
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
      // What a number of JavaScript can hold is no limit that anybody meant.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  delete made.$schema;
  return made;
}

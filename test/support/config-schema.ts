import { z } from 'zod';
import { fileSchema } from '../../src/config/file-schema';
import { FORMS } from '../../src/config/schema-kit';
import { providers } from '../../src/providers';

/** reelay.schema.json: the JSON Schema (draft 7) of reelay.config.json, for editors. It is made from the schemas that read the file. */

export interface JsonSchema {
  type?: string;
  description?: string;
  const?: unknown;
  enum?: readonly unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  format?: string;
  pattern?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  additionalProperties?: JsonSchema | boolean;
  propertyNames?: JsonSchema;
  [more: string]: unknown;
}

export function configSchema(): JsonSchema {
  const { $schema, ...schema } = cleaned(jsonOf(fileSchema));
  const { channels, models } = schema.properties ?? {};
  orNull(channels, 'null takes the default channel of this name out.');
  orNull(models, 'null takes the default model of this name out.');
  const model = formsOf(models)[0];
  // A name of the default catalog has its channels from there.
  if (model) model.required = (model.required ?? []).filter((name) => name !== 'channels');
  for (const channel of formsOf(channels)) {
    Object.assign(channel.properties?.['provider'] ?? {}, { enum: Object.keys(providers) });
  }
  return { $schema, title: 'reelay.config.json', ...omit(schema, 'required') };
}

/** Returns the forms that an entry of a map such as `channels` may have, without null. */
export function formsOf(map: JsonSchema | undefined): JsonSchema[] {
  const entry = map?.additionalProperties;
  if (typeof entry !== 'object') return [];
  return (entry.anyOf ?? [entry])
    .flatMap((form) => form.anyOf ?? [form])
    .filter((form) => form.properties);
}

function jsonOf(schema: z.core.$ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // A description makes a copy of the schema.
      const forms = FORMS.get(zodSchema) ?? FORMS.get(zodSchema._zod.parent ?? zodSchema);
      if (forms)
        Object.assign(jsonSchema, { anyOf: forms.map((form) => omit(jsonOf(form), '$schema')) });
    },
  }) as JsonSchema;
}

const omit = (schema: JsonSchema, name: string): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => key !== name));

function orNull(map: JsonSchema | undefined, description: string): void {
  if (typeof map?.additionalProperties !== 'object') return;
  map.additionalProperties = { anyOf: [map.additionalProperties, { type: 'null', description }] };
}

/** Takes out what the library adds and says nothing: bounds of JavaScript, names that are texts, formats of texts that may refer to the environment. */
function cleaned(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    const isNoise =
      (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) ||
      (key === 'format' && value === 'uri') ||
      key === 'propertyNames';
    return isNoise ? undefined : value;
  });
  return JSON.parse(text) as JsonSchema;
}

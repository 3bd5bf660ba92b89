import type { z } from 'zod';
import { spelled, spellingsOf } from './spellings';

/** A sentence for each field of a schema's shape, for readers of the OpenAPI document. */
export type Sentences<Shape> = Readonly<Record<keyof Shape & string, string>>;

/**
 * Returns the same fields, each with the sentence that the OpenAPI document tells of it:
 * `told({ seed: integer }, { seed: 'The same seed makes a similar video.' })`.
 */
export function told<Shape extends Record<string, z.ZodType>>(
  shape: Shape,
  sentences: Sentences<Shape>,
): Shape {
  const names = Object.keys(shape) as (keyof Shape & string)[]; // the shape's own
  const fields = names.map((name) => [name, shape[name] && saying(shape[name], sentences[name])]);
  return Object.fromEntries(fields) as Shape; // the same schemas under the same names
}

/** A schema that says something is another one, of which the same is noted. */
function saying(schema: z.ZodType, sentence: string): z.ZodType {
  const said = schema.describe(sentence);
  const spellings = spellingsOf(schema);
  return spellings ? spelled(said, spellings) : said;
}

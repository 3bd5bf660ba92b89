import { z } from 'zod';
import {
  contentQuerySchema,
  listQuerySchema,
  submitBodySchema,
} from '../src/dialects/videos/schema';
import { videoSchema } from '../src/dialects/videos/reply';
import { videos } from '../src/dialects/videos';
import { codeIn, readPage, rowsOf } from './support/page';

/** docs/videos.md has every field that the schemas have, and no other; its examples are what the schema takes. */

const page = readPage('docs/videos.md');
const rows = rowsOf(page, 'Request');
const fieldOf = (row: string[]): string => codeIn(row[0])[0] ?? '';

/** Finds the object under what wraps it (optional, preprocess, lists); undefined for anything else. */
function shapeOf(schema: z.core.$ZodType): Record<string, z.core.$ZodType> | undefined {
  if (schema instanceof z.ZodObject) return schema.shape as Record<string, z.core.$ZodType>;
  if (schema instanceof z.ZodOptional) return shapeOf(schema.unwrap());
  if (schema instanceof z.ZodPipe) return shapeOf(schema.out) ?? shapeOf(schema.in);
  return schema instanceof z.ZodArray ? shapeOf(schema.element) : undefined;
}

const top = shapeOf(submitBodySchema) ?? {};
/** `input_reference` is explained in its row: its object has one field that is of use here. */
const NESTED = ['frame_images', 'input_references'];

test('every field of a request has its row, and no row is about anything else', () => {
  const nested = NESTED.flatMap((field) => {
    const shape = top[field] && shapeOf(top[field]);
    return Object.keys(shape ?? {}).map((name) => `${field}.${name}`);
  });
  expect(Object.keys(top).length).toBeGreaterThan(15);
  expect(nested.length).toBeGreaterThan(5);
  expect(rows.map(fieldOf).sort()).toEqual([...Object.keys(top), ...nested].sort());
});

test.each(rows.filter((row) => !fieldOf(row).includes('.')).map((row) => [fieldOf(row), row[3]]))(
  'the example of %s is taken: %s',
  (field, cell) => {
    const value = JSON.parse(codeIn(cell)[0] ?? '') as unknown;
    const body = { model: 'm', prompt: 'p', [field ?? '']: value };
    expect(submitBodySchema.safeParse(body).error?.issues).toBeUndefined();
  },
);

test('the examples of the fields inside are taken together, where they go together', () => {
  const example = (name: string): unknown =>
    JSON.parse(codeIn(rows.find((row) => fieldOf(row) === name)?.[3])[0] ?? '');
  const items = NESTED.map((field) => {
    const names = Object.keys((top[field] && shapeOf(top[field])) ?? {});
    return [field, [Object.fromEntries(names.map((name) => [name, example(`${field}.${name}`)]))]];
  });
  const body = { model: 'm', prompt: 'p', ...(Object.fromEntries(items) as object) };
  expect(submitBodySchema.safeParse(body).error?.issues).toBeUndefined();
});

test('every field of an answer has its row, and no row is about anything else', () => {
  const named = rowsOf(page, 'Answer').flatMap((row) => codeIn(row[0]));
  expect(named.sort()).toEqual(Object.keys(videoSchema.shape).sort());
});

test('every route and every word of a query is named', () => {
  const routes = rowsOf(page, 'Routes');
  const named = routes.flatMap((row) => codeIn(row[0]).flatMap((text) => text.split(', ')));
  const known = videos.routes.map(
    ({ method, path }) => `${method} ${path.replace(/:\w+/, '{id}')}`,
  );
  expect(named.sort()).toEqual([...new Set(known)].sort());
  const words = [...Object.keys(listQuerySchema.shape), ...Object.keys(contentQuerySchema.shape)];
  const text = routes.map((row) => row[1]).join('\n');
  expect(words.filter((word) => !text.includes(`\`${word}`))).toEqual([]);
});

import Ajv from 'ajv/dist/2020';
import type { z } from 'zod';
import { boolean, integer, list, media, number, object } from '../../src/core/json/fields';
import { submitBodySchema as videoGenerations } from '../../src/dialects/video-generations/schema';
import { submitBodySchema as videos } from '../../src/dialects/videos/schema';
import { bodySchemaOf, jsonSchemaOf } from '../support/openapi/schemas';

/** What the OpenAPI document says of a field is what a route takes: neither refuses what the other lets through. */

const VALUES: readonly unknown[] = [
  ...[
    0,
    1,
    -1,
    1.5,
    7e20,
    true,
    false,
    null,
    '',
    'a',
    '0',
    '5',
    '+5',
    '-5.0',
    '5.5',
    '1e3',
    ' 5',
    '0x5',
  ],
  ...[
    'true',
    'false',
    'True',
    '{}',
    '{"url":"https://a.example/b"}',
    '[]',
    '["https://a.example/b"]',
  ],
  ...['https://a.example/b', 'data:image/png;base64,AA==', 'asset://x', {}, [], [null], [1], [[]]],
  ...[{ url: 'https://a.example/b' }, { url: 'https://a.example/b', x: null }, { url: 1 }],
  ...[
    { url: 'https://a.example/b', x: 1 },
    ['https://a.example/b'],
    [{ url: 'https://a.example/b' }],
  ],
  ...[{ n: 1 }, { n: '1' }, { n: null }, { n: 'x' }, { n: 1, y: 1 }, { y: null }, { n: 1.5 }],
];

/** Its text form is told no closer than that it begins as JSON does; the document says nothing of a URL's own form. */
const isTold = (value: unknown): boolean => !JSON.stringify(value).includes('"a"');

const ajv = new Ajv({ strict: false });
const differences = (schema: z.ZodType, told: object, values: readonly unknown[]): unknown[] => {
  const validate = ajv.compile(told);
  return values.filter((value) => validate(value) !== schema.safeParse(value).success);
};

test.each([
  ['number', number],
  ['integer', integer],
  ['boolean', boolean],
  ['object', object({ n: integer.optional() })],
])('the document takes of every form of %s just what a route takes', (_, schema) => {
  const isJson = (value: unknown): boolean => typeof value === 'string' && /^[[{]/.test(value);
  const values = VALUES.filter((value) => !isJson(value));
  expect(differences(schema, jsonSchemaOf(schema, 'input'), values)).toEqual([]);
});

test.each([
  ['media', media],
  ['a list of media', list(media, 3)],
])('the document refuses no form of %s that a route takes', (_, schema) => {
  const taken = VALUES.filter((value) => isTold(value) && schema.safeParse(value).success);
  expect(taken.length).toBeGreaterThan(3);
  expect(differences(schema, jsonSchemaOf(schema, 'input'), taken)).toEqual([]);
});

const BODY = { model: 'm', prompt: 'p' };

test.each([
  ...['metadata', 'seconds', 'input_reference', 'frame_images', 'user', 'seed', 'watermark'].map(
    (name) => ['videos', videos, name] as const,
  ),
  ...['metadata', 'n', 'seconds', 'image', 'images', 'quality', 'size', 'user', 'sound'].map(
    (name) => ['video-generations', videoGenerations, name] as const,
  ),
])('the document of %s refuses no body that its route takes with its word', (_, schema, name) => {
  const bodies = VALUES.map((value) => ({ ...BODY, [name]: value }));
  const taken = bodies.filter((body) => schema.safeParse(body).success);
  expect(taken.length).toBeGreaterThan(0);
  expect(differences(schema, bodySchemaOf(schema), taken)).toEqual([]);
});

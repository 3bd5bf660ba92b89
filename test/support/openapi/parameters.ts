import type { HttpRoute } from '../../../src/core/api/route';
import { MONTH_FORM } from '../../../src/core/money/statement';
import { IDEMPOTENCY_KEY, KEY_FORM } from '../../../src/http/idempotency';
import { DRY_RUN_PARAMETER } from '../../../src/http/preview';
import { jsonSchemaOf, type JsonSchema } from './schemas';

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: true;
  description?: string | undefined;
  schema?: JsonSchema;
  /** What is JSON in the text of a parameter. */
  content?: { 'application/json': { schema: JsonSchema } };
}

/** Lists what a route reads beside its body: of the path, the query and the headers. */
export function parametersOf(route: HttpRoute, isQuote: boolean): Parameter[] {
  return [...ofPath(route), ...ofQuery(route, isQuote), ...ofHeaders(route, isQuote)];
}

const ofPath = ({ path }: HttpRoute): Parameter[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: NAMED[path.split('/').at(path.split('/').indexOf(`:${name}`) - 1) ?? ''],
    schema: name === 'month' ? MONTH : { type: 'string', minLength: 1 },
  }));

/** What the part of a path after such a word names. */
const NAMED: Readonly<Record<string, string>> = {
  videos: 'The id of a video.',
  generations: 'The id of a video.',
  'unified-video': 'The id of a video.',
  tasks: "The id of a task, the provider's or ours.",
  jobs: 'The id of a job, as any API shows it.',
  models: 'The public name of a model.',
  characters: 'The id of a character.',
  statements: 'A UTC month: `2026-11`.',
  workspaces: 'The id of a workspace.',
  keys: 'The id of a key.',
  keeps: 'The id of the job whose result is copied.',
  deliveries: 'The id of a message, or its `webhook-id`.',
};

const MONTH: JsonSchema = { type: 'string', pattern: MONTH_FORM.source };

function ofQuery({ query, spends, keyIn }: HttpRoute, isQuote: boolean): Parameter[] {
  const { properties = {}, required = [] } = jsonSchemaOf(query, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  const own = Object.entries(properties).map(([name, { description, ...schema }]): Parameter => ({
    name,
    in: 'query',
    ...(required.includes(name) ? { required: true } : {}),
    description: typeof description === 'string' ? description : undefined,
    ...(schema['type'] === 'object' ? { content: { 'application/json': { schema } } } : { schema }),
  }));
  const dryRun: Parameter = {
    name: DRY_RUN_PARAMETER,
    in: 'query',
    description: 'Says what would be sent to whom and at what price, and makes nothing.',
    schema: { type: 'string', enum: ['true', 'false'] },
  };
  return [...own, ...(spends && !isQuote && !keyIn ? [dryRun] : [])];
}

function ofHeaders(route: HttpRoute, isQuote: boolean): Parameter[] {
  const { spends, method, needsIdempotencyKey: required } = route;
  const isWriting = method === 'POST' && !isQuote;
  const key = header(IDEMPOTENCY_KEY, IDEMPOTENCY, { pattern: KEY_FORM.source });
  return [
    ...(isWriting ? [{ ...key, ...(required ? { required } : {}) }] : []),
    ...(spends && !isQuote ? [header('Reelay-Quote', QUOTE, { minLength: 1 })] : []),
    ...(route.acceptsLink ? OF_FILES.map(([name, text]) => header(name, text, {})) : []),
  ];
}

const IDEMPOTENCY =
  'The same request under the same key is made once; a repeat gets the first answer.';
const QUOTE = 'The id of a quote, whose price then holds for this very request.';

/** What none of them is read as is passed over (RFC 9110, 13.1.2 and 14.2), so that no form is told as the only one. */
const OF_FILES = [
  ['Range', 'The part that is wanted: `bytes=0-1023`.'],
  ['If-Range', 'The `ETag` of the bytes of which a part is wanted; of others all are sent.'],
  ['If-None-Match', 'The `ETag` of the bytes that the caller holds: 304 where they are the same.'],
] as const;

const header = (name: string, description: string, schema: JsonSchema): Parameter => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', ...schema },
});

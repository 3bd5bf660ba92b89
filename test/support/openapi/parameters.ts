import type { HttpRoute } from '../../../src/core/api/route';
import { IDEMPOTENCY_KEY } from '../../../src/http/idempotency';
import { DRY_RUN_PARAMETER } from '../../../src/http/preview';
import { jsonSchemaOf, type JsonSchema } from './schemas';

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: true;
  description?: string;
  schema: JsonSchema;
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
    schema: { type: 'string', minLength: 1 },
  }));

function ofQuery({ query, spends, keyIn }: HttpRoute, isQuote: boolean): Parameter[] {
  const { properties = {}, required = [] } = jsonSchemaOf(query, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  const own = Object.entries(properties).map(([name, schema]): Parameter => ({
    name,
    in: 'query',
    ...(required.includes(name) ? { required: true } : {}),
    schema,
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
  const key = header(IDEMPOTENCY_KEY, IDEMPOTENCY, { maxLength: 255 });
  return [
    ...(isWriting ? [{ ...key, ...(required ? { required } : {}) }] : []),
    ...(spends && !isQuote ? [header('Reelay-Quote', QUOTE)] : []),
  ];
}

const IDEMPOTENCY =
  'The same request under the same key is made once; a repeat gets the first answer.';
const QUOTE = 'The id of a quote, whose price then holds for this very request.';

const header = (name: string, description: string, schema: JsonSchema = {}): Parameter => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string', minLength: 1, ...schema },
});

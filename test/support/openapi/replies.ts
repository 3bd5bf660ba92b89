import { ERRORS, GatewayError, type ErrorCode } from '../../../src/core/errors';
import type { Answer } from '../../../src/core/api/answer';
import type { Api } from '../../../src/core/api/dialect';
import type { HttpRoute } from '../../../src/core/api/route';
import { previewSchema } from '../../../src/http/preview';
import { jsonSchemaOf, type JsonSchema } from './schemas';
import type { Shown } from './examples';

const REQUEST = 'req_01a22a1a59fc769c';

/** What is answered: by status, with a schema and examples. */
export type Replies = Record<string, JsonSchema>;

/** Lists the answers of a route: its own, and each status of the errors that it can end in. */
export function repliesOf(api: Api, route: HttpRoute, isQuote: boolean, shown: Shown): Replies {
  const statuses = new Set(codesOf(route).map((code) => rendered(api, code).status));
  return {
    ...successes(route, isQuote, shown),
    ...Object.fromEntries(
      [...statuses].map((status) => [
        String(status),
        { $ref: `#/components/responses/${errorName(api)}${String(status)}` },
      ]),
    ),
  };
}

/** Makes the answers of an API to all that can go wrong at its routes, by name: `VideosError404`. */
export function errorRepliesOf(api: Api): Record<string, JsonSchema> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(api.routes.flatMap(codesOf))) {
    const { status } = rendered(api, code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      `${errorName(api)}${String(status)}`,
      {
        description: codes.map((code) => ERRORS[code].text).join(' Or: '),
        content: {
          [typeOf(api, codes)]: {
            schema: { $ref: `#/components/schemas/${errorName(api)}` },
            examples: Object.fromEntries(
              codes.map((code) => [code, { value: rendered(api, code).body }]),
            ),
          },
        },
      },
    ]),
  );
}

/** Returns the media type of an API's errors: JSON, or what it says itself. */
const typeOf = (api: Api, [code = 'internal']: readonly ErrorCode[]): string =>
  rendered(api, code).headers?.['content-type'] ?? 'application/json';

const rendered = (api: Api, code: ErrorCode): Answer =>
  api.renderError(new GatewayError(code), REQUEST);

/** Names the schema of an API's errors: `VideosError`. */
export const errorName = ({ name }: Api): string =>
  `${name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Error`;

function successes(route: HttpRoute, isQuote: boolean, { replies }: Shown): Replies {
  if (isQuote) {
    return {
      '200': { description: 'The price.', content: jsonOf(jsonSchemaOf(previewSchema, 'output')) },
    };
  }
  const schema = route.reply ? jsonSchemaOf(route.reply, 'output') : {};
  const statuses = [...new Set(replies.map(({ status }) => status).filter((one) => one < 400))];
  return Object.fromEntries(
    (statuses.length > 0 ? statuses : [200]).sort().map((status) => {
      const examples = replies
        .filter((one) => one.status === status && one.body !== undefined)
        .slice(0, EXAMPLES_MAX);
      return [String(status), answerOf(route, schema, { status, examples })];
    }),
  );
}

/** More would be read by nobody. */
const EXAMPLES_MAX = 3;

function answerOf(
  { acceptsLink, acceptsEventsLink }: HttpRoute,
  schema: JsonSchema,
  { status, examples }: { status: number; examples: Shown['replies'] },
): JsonSchema {
  const description = DESCRIPTIONS[status] ?? 'Done.';
  if (status === 304) return { description };
  if (acceptsEventsLink) {
    return { description, content: { 'text/event-stream': { schema: { type: 'string' } } } };
  }
  if (acceptsLink) {
    const file = { schema: { type: 'string', contentEncoding: 'binary' } };
    return { description, content: { 'video/mp4': file, 'image/png': file } };
  }
  const shown = (are: Shown['replies']): JsonSchema =>
    Object.fromEntries(are.map(({ name, body }) => [name, { value: body }]));
  const tables = examples.filter(({ body }) => typeof body === 'string');
  const json = examples.filter(({ body }) => typeof body !== 'string');
  const csv = { schema: { type: 'string' }, examples: shown(tables) };
  return {
    description,
    content: { ...jsonOf(schema, shown(json)), ...(tables.length > 0 ? { 'text/csv': csv } : {}) },
  };
}

const jsonOf = (schema: JsonSchema, examples: JsonSchema = {}): JsonSchema => ({
  'application/json': { schema, ...(Object.keys(examples).length > 0 ? { examples } : {}) },
});

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'Made.',
  202: 'Taken; it goes on.',
  206: 'The part that was asked for.',
  304: 'The caller holds it already.',
};

const READS_BODY = ['payload_too_large', 'request_timeout', 'unsupported_media_type'] as const;

/** Lists what can go wrong at a route, by what it reads and does. */
function codesOf({
  path,
  body,
  spends,
  method,
  acceptsLink,
  scope,
  keyIn,
}: HttpRoute): ErrorCode[] {
  const readsBody = body !== 'none' && body !== 'unread';
  return [
    'invalid_request',
    'unauthorized',
    'rate_limited',
    'internal',
    'unavailable',
    ...(scope === 'any' && !keyIn ? [] : (['forbidden'] as const)),
    ...(path.includes(':') || scope === 'admin' ? (['not_found'] as const) : []),
    ...(readsBody ? READS_BODY : []),
    ...(spends ? (['insufficient_balance', 'model_not_found', 'upstream'] as const) : []),
    ...(method === 'POST' ? (['conflict', 'idempotency_mismatch'] as const) : []),
    ...(method === 'DELETE' || acceptsLink ? (['conflict'] as const) : []),
    ...(acceptsLink ? (['range_not_satisfiable', 'upstream'] as const) : []),
  ];
}

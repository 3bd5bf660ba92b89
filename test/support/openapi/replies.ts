import { ERRORS, GatewayError, type ErrorCode } from '../../../src/core/errors';
import type { Answer } from '../../../src/core/api/answer';
import type { Api } from '../../../src/core/api/dialect';
import type { HttpRoute } from '../../../src/core/api/route';
import { filesOf, insteadOf } from './files';
import { errorHeadersOf, headersOf } from './headers';
import { errorName, PREVIEW_NAME, refTo, replyName } from './names';
import { bodySchemaOf, jsonSchemaOf, type JsonSchema } from './schemas';
import type { Shown } from './examples';

const REQUEST = 'req_01a22a1a59fc769c';

/** What is answered: by status, with a schema and examples. */
export type Replies = Record<string, JsonSchema>;

/** Lists the answers of a route: its own, and each status of the errors that it can end in. */
export function repliesOf(api: Api, route: HttpRoute, isQuote: boolean, shown: Shown): Replies {
  const statuses = new Set(errorsOf(route).map((error) => rendered(api, error).status));
  return {
    ...successes(api, route, isQuote, shown),
    ...Object.fromEntries(
      [...statuses].map((status) => [
        String(status),
        { $ref: `#/components/responses/${errorName(api)}${String(status)}` },
      ]),
    ),
    ...(isQuote ? {} : insteadOf(api, route)),
  };
}

/** Makes the answers of an API to all that can go wrong at its routes, by name: `VideosError404`. */
export function errorRepliesOf(api: Api): Record<string, JsonSchema> {
  const byStatus = new Map<number, Map<ErrorCode, Answer>>();
  for (const error of api.routes.flatMap(errorsOf)) {
    const answer = rendered(api, error);
    const shown = byStatus.get(answer.status) ?? new Map<ErrorCode, Answer>();
    if (!shown.has(error.code)) byStatus.set(answer.status, shown.set(error.code, answer));
  }
  return Object.fromEntries(
    [...byStatus].map(([status, shown]) => [
      `${errorName(api)}${String(status)}`,
      {
        description: [...shown.keys()].map((code) => ERRORS[code].text).join(' Or: '),
        headers: errorHeadersOf(
          status,
          api.routes.some(({ tellsEnds }) => tellsEnds),
        ),
        content: {
          [typeOf([...shown.values()])]: {
            schema: refTo(errorName(api)),
            examples: Object.fromEntries(
              [...shown].map(([code, { body }]) => [code, { value: body }]),
            ),
          },
        },
      },
    ]),
  );
}

/** Returns the media type of an API's errors: JSON, or what it says itself. */
const typeOf = ([answer]: readonly Answer[]): string =>
  answer?.headers?.['content-type'] ?? 'application/json';

const rendered = (api: Api, error: GatewayError): Answer => api.renderError(error, REQUEST);

function successes(api: Api, route: HttpRoute, isQuote: boolean, { replies }: Shown): Replies {
  if (isQuote) {
    const headers = headersOf({ method: 'GET' }, ['Deprecation', 'Sunset']);
    return { '200': { description: 'The price.', headers, content: jsonOf(PREVIEW) } };
  }
  const own = route.reply ? refTo(replyName(api, route)) : {};
  const schema = route.spends && route.reply ? { anyOf: [own, PREVIEW] } : own;
  const shown = replies.map(({ status }) => status).filter((one) => one < 400);
  const statuses = new Set([...shown, ...alsoOf(route)]);
  return Object.fromEntries(
    (statuses.size > 0 ? [...statuses] : [200]).sort().map((status) => {
      const examples = replies.filter((one) => one.status === status);
      return [String(status), answerOf(route, schema, { status, examples })];
    }),
  );
}

const PREVIEW = refTo(PREVIEW_NAME);

/**
 * Lists what no wire file shows: a dry run makes nothing, a stream that has told all says so, and a file may be asked for
 * in part or be there already.
 */
const alsoOf = ({ spends, acceptsEventsLink, acceptsLink }: HttpRoute): number[] => [
  ...(spends ? [200] : []),
  ...(acceptsEventsLink ? [200, 204] : []),
  ...(acceptsLink ? [200, 206, 304] : []),
];

/** More would be read by nobody. */
const EXAMPLES_MAX = 3;

function answerOf(
  route: HttpRoute,
  schema: JsonSchema,
  { status, examples }: { status: number; examples: Shown['replies'] },
): JsonSchema {
  const { acceptsEventsLink, files } = route;
  const shownHeaders = [
    ...examples.flatMap((one) => one.headers),
    ...(status === 206 ? ['Content-Range'] : []),
    ...(hasTables(route) ? ['Content-Disposition', 'X-Total-Count'] : []),
  ];
  const described = {
    description: DESCRIPTIONS[status] ?? 'Done.',
    headers: headersOf(route, shownHeaders),
  };
  if (status === 204 || status === 304) return described;
  if (acceptsEventsLink) {
    return { ...described, content: { 'text/event-stream': { schema: eventOf(route) } } };
  }
  if (files) {
    const preview = route.spends ? jsonOf(PREVIEW) : {};
    return { ...described, content: { ...filesOf(files), ...preview } };
  }
  const shown = (are: Shown['replies']): JsonSchema =>
    Object.fromEntries(are.map(({ name, body }) => [name, { value: body }]));
  const full = examples.filter(({ body }) => body !== undefined).slice(0, EXAMPLES_MAX);
  const tables = full.filter(({ body }) => typeof body === 'string');
  const json = full.filter(({ body }) => typeof body !== 'string');
  const csv = {
    schema: { type: 'string' },
    ...(tables.length > 0 ? { examples: shown(tables) } : {}),
  };
  return {
    ...described,
    content: {
      ...jsonOf(schema, shown(json)),
      ...(hasTables(route) ? { 'text/csv': csv } : {}),
      ...(route.event ? { 'text/event-stream': { schema: eventOf(route) } } : {}),
    },
  };
}

/** Says whether a route answers with a table where its query asks for one: `format=csv`. */
const hasTables = ({ query }: HttpRoute): boolean =>
  JSON.stringify(propertiesOf(query)['format'] ?? '').includes('"csv"');

const jsonOf = (schema: JsonSchema, examples: JsonSchema = {}): JsonSchema => ({
  'application/json': { schema, ...(Object.keys(examples).length > 0 ? { examples } : {}) },
});

/** The fields of one server-sent event; its data is JSON. */
const eventOf = ({ event }: HttpRoute): JsonSchema => ({
  type: 'object',
  properties: {
    id: { type: 'string' },
    event: { type: 'string' },
    data: {
      type: 'string',
      contentMediaType: 'application/json',
      ...(event ? { contentSchema: jsonSchemaOf(event, 'output') } : {}),
    },
  },
});

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'Made.',
  202: 'Taken; it goes on.',
  204: 'All was told already.',
  206: 'The part that was asked for.',
  304: 'The caller holds it already.',
};

/** A body that a route has no use for is thrown away, up to a size and at a pace. */
const PASSES_BODY = ['payload_too_large', 'request_timeout'] as const;
const READS_BODY = ['unsupported_media_type'] as const;

/** An API may answer what is wrong with these by a status of its own. */
const ODD_PARAMETERS = ['model', 'body'] as const;
/** Any other parameter: each route refuses one that it does not know. */
const UNKNOWN = 'unknown';

/** Lists the errors that a route can end in, once more for each of the parameters above that it reads. */
function errorsOf(route: HttpRoute): GatewayError[] {
  const isRead = (param: string): boolean => readsBody(route) || param in propertiesOf(route.query);
  return [
    ...codesOf(route).map((code) => new GatewayError(code)),
    ...[...ODD_PARAMETERS.filter(isRead), UNKNOWN].map(
      (param) => new GatewayError('invalid_request', { param, message: `${param}: is required` }),
    ),
  ];
}

const readsBody = ({ body }: Pick<HttpRoute, 'body'>): boolean =>
  body !== 'none' && body !== 'unread';

const bodyFieldsOf = (schema: HttpRoute['request']): JsonSchema =>
  (bodySchemaOf(schema)['properties'] ?? {}) as JsonSchema;

const propertiesOf = (schema: HttpRoute['query']): JsonSchema =>
  (jsonSchemaOf(schema, 'input')['properties'] ?? {}) as JsonSchema;

/** Lists what can go wrong at a route, by what it reads and does. */
function codesOf({
  path,
  query,
  request,
  body,
  spends,
  method,
  acceptsLink,
  scope,
  keyIn,
  tellsEnds,
}: HttpRoute): ErrorCode[] {
  return [
    'invalid_request',
    'unauthorized',
    'rate_limited',
    'internal',
    'unavailable',
    ...(scope === 'any' && !keyIn ? [] : (['forbidden'] as const)),
    ...(path.includes(':') || 'id' in propertiesOf(query) || scope === 'admin'
      ? (['not_found'] as const)
      : []),
    ...(body === 'unread' ? [] : PASSES_BODY),
    ...(readsBody({ body }) ? READS_BODY : []),
    ...('model' in bodyFieldsOf(request) ? (['model_not_found'] as const) : []),
    ...(spends ? (['insufficient_balance', 'model_not_found', 'upstream'] as const) : []),
    ...(method !== 'GET' || acceptsLink || tellsEnds ? (['conflict'] as const) : []),
    ...(method === 'POST' ? (['idempotency_mismatch'] as const) : []),
    ...(acceptsLink ? (['range_not_satisfiable', 'upstream'] as const) : []),
  ];
}

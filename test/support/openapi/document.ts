import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Api, Dialect } from '../../../src/core/api/dialect';
import type { HttpRoute } from '../../../src/core/api/route';
import { previewSchema, QUOTE_PATH } from '../../../src/http/preview';
import { shownOf, wireFilesOf, type Shown } from './examples';
import { headersIn } from './headers';
import { parametersOf } from './parameters';
import {
  bodyName,
  callbackName,
  errorName,
  insteadName,
  operationIdOf,
  PREVIEW_NAME,
  refTo,
  replyName,
} from './names';
import { errorRepliesOf, repliesOf } from './replies';
import { CALLBACKS_TAG, webhooksOf } from './webhooks';
import { bodySchemaOf, jsonSchemaOf, type JsonSchema } from './schemas';

/** An OpenAPI 3.1 document, as far as it is looked into here. */
export interface Document {
  paths: Record<string, Record<string, { operationId: string; tags: string[] }>>;
  [word: string]: unknown;
}

/**
 * Makes the OpenAPI document of all APIs from the schemas that read their requests and describe their answers. Examples are
 * those of the wire files. `version` is the program's: `0.1.0`.
 */
export function openapiOf(
  apis: readonly Api[],
  dialects: readonly Dialect[],
  version: string,
): Document {
  const paths: Document['paths'] = {};
  for (const api of apis) {
    const files = wireFilesOf(api.name);
    for (const route of api.routes) {
      // A body that goes on to a provider unread is another one behind a header; OpenAPI knows one for each method and path.
      if (route.when) continue;
      add(paths, route.path, operationOf(api, route, shownOf(files, route, api.routes)));
      if (route.spends) add(paths, `${route.path}${QUOTE_PATH}`, quoteOf(api, route, files));
    }
  }
  const responses = Object.assign({}, ...apis.map(errorRepliesOf)) as JsonSchema;
  return {
    openapi: '3.1.1',
    info: {
      title: 'Reelay',
      version,
      summary: 'A self-hosted, durable gateway for AI video generation.',
      description: readFileSync(join(__dirname, 'introduction.md'), 'utf8'),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This gateway.' }],
    tags: [...apis.map(({ name, summary }) => ({ name, description: summary })), CALLBACKS_TAG],
    security: [{ bearer: [] }, { apiKey: [] }],
    paths,
    webhooks: webhooksOf(dialects),
    components: {
      headers: headersIn({ paths, responses }),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or an access token.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        query: { type: 'apiKey', in: 'query', name: 'api_key' },
        link: { type: 'apiKey', in: 'query', name: 'signature', description: 'A signed link.' },
      },
      responses,
      schemas: Object.assign(
        { [PREVIEW_NAME]: jsonSchemaOf(previewSchema, 'output') },
        Object.fromEntries(
          apis.map((api) => [errorName(api), jsonSchemaOf(api.errorReply, 'output')]),
        ),
        ...apis.map(bodiesOf),
        ...apis.map(repliesByName),
        Object.fromEntries(
          dialects.map((one) => [callbackName(one), jsonSchemaOf(one.callback, 'output')]),
        ),
      ) as object,
    },
  };
}

interface Operation {
  method: string;
  operationId: string;
  tags: string[];
}

function add(paths: Document['paths'], path: string, { method, ...operation }: Operation): void {
  const at = path.replaceAll(/:(\w+)/g, '{$1}');
  paths[at] = { ...paths[at], [method.toLowerCase()]: operation };
}

function operationOf(api: Api, route: HttpRoute, shown: Shown): Operation {
  return {
    method: route.method,
    operationId: operationIdOf(route),
    summary: route.summary,
    tags: [api.name],
    ...securityOf(route),
    parameters: parametersOf(route, false),
    ...bodyOf(route, shown),
    responses: repliesOf(api, route, false, shown),
  } as Operation;
}

function quoteOf(api: Api, route: HttpRoute, files: ReturnType<typeof wireFilesOf>): Operation {
  const shown = shownOf(files, route, api.routes);
  return {
    method: route.method,
    operationId: `${operationIdOf(route)}Quote`,
    summary: 'Ask for the price of the same request',
    tags: [api.name],
    ...securityOf(route),
    parameters: parametersOf(route, true),
    ...bodyOf(route, shown),
    responses: repliesOf(api, route, true, shown),
  } as Operation;
}

/** Tells how a caller is let in; the scope that a key must have is the role that OpenAPI has room for. */
function securityOf({ keyIn, acceptsLink, acceptsEventsLink, scope }: HttpRoute): {
  security: object[];
} {
  const roles = scope === 'any' ? [] : [scope];
  return {
    security: [
      ...(keyIn ? [{ query: roles }] : []),
      { bearer: roles },
      { apiKey: roles },
      ...(acceptsLink || acceptsEventsLink ? [{ link: [] }] : []),
    ],
  };
}

const hasBody = ({ body, when }: HttpRoute): boolean =>
  !when && body !== 'none' && body !== 'unread';

const bodiesOf = ({ routes }: Api): Record<string, JsonSchema> =>
  Object.fromEntries(
    routes.filter(hasBody).map((route) => [bodyName(route), bodySchemaOf(route.request)]),
  );

const repliesByName = (api: Api): Record<string, JsonSchema> =>
  Object.fromEntries(
    api.routes.flatMap((route) => [
      ...(route.reply ? [[replyName(api, route), jsonSchemaOf(route.reply, 'output')]] : []),
      ...(route.instead ? [[insteadName(route), jsonSchemaOf(route.instead, 'output')]] : []),
    ]),
  );

function bodyOf(route: HttpRoute, { requests }: Shown): { requestBody?: JsonSchema } {
  if (!hasBody(route)) return {};
  const { body } = route;
  const schema = refTo(bodyName(route));
  const examples = Object.fromEntries(requests.map(({ name, body: value }) => [name, { value }]));
  const json = { schema, ...(requests.length > 0 ? { examples } : {}) };
  const form = body === 'json-or-form' ? { 'multipart/form-data': { schema } } : {};
  return {
    requestBody: {
      required: body !== 'small-json',
      content: { 'application/json': json, ...form },
    },
  };
}

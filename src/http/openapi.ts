import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Express, Response } from 'express';
import { GatewayError } from '../core/errors';
import { refuseOtherMethods } from './methods';

/**
 * The document as far as a part of it is taken: each operation has the name of its API as its tag, each message stands under
 * that name and has a tag of all messages.
 */
interface Document {
  tags: { name: string }[];
  paths: Operations;
  webhooks: Operations;
  components: Components;
}

/** Operations by path, or by the name of an API where they are messages, and method. */
type Operations = Record<string, Record<string, { tags: string[] }>>;

/** Named parts by their kind, `schemas`, and their name. */
type Components = Record<string, Record<string, unknown>>;

/**
 * Mounts `GET /openapi.json`, the OpenAPI 3.1 document of all APIs, and `GET /openapi/{api}.json`, that of one. It tells
 * nothing of this installation, so no key is asked for.
 */
export function mountOpenapi(app: Express): void {
  let read: Documents | undefined;
  // When it is first asked for: a start has no use for it.
  const documents = (): Documents => (read ??= readDocuments());
  app.get('/openapi.json', (_request, response) => {
    answer(response, documents().whole);
  });
  app.get('/openapi/:file', (request, response) => {
    const { parts } = documents();
    const part = parts.get(request.params.file);
    if (part === undefined) {
      const message = `There is no such document. There are: ${[...parts.keys()].join(', ')}.`;
      throw new GatewayError('not_found', { message });
    }
    answer(response, part);
  });
  refuseOtherMethods(app, ['/openapi.json', '/openapi/:file'], ['GET']);
}

/** The document as text, and that of each API by its file: `videos.json`. */
interface Documents {
  whole: string;
  parts: ReadonlyMap<string, string>;
}

function readDocuments(): Documents {
  const whole = readFileSync(join(__dirname, 'openapi.json'), 'utf8');
  const document = JSON.parse(whole) as Document; // a test holds it to the routes
  const parts = [...tagsOf(document.paths)].map((name): [string, string] => [
    `${name}.json`,
    JSON.stringify(partOf(document, name)),
  ]);
  return { whole, parts: new Map(parts) };
}

function answer(response: Response, text: string): void {
  Object.assign(response.locals, { api: 'openapi' });
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(text);
}

const tagsOf = (operations: Operations): Set<string> =>
  new Set(
    Object.values(operations).flatMap((methods) =>
      Object.values(methods).flatMap(({ tags }) => tags),
    ),
  );

/** Returns the document with the operations and messages of one API alone, and the components that those name. */
function partOf(whole: Document, api: string): Document {
  const paths = ownOf(whole.paths, api);
  const own = whole.webhooks[api];
  const webhooks = own ? { [api]: own } : {};
  const tags = new Set([...tagsOf(paths), ...tagsOf(webhooks)]);
  return {
    ...whole,
    tags: whole.tags.filter(({ name }) => tags.has(name)),
    paths,
    webhooks,
    components: componentsOf(whole.components, { paths, webhooks }),
  };
}

function ownOf(operations: Operations, api: string): Operations {
  const kept = Object.entries(operations).flatMap(([path, methods]) => {
    const own = Object.entries(methods).filter(([, { tags }]) => tags.includes(api));
    return own.length === 0 ? [] : [[path, Object.fromEntries(own)] as const];
  });
  return Object.fromEntries(kept);
}

/** Returns the responses and schemas that a part of the document leads to; ways to show a key are kept all. */
function componentsOf(all: Components, part: unknown): Components {
  const named = new Set<string>();
  const follow = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/([^"]+)"/g)) {
      if (named.has(name)) continue;
      named.add(name);
      const [kind = '', key = ''] = name.split('/');
      follow(all[kind]?.[key]);
    }
  };
  follow(part);
  const kept = (kind: string, parts: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(parts).filter(([key]) => named.has(`${kind}/${key}`)));
  return Object.fromEntries(
    Object.entries(all).map(([kind, parts]) => [
      kind,
      kind === 'securitySchemes' ? parts : kept(kind, parts),
    ]),
  );
}

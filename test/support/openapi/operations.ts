import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv/dist/2020';
import { ROOT } from '../page';
import type { JsonSchema } from './schemas';

/** One operation of the document that is served. */
export interface Operation {
  method: string;
  /** `/v1/videos/{id}` */
  path: string;
  /** The API's name. */
  api: string;
  operationId: string;
  /** The ways in: each scheme with the scopes that a key must have. */
  security: Record<string, string[]>[];
  parameters: { name: string; in: string; required?: boolean; schema?: JsonSchema }[];
  requestBody?: {
    required: boolean;
    content: Record<string, { schema: JsonSchema; examples?: Record<string, { value: unknown }> }>;
  };
  responses: Record<string, JsonSchema>;
}

type Paths = Record<string, Record<string, Omit<Operation, 'method' | 'path' | 'api'> & Tagged>>;

interface Tagged {
  tags: [string];
}

const DOCUMENT = JSON.parse(
  readFileSync(join(ROOT, 'src/http/openapi.json'), 'utf8'),
) as JsonSchema & { paths: Paths; webhooks: Paths };

/** Lists the operations of the document that is served, in its order. */
export function operationsOf(): Operation[] {
  return Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
      api: operation.tags[0],
    })),
  );
}

/** Lists the messages of the document, each with the name of its API. */
export const messagesOf = (): { operationId: string; api: string }[] =>
  Object.entries(DOCUMENT.webhooks).flatMap(([api, methods]) =>
    Object.values(methods).map(({ operationId }) => ({ operationId, api })),
  );

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(DOCUMENT, 'openapi');

/**
 * Returns what is wrong with the JSON body of an answer by the document: nothing where it fits, `no answer 418 is told` where
 * its status is not in it.
 */
export function misfitsOf(
  { method, path, responses }: Operation,
  status: number,
  body: unknown,
): string[] {
  if (!responses[String(status)]) return [`no answer ${String(status)} is told`];
  const told = ['paths', path, method.toLowerCase(), 'responses', String(status)];
  const fits = schemaAt(told);
  if (!fits || fits(body) === true) return [];
  return (fits.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
}

/** Lists the headers of an answer that the document knows, and does not tell of answers with that status. */
export function untoldOf(
  { method, path }: Operation,
  status: number,
  headers: Pick<Headers, 'has'>,
): string[] {
  const at = answerAt(['paths', path, method.toLowerCase(), 'responses', String(status)]);
  const told = Object.keys((valueAt(at)['headers'] ?? {}) as JsonSchema);
  return Object.keys(valueAt('#/components/headers')).filter(
    (name) => headers.has(name) && !told.includes(name),
  );
}

/** Finds an answer, behind a reference or not. */
function answerAt(told: readonly string[]): string {
  const pointer = `#/${told.map(escaped).join('/')}`;
  const reference = valueAt(pointer)['$ref'];
  return typeof reference === 'string' ? reference : pointer;
}

/** Finds the schema of an answer; undefined for bytes and for no body. */
function schemaAt(told: readonly string[]): ValidateFunction | undefined {
  const at = answerAt(told);
  const content = valueAt(at)['content'] as Record<string, JsonSchema> | undefined;
  const type = Object.keys(content ?? {}).find((one) => /json$/.test(one));
  return type === undefined
    ? undefined
    : ajv.getSchema(`openapi${at}/content/${escaped(type)}/schema`);
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function valueAt(pointer: string): JsonSchema {
  const names = pointer.slice(2).split('/');
  return names.reduce<JsonSchema>(
    (value, name) => value[name.replaceAll('~1', '/').replaceAll('~0', '~')] as JsonSchema,
    DOCUMENT,
  );
}

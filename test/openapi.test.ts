import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { ERRORS, GatewayError, type ErrorCode } from '../src/core/errors';
import { apis, dialects } from '../src/dialects';
import { QUOTE_PATH } from '../src/http/preview';
import { VERSION } from '../src/run/version';
import { startTestApp } from './http/test-app';
import { openapiOf, type Document } from './support/openapi/document';
import { ROOT } from './support/page';

/**
 * The OpenAPI document says what the routes take and answer. With REELAY_OPENAPI=1 (`npm run openapi`) it is written anew.
 */

interface Fields {
  description?: string;
  properties?: Record<string, Fields>;
  anyOf?: Fields[];
  items?: Fields;
}
interface Documented {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Fields> };
}
interface Described {
  operationId: string;
  parameters: { name: string; description?: string }[];
}

const PATH = join(ROOT, 'src/http/openapi.json');
const all = Object.values(apis);

test('src/http/openapi.json is made of the schemas that read requests and describe answers', () => {
  const made = `${JSON.stringify(openapiOf(all, Object.values(dialects), VERSION), null, 2)}\n`;
  if (process.env['REELAY_OPENAPI'] === '1') writeFileSync(PATH, made);
  expect(readFileSync(PATH, 'utf8')).toBe(made);
});

test('every route is in the document, and nothing else', () => {
  const { paths } = JSON.parse(readFileSync(PATH, 'utf8')) as Document;
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = all.flatMap(({ routes }) =>
    routes.flatMap(({ method, path, spends }) =>
      [path, ...(spends ? [`${path}${QUOTE_PATH}`] : [])].map(
        (one) => `${method} ${one.replaceAll(/:(\w+)/g, '{$1}')}`,
      ),
    ),
  );
  expect(documented.sort()).toEqual([...new Set(served)].sort());
});

test('the document is served whole, and for one API, to whoever asks', async () => {
  const app = await startTestApp();
  const whole = await fetch(`${app.origin}/openapi.json`);
  expect(await whole.json()).toEqual(JSON.parse(readFileSync(PATH, 'utf8')));
  const part = (await (await fetch(`${app.origin}/openapi/ula.json`)).json()) as Document;
  expect(Object.keys(part.paths)).toEqual(
    apis['ula']?.routes.flatMap(({ path, spends }) =>
      [path, ...(spends ? [`${path}${QUOTE_PATH}`] : [])].map((one) =>
        one.replaceAll(/:(\w+)/g, '{$1}'),
      ),
    ),
  );
  const missing = await fetch(`${app.origin}/openapi/nothing.json`);
  expect([missing.status, await missing.text()]).toEqual([
    404,
    expect.stringContaining('ula.json'),
  ]);
  await app.close();
});

test('every schema of the document is a schema', () => {
  const ajv = new Ajv({ strict: false });
  const wrong: string[] = [];
  const look = (value: unknown, at: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      const here = `${at}/${name}`;
      if (name === 'schema' && !ajv.validateSchema(inner as object)) {
        wrong.push(`${here}: ${ajv.errorsText()}`);
      }
      if (name !== 'examples') look(inner, here);
    }
  };
  const document = JSON.parse(readFileSync(PATH, 'utf8')) as Documented;
  const named = Object.values(document.components.schemas).map((schema) => ({ schema }));
  look({ ...document, named }, '#');
  expect(wrong).toEqual([]);
});

test('every field of a request says what it means', () => {
  const document = JSON.parse(readFileSync(PATH, 'utf8')) as Documented;
  const without: string[] = [];
  const look = (schema: Fields, at: string): void => {
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      if (!/^[A-Z`].+\.$/s.test(field.description ?? '')) without.push(`${at}.${name}`);
      look(field, `${at}.${name}`);
    }
    for (const form of schema.anyOf ?? []) look(form, at);
    if (schema.items) look(schema.items, at);
  };
  const { schemas } = document.components;
  const bodies = Object.entries(schemas).filter(([name]) => name.endsWith('Body'));
  expect(bodies.length).toBeGreaterThan(20);
  for (const [name, schema] of bodies) look(schema, name);
  for (const { operationId, parameters } of Object.values(document.paths).flatMap((one) =>
    Object.values(one),
  )) {
    const properties = Object.fromEntries(parameters.map((one) => [one.name, one]));
    look({ properties }, operationId);
  }
  expect(without).toEqual([]);
});

test('no two operations have one name', () => {
  const { paths } = JSON.parse(readFileSync(PATH, 'utf8')) as Document;
  const names = Object.values(paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(names.length).toBe(new Set(names).size);
});

test.each(all.map((api) => [api.name, api] as const))(
  'every error of %s has the shape that the document tells',
  (_, api) => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      for (const details of [
        {},
        { param: 'model', message: 'model: is required.' },
        { path: 'GET /x' },
      ]) {
        const { body } = api.renderError(new GatewayError(code, details), 'req_1');
        expect(api.errorReply.safeParse(body)).toMatchObject({ success: true });
      }
    }
  },
);

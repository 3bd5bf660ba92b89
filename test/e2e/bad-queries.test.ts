import Ajv from 'ajv/dist/2020';
import { misfitsOf, operationsOf, type Operation } from '../support/openapi/operations';
import { useTestGateway } from '../support/gateway';

/**
 * Every parameter of a query that the OpenAPI document bounds is sent a value outside of its bound: it is refused by name, as
 * the document tells. So is what else Schemathesis has found to be answered otherwise.
 */

const gateway = useTestGateway();
let job: string;
beforeAll(async () => {
  job = await gateway.post();
  await gateway.ended(job);
});

type Parameter = Operation['parameters'][number];

const ajv = new Ajv({ strict: false, validateFormats: false });
/** What a parameter is that holds JSON. */
const JSON_TEXT = { type: 'object' };
/** Nothing that is bounded takes it: no word, no number, no id and no day. */
const WRONG = '!';

const QUERIES = operationsOf().flatMap((operation) =>
  operation.parameters
    .filter(({ in: place }) => place === 'query')
    .map((parameter): [string, Operation, Parameter] => [
      `${operation.method} ${operation.path}?${parameter.name}`,
      operation,
      parameter,
    ]),
);
const BOUND = QUERIES.filter(([, , { schema = JSON_TEXT }]) => !ajv.validate(schema, WRONG));

const call = (
  { method, path, api }: Operation,
  query: string,
  { body, month = '2026-11' }: { body?: unknown; month?: string } = {},
) => {
  const isWorkspace = path.includes('/workspaces/{id}');
  const at = path
    .replace('{id}', isWorkspace ? gateway.workspaceId : job)
    .replace('{taskId}', job)
    .replace('{month}', month);
  return gateway.call(method, `${at}?${query}`, {
    key: api === 'admin' ? gateway.keys.admin_key : gateway.keys.key,
    ...(method === 'GET' || method === 'DELETE' ? {} : { body: body ?? { prompt: 'a boat' } }),
  });
};

test('parameters are bounded', () => expect(BOUND.length).toBeGreaterThan(40));

test.each(BOUND)('%s refuses a value outside of its bound', async (_, operation, parameter) => {
  const query = `${encodeURIComponent(parameter.name)}=${WRONG}`;
  const { status, json, text } = await call(operation, query);
  expect(`${String(status)} ${text}`).toMatch(new RegExp(`^4(00|22) .*${parameter.name}`));
  expect(misfitsOf(operation, status, json)).toEqual([]);
});

/** The last moments that a query can name, each in its own words; a parameter that has other words refuses them. */
const LAST = ['253402300799', '9999-12-31', '9999-12', '9007199254740991'];

test.each(QUERIES)(
  '%s takes or refuses the last moments that there are',
  async (_, operation, { name }) => {
    for (const moment of LAST) {
      const { status, json, text } = await call(operation, `${encodeURIComponent(name)}=${moment}`);
      expect(`${moment} ${String(status)} ${text}`).not.toMatch(/^\S+ 5/);
      if (typeof json === 'object') expect(misfitsOf(operation, status, json)).toEqual([]);
    }
  },
);

test.each(['9999-12', '0001-01', '1970-01'])(
  'the statement of %s is told or refused',
  async (month) => {
    const { status } = await call(named('GET /v1/statements/{month}'), '', { month });
    expect([200, 400, 404]).toContain(status);
  },
);

const named = (name: string): Operation => {
  const found = operationsOf().find(({ method, path }) => `${method} ${path}` === name);
  if (!found) throw new Error(`${name} is not in the document`);
  return found;
};

test.each<[name: string, query: string, body: object | undefined, status: number]>([
  ['GET /v1/video/query', 'id=task_019b7a3c00007000800000000000abcd', undefined, 404],
  ['GET /v1/contents/generations/tasks/{id}', 'model=', undefined, 422],
  ['GET /v1/contents/generations/tasks/{id}', `model=${'x'.repeat(201)}`, undefined, 422],
  ['DELETE /api/v3/contents/generations/tasks/{id}', 'model=', undefined, 422],
  ['PATCH /v1/admin/workspaces/{id}', '', { disabled: true }, 409],
  ['POST /unified-video/quote', '', { model: 'none', prompt: 'a boat' }, 404],
  ['POST /v1/videos/{id}/remix', 'dry_run=true', { model: 'seedance-2.0', prompt: 'a boat' }, 200],
])('%s?%s is answered as the document tells', async (name, query, body, expected) => {
  const operation = named(name);
  const { status, json, text } = await call(operation, query, { body });
  expect([status, text]).toEqual([expected, expect.not.stringContaining('too ')]);
  expect(misfitsOf(operation, status, json)).toEqual([]);
});

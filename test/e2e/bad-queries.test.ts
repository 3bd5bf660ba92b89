import Ajv from 'ajv/dist/2020';
import { misfitsOf, operationsOf, untoldOf, type Operation } from '../support/openapi/operations';
import { useTestGateway } from '../support/gateway';

/**
 * Every parameter of a query that the OpenAPI document bounds is sent a value outside of its bound: it is refused by name, as
 * the document tells. So is what else Schemathesis has found to be answered otherwise.
 */

const gateway = useTestGateway();
let job: string;
let canceled: string;
beforeAll(async () => {
  job = await gateway.post();
  canceled = await gateway.post({ prompt: 'a boat [[sim seconds=60]]' });
  await gateway.call('DELETE', `/v1/videos/${canceled}`);
  for (const id of [job, canceled]) await gateway.ended(id);
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
  { body, month = '2026-11', id = job }: { body?: unknown; month?: string; id?: string } = {},
) => {
  const isWorkspace = path.includes('/workspaces/{id}');
  const at = path
    .replace('{id}', isWorkspace ? gateway.workspaceId : id)
    .replace('{taskId}', id)
    .replace('{month}', month);
  return gateway.call(method, `${at}?${query}`, {
    key: api === 'admin' ? gateway.keys.admin_key : gateway.keys.key,
    ...(method === 'GET' || method === 'DELETE' ? {} : { body: body ?? { prompt: 'a boat' } }),
  });
};

test('parameters are bounded', () => expect(BOUND.length).toBeGreaterThan(40));

const ALL = operationsOf().map((operation): [string, Operation] => [
  `${operation.method} ${operation.path}`,
  operation,
]);

test.each(ALL)('%s answers a parameter of nobody as the document tells', async (_, operation) => {
  const { status, json, headers } = await call(operation, 'of_nobody=1');
  expect(misfitsOf(operation, status, json)).toEqual([]);
  expect(untoldOf(operation, status, headers)).toEqual([]);
});

test.each(ALL.filter(([, { method }]) => method === 'GET'))(
  '%s of a video that is there, and of one that was canceled, is answered as the document tells',
  async (_, operation) => {
    for (const id of [job, canceled]) {
      const { status, json, headers } = await call(operation, '', { id });
      expect(misfitsOf(operation, status, json)).toEqual([]);
      expect(untoldOf(operation, status, headers)).toEqual([]);
    }
  },
);

test.each([
  [{ range: 'bytes=0-1' }, 206],
  [{ range: 'bytes=999999999-' }, 416],
  [{ 'if-none-match': '*' }, 304],
])(
  'a file that is asked for with %j is answered as the document tells',
  async (headers, status) => {
    const operation = operationsOf().find(({ path }) => path === '/v1/videos/{id}/content');
    if (!operation) throw new Error('the document tells of no file');
    const answer = await gateway.call('GET', `/v1/videos/${job}/content`, { headers });
    expect(answer.status).toBe(status);
    expect(misfitsOf(operation, status, answer.json)).toEqual([]);
    expect(untoldOf(operation, status, answer.headers)).toEqual([]);
  },
);

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

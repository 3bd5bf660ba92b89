import { randomBytes } from 'node:crypto';
import { apis } from '../../src/dialects';
import { SCOPES, type Scope } from '../../src/core/api/principal';
import { newKey } from '../../src/store/keys/new-key';
import { ensureWorkspace } from '../../src/store/operator/workspaces';
import { useTestGateway } from '../support/gateway';
import { misfitsOf, operationsOf, type Operation } from '../support/openapi/operations';

/**
 * Who is let in where, for every operation of the OpenAPI document and every kind of credential. What is expected follows
 * from what the document tells of the operation, so a new route is asked the same questions.
 */

const gateway = useTestGateway({ limits: { authFailuresPerMinute: 100_000 } });

const NATIVE = 'reelay-native-params';
const WAYS = ['none', 'mistyped', 'unknown', 'revoked', 'expired', 'scope', 'other'] as const;
type Way = (typeof WAYS)[number];

const keys = {} as Record<Exclude<Way, 'none' | 'scope'>, string>;
const without = {} as Record<Scope, string>;
let job: string;

beforeAll(async () => {
  const { key: unknown } = newKey(randomBytes);
  const [revoked, expired] = await Promise.all([
    addKey('revoked', ['read', 'generate', 'foreign']),
    addKey('expired', ['read', 'generate', 'foreign']),
  ]);
  expect((await admin('DELETE', `keys/${revoked.id}`)).status).toBe(200);
  const past = `UPDATE keys SET expires_at = now() - interval '1 second' WHERE name = 'expired'`;
  await gateway.sql(past);
  for (const scope of SCOPES) {
    const others = SCOPES.filter((one) => one !== scope);
    without[scope] = (await addKey(`no ${scope}`, others)).secret;
  }
  Object.assign(keys, {
    mistyped: `${unknown.slice(0, -1)}${unknown.endsWith('0') ? '1' : '0'}`,
    unknown,
    revoked: revoked.secret,
    expired: expired.secret,
    other: await keyOfAnother(),
  });
  job = await gateway.post();
  await gateway.ended(job);
});

const admin = (method: string, path: string, body?: unknown) =>
  gateway.call(method, `/v1/admin/${path}`, { key: gateway.keys.admin_key, body });

async function addKey(name: string, scopes: Scope[]): Promise<{ id: string; secret: string }> {
  const path = `workspaces/${gateway.workspaceId}/keys`;
  const { status, json } = await admin('POST', path, { name, scopes });
  expect(status).toBe(201);
  return json;
}

async function keyOfAnother(): Promise<string> {
  const { key, prefix, hash } = newKey(randomBytes);
  await ensureWorkspace(gateway.base.db, gateway.base.sealer, {
    name: 'other',
    keys: [{ name: 'other', prefix, hash, scopes: ['generate', 'read', 'foreign'] }],
    callbackSecret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    points: 1_000_000_000n,
    now: Date.now(),
  });
  return key;
}

/** What stands for the last parameter of a path, by API and name: the id of a job, or something that is no workspace's own. */
const PARAMETERS: Record<string, 'job' | 'admin' | 'shared'> = {
  'videos {id}': 'job',
  'videos {character}': 'shared',
  'video-generations {id}': 'job',
  'unified-video {taskId}': 'job',
  'ark-tasks {id}': 'job',
  'ula {id}': 'job',
  'jobs {id}': 'job',
  'account {month}': 'shared',
  'admin {id}': 'admin',
  'admin {month}': 'admin',
};

/** A model's name is of no workspace. */
const namesJob = ({ api, path }: Operation): boolean =>
  path.includes('{') &&
  !path.startsWith('/v1/models/') &&
  parametersOf({ api, path }).includes('job');

const parametersOf = ({ api, path }: Pick<Operation, 'api' | 'path'>) =>
  (path.match(/\{\w+\}/g) ?? []).map((name) => PARAMETERS[`${api} ${name}`]);

const OPERATIONS = operationsOf().map((one) => [`${one.method} ${one.path}`, one] as const);
/** The same, and once more with the header for those of which a route of its own takes what comes with it. */
const CALLS = OPERATIONS.flatMap(([name, operation]) => {
  const hasTwin = Object.values(apis).some(({ routes }) =>
    routes.some(({ method, path, when }) => when && `${method} ${path}` === name),
  );
  const plain = [name, operation, {}] as const;
  return hasTwin ? [plain, [`${name} with ${NATIVE}`, operation, { [NATIVE]: 'true' }]] : [plain];
}) as [string, Operation, Record<string, string>][];

test('every parameter of a path has an entry that says what it names', () => {
  const unsaid = OPERATIONS.filter(([, one]) => parametersOf(one).includes(undefined));
  expect(unsaid.map(([name]) => name)).toEqual([]);
});

const keyInQuery = ({ security }: Operation): boolean => security.some((way) => 'query' in way);
const scopeOf = ({ security }: Operation): Scope | undefined =>
  Object.values(security[0] ?? {})[0]?.[0] as Scope | undefined;

function keyFor(operation: Operation, way: Way): string | undefined {
  if (way === 'none') return undefined;
  if (way !== 'scope') return keys[way];
  const scope = scopeOf(operation);
  return scope === undefined ? without.foreign : without[scope];
}

/** Returns the status that the document promises; undefined = let in, and what follows is the route's own. */
function expectedOf(operation: Operation, way: Way): number | undefined {
  if (way === 'none') return 401;
  if (way === 'scope') return scopeOf(operation) === undefined ? undefined : 403;
  if (way !== 'other') return keyInQuery(operation) ? 403 : 401;
  if (scopeOf(operation) === 'admin') return 403;
  return namesJob(operation) ? 404 : undefined;
}

async function answerOf(operation: Operation, way: Way, headers: Record<string, string>) {
  const { method, path } = operation;
  const key = keyFor(operation, way) ?? null;
  const at = path.replaceAll(/\{\w+\}/g, job);
  const inQuery = keyInQuery(operation) && key !== null;
  return gateway.call(method, inQuery ? `${at}?api_key=${key}` : at, {
    key: inQuery ? null : key,
    headers,
    // A body that is read before the job is looked for has to be a right one.
    ...(method === 'GET' || method === 'DELETE'
      ? {}
      : { body: namesJob(operation) ? { prompt: 'a boat' } : {} }),
  });
}

describe.each(CALLS)('%s', (_, operation, headers) => {
  test.each(WAYS)(
    'answers a caller with the credential "%s" as the document tells',
    async (way) => {
      const { status, json } = await answerOf(operation, way, headers);
      const expected = expectedOf(operation, way);
      if (expected === undefined) {
        expect([200, 201, 400, 404, 409, 422]).toContain(status);
      } else {
        expect(status).toBe(expected);
        expect(misfitsOf(operation, status, json)).toEqual([]);
      }
    },
  );
});

test('no credential of these has changed or read anything of the job', async () => {
  expect((await gateway.call('GET', `/v1/videos/${job}`)).json).toMatchObject({
    status: 'completed',
  });
});

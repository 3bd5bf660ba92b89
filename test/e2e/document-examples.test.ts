import { EXAMPLE_MODELS } from '../support/openapi/example-models';
import { misfitsOf, operationsOf, type Operation } from '../support/openapi/operations';
import { until, useTestGateway, uuid } from '../support/gateway';

/**
 * Every example of a request in the OpenAPI document is sent to a running gateway, as it is shown, and gets the answer that the
 * document promises. Only ids are others: what an example names is made first.
 */

const gateway = useTestGateway({
  ...EXAMPLE_MODELS,
  waits: { deliverySchedule: [0, 3_600_000], heldMs: 30_000 },
});

/** Nobody listens there. */
const DEAF = 'http://127.0.0.1:9/hook';
const admin = async (method: string, path: string, body?: unknown) => {
  const { status, json } = await gateway.call(method, `/v1/admin/${path}`, {
    key: gateway.keys.admin_key,
    body,
  });
  if (status >= 300) throw new Error(`${method} ${path}: ${String(status)}`);
  return json;
};

const VIDEO = { model: 'clip-1', prompt: 'a boat [[sim seconds=1 video=shared]]' };
const open = () => gateway.post({ ...VIDEO, prompt: 'a boat [[sim fault=stuck]]' });
const ended = async (more: object = {}): Promise<string> => {
  const id = await gateway.post({ ...VIDEO, ...more });
  await gateway.ended(id);
  return id;
};
const changed = async (id: string, statement: string): Promise<string> => {
  const rows = await gateway.sql(`${statement} RETURNING 1`, [uuid(id)]);
  if (rows.length !== 1) throw new Error(`${statement} changed nothing of ${id}`);
  return id;
};

async function jobWithoutWorkflow(): Promise<string> {
  const id = await open();
  const [row] = await gateway.sql<{ workflow_id: string }>(
    'SELECT workflow_id FROM jobs WHERE id = $1',
    [uuid(id)],
  );
  await gateway.base.client.workflow.getHandle(row?.workflow_id ?? '').terminate();
  return id;
}

async function delivery(): Promise<string> {
  const id = await ended({ callback_url: DEAF });
  return until('the message', async () => {
    const { data } = await admin('GET', `deliveries?job=${id}`);
    return data[0]?.tries === 1 ? String(data[0].id) : undefined;
  });
}

const workspace = async (): Promise<string> => {
  const { id } = await admin('POST', 'workspaces', { name: `w${String(Math.random())}` });
  return String(id);
};
const key = async (): Promise<string> =>
  String((await admin('POST', `workspaces/${gateway.workspaceId}/keys`, { name: 'k' })).id);

/** Makes what the path of an operation names, anew for each call, which may use it up. */
const NAMED: Readonly<Record<string, () => Promise<string>>> = {
  '/v1/videos/{id}/remix': ended,
  '/v1/videos/{id}/remix/quote': ended,
  '/v1/admin/workspaces/{id}': workspace,
  '/v1/admin/workspaces/{id}/callback-secrets': workspace,
  '/v1/admin/workspaces/{id}/keys': workspace,
  '/v1/admin/workspaces/{id}/top-ups': workspace,
  '/v1/admin/workspaces/{id}/adjustments': () => Promise.resolve(gateway.workspaceId),
  '/v1/admin/jobs/{id}/refunds': ended,
  '/v1/admin/jobs/{id}/resume': open,
  '/v1/admin/jobs/{id}/fail': jobWithoutWorkflow,
  '/v1/admin/jobs/{id}/resolve': async () =>
    changed(await ended(), `UPDATE jobs SET review = 'looks odd' WHERE id = $1`),
  '/v1/admin/keeps/{id}/resume': async () =>
    changed(
      await ended(),
      `UPDATE keeps SET finished_at = NULL, gave_up_at = now(), gave_up_because = 'x' WHERE job_id = $1`,
    ),
  '/v1/admin/keeps/{id}/fail': async () =>
    changed(await ended(), 'UPDATE keeps SET finished_at = NULL WHERE job_id = $1'),
  '/v1/admin/deliveries/{id}/redeliver': delivery,
  '/v1/admin/deliveries/{id}/stop': delivery,
  '/v1/admin/keys/{id}': key,
  '/v1/admin/keys/{id}/rotate': key,
};

/** Makes what an example itself names, by the id that it shows. */
const SHOWN: Readonly<Record<string, () => Promise<string>>> = {
  ws_019b7a3c000070008000000000000001: () => Promise.resolve(gateway.workspaceId),
  video_019b7a3c00007000800000000000abcd: ended,
  task_019b7a3c00007000800000000000abcd: draft,
};

/** Makes an Ark draft, which a later task may turn into the whole video. */
async function draft(): Promise<string> {
  const content = [{ type: 'text', text: VIDEO.prompt }];
  const { status, json, text } = await gateway.call('POST', '/v1/contents/generations/tasks', {
    body: { model: 'seedance-v1.5-pro-t2v', content, resolution: '480p', draft: true },
  });
  if (status !== 200) throw new Error(text);
  await until('the draft', async () => {
    const path = `/v1/contents/generations/tasks/${String(json.id)}`;
    return (await gateway.call('GET', path)).json.status === 'succeeded' || undefined;
  });
  return String(json.id);
}

async function bodyOf(value: unknown): Promise<string> {
  let body = JSON.stringify(value);
  for (const [id, make] of Object.entries(SHOWN)) {
    if (body.includes(id)) body = body.replaceAll(id, await make());
  }
  return body;
}

const WITH_BODY = operationsOf().filter(({ requestBody }) => requestBody !== undefined);
const examplesOf = ({ requestBody }: Operation): [string, unknown][] =>
  Object.entries(requestBody?.content['application/json']?.examples ?? {}).map(
    ([name, { value }]) => [name, value],
  );

/** An operation whose body may be absent and takes no field is called without one. */
const CASES = WITH_BODY.flatMap((operation): [string, Operation, unknown][] => {
  const name = `${operation.method} ${operation.path}`;
  const examples = examplesOf(operation);
  return examples.length > 0
    ? examples.map(([example, value]) => [`${name} as in ${example}`, operation, value])
    : [[`${name} without a body`, operation, undefined]];
});

test('every operation that needs a body shows one', () => {
  const without = WITH_BODY.filter(
    (one) => one.requestBody?.required && examplesOf(one).length === 0,
  );
  expect(without.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

test('every operation whose path names something is prepared here', () => {
  const named = WITH_BODY.filter(({ path }) => path.includes('{')).map(({ path }) => path);
  expect(Object.keys(NAMED).sort()).toEqual([...new Set(named)].sort());
});

const needsKey = ({ parameters }: Operation): boolean =>
  parameters.some(({ name, required }) => required && name === 'Idempotency-Key');
const NEEDING = CASES.filter(([, operation]) => needsKey(operation));

test.each(NEEDING)('%s is refused without the header that it needs', async (_, operation, body) => {
  const { method, path } = operation;
  const at = path.replace('{id}', gateway.workspaceId);
  const answer = await gateway.call(method, at, { key: gateway.keys.admin_key, body });
  expect(answer.json).toMatchObject({ status: 400, error: { param: 'Idempotency-Key' } });
  expect(misfitsOf(operation, answer.status, answer.json)).toEqual([]);
});

/** Two examples may book the same, and each is sent once. */
let calls = 0;

test.concurrent.each(CASES)('%s is answered as the document tells', async (_, operation, value) => {
  const { method, path, api } = operation;
  const id = path.includes('{') ? ((await NAMED[path]?.()) ?? '') : '';
  const { status, headers, json, text } = await gateway.call(method, path.replace(/\{\w+\}/, id), {
    key: api === 'admin' ? gateway.keys.admin_key : gateway.keys.key,
    ...(value === undefined ? {} : { body: await bodyOf(value) }),
    ...(needsKey(operation)
      ? { headers: { 'idempotency-key': `example-${String((calls += 1))}` } }
      : {}),
  });
  expect(`${String(status)} ${status < 300 ? '' : text}`).toMatch(/^20[0-2] $/);
  const type = headers.get('content-type') ?? '';
  if (!type.startsWith('video/')) expect(misfitsOf(operation, status, json)).toEqual([]);
  else expect(Object.keys(contentOf(operation, status))).toContain(type);
});

const contentOf = ({ responses }: Operation, status: number): object =>
  (responses[String(status)]?.['content'] ?? {}) as object; // by the document's own schema

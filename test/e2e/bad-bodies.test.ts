import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readId } from '../../src/core/job/ids';
import { apis } from '../../src/dialects';
import { badFields, badMembers, badWholes } from '../support/bad-bodies';
import type { BadBody } from '../support/bad-bodies';
import { useTestGateway } from '../support/gateway';
import { misfitsOf, operationsOf } from '../support/openapi/operations';

/**
 * Every route that reads a body of JSON is sent bodies that are wrong in one way each. It refuses each as the OpenAPI
 * document tells, with what is wrong by name, and nothing is stored.
 */

const gateway = useTestGateway();

interface Known {
  /** A body that the route takes, with the fields that are made wrong one at a time. */
  right: Readonly<Record<string, unknown>>;
  /** Names the wrong bodies that it takes, since its API passes them on as they are. */
  passes?: RegExp;
}

const VIDEO = { model: 'seedance-2.0', prompt: 'a boat', duration: 5 };
const POINTS = { points: '5', note: 'x' };
/** New API passes on what it does not know, and echoes it. */
const NEW_API = { right: VIDEO, passes: /^an unknown field$/ };
/** Ark's own bytes go on as they are; the gateway reads what routes and prices them. */
const ARK = {
  right: { model: 'seedance-2.0', content: [{ type: 'text', text: 'a boat' }] },
  passes: /^(an unknown field|__proto__|a field twice|a number past all|content: )/,
};
const NONE: Known = { right: {} };
const ID = '00000000-0000-7000-8000-000000000000';
/** What is made of an earlier video is asked of one that is there. */
let video: string;
beforeAll(async () => {
  video = await gateway.post();
  await gateway.ended(video);
  // The copy of its result is a file too.
  await gateway.waitFor(video, 'its copy', async () => {
    const rows = await gateway.sql('SELECT 1 FROM files WHERE job_id = $1', [readId(video)]);
    return rows[0];
  });
});

const ROUTES: Readonly<Record<string, Known>> = {
  'POST /v1/videos': { right: { ...VIDEO, resolution: '720p', aspect_ratio: '16:9' } },
  'POST /v1/videos/:id/remix': { right: { prompt: 'a ship' } },
  'POST /v1/videos/sync': { right: { ...VIDEO, resolution: '720p', aspect_ratio: '16:9' } },
  'POST /v1/videos/edits': { right: { prompt: 'a ship', video: { id: ID } } },
  'POST /v1/videos/extensions': { right: { prompt: 'a ship', video: { id: ID } } },
  'POST /v1/video/generations': NEW_API,
  'POST /v1/video/create': NEW_API,
  'POST /unified-video/quote': { right: { model: 'seedance-2.0', prompt: 'a boat' } },
  'POST /unified-video/generate': { right: { model: 'seedance-2.0', prompt: 'a boat' } },
  'POST /v1/contents/generations/tasks': ARK,
  'POST /api/v3/contents/generations/tasks': ARK,
  'POST /v1/ula/generate-video': {
    right: {
      ...VIDEO,
      resolution: '720p',
      aspect_ratio: '16:9',
      generate_audio: true,
      camera_fixed: false,
      service_tier: 'default',
    },
  },
  'POST /v1/admin/workspaces': { right: { name: 'other' } },
  'PATCH /v1/admin/workspaces/:id': { right: { name: 'other', budget: '5' } },
  'POST /v1/admin/workspaces/:id/callback-secrets': { right: { grace_seconds: 5 } },
  'POST /v1/admin/workspaces/:id/top-ups': { right: POINTS },
  'POST /v1/admin/workspaces/:id/adjustments': { right: POINTS },
  'POST /v1/admin/jobs/:id/refunds': { right: POINTS },
  'POST /v1/admin/workspaces/:id/keys': { right: { name: 'other', scopes: ['read'] } },
  'PATCH /v1/admin/keys/:id': { right: { name: 'other' } },
  'POST /v1/admin/keys/:id/rotate': { right: { grace_seconds: 5 } },
  'POST /v1/admin/jobs/:id/resume': NONE,
  'POST /v1/admin/jobs/:id/fail': { right: { message: 'x' } },
  'POST /v1/admin/jobs/:id/resolve': { right: { note: 'x' } },
  'POST /v1/admin/keeps/:id/resume': NONE,
  'POST /v1/admin/keeps/:id/fail': { right: { reason: 'x' } },
  'POST /v1/admin/deliveries/redeliver': { right: { limit: 5 } },
  'POST /v1/admin/deliveries/:id/redeliver': NONE,
  'POST /v1/admin/deliveries/:id/stop': NONE,
  'POST /v1/admin/config/reload': NONE,
};

const nameOf = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;

const reading = Object.values(apis).flatMap(({ routes }) =>
  routes.filter(({ body }) => body !== 'none' && body !== 'unread'),
);

const OPERATIONS = new Map(operationsOf().map((one) => [`${one.method} ${one.path}`, one]));

function operationOf(name: string) {
  const operation = OPERATIONS.get(name.replaceAll(/:(\w+)/g, '{$1}'));
  if (!operation) throw new Error(`${name} is not in the document`);
  return operation;
}

test('every route that reads a body is here', () => {
  expect(Object.keys(ROUTES).sort()).toEqual([...new Set(reading.map(nameOf))].sort());
});

async function refusalOf(name: string, { body, headers }: BadBody) {
  const [method = '', path = ''] = name.split(' ');
  const isAdmin = path.startsWith('/v1/admin/');
  const answer = await fetch(`${gateway.api}${path.replace(/:\w+/g, isAdmin ? ID : video)}`, {
    method,
    headers: {
      authorization: `Bearer ${isAdmin ? gateway.keys.admin_key : gateway.keys.key}`,
      'content-type': 'application/json',
      ...(isAdmin ? { 'idempotency-key': 'bad' } : {}),
      ...headers,
    },
    body: typeof body === 'string' ? body.replaceAll(ID, video) : body,
  });
  return { status: answer.status, text: await answer.text() };
}

const TABLES = ['jobs', 'attempts', 'events', 'idempotency', 'blobs', 'ledger', 'keys'];

/** Counts all that a request may leave behind. */
async function stored(): Promise<Record<string, number>> {
  const counts = TABLES.map(async (table) => {
    const [row] = await gateway.sql<{ n: string }>(`SELECT count(*) AS n FROM ${table}`);
    return [table, Number(row?.n)] as const;
  });
  const files = readdirSync(join(gateway.data, 'blobs'), { recursive: true, withFileTypes: true });
  const names = files.filter((entry) => entry.isFile());
  return { ...Object.fromEntries(await Promise.all(counts)), files: names.length };
}

/** An API of another shape says with 503 that it has no such model, as the original does. */
const isRefusal = (status: number, text: string): boolean =>
  (status >= 400 && status < 500) || (status === 503 && text.includes('there is no model'));

test.each(Object.entries(ROUTES))(
  '%s refuses each wrong body by name and stores nothing',
  async (name, { right, passes }) => {
    const before = await stored();
    const all = [...badWholes(right), ...badMembers(right), ...badFields(right)];
    const wrong: string[] = [];
    for (const bad of all.filter((one) => !passes?.test(one.name))) {
      const { status, text } = await refusalOf(name, bad);
      const isNamed = bad.names.test(text);
      const misfits = misfitsOf(operationOf(name), status, JSON.parse(text));
      if (isRefusal(status, text) && isNamed && misfits.length === 0) continue;
      wrong.push(...misfits, `${bad.name}: ${String(status)} ${text.slice(0, 300)}`);
    }
    expect(wrong).toEqual([]);
    expect(await stored()).toEqual(before);
  },
  60_000,
);

test.each(
  Object.entries(ROUTES).filter(([name]) =>
    reading.some((one) => one.spends && nameOf(one) === name),
  ),
)(
  '%s takes what is made wrong here, so that each refusal is of what is wrong',
  async (name, { right }) => {
    const answer = await refusalOf(`${name}?dry_run=true`, {
      name,
      body: JSON.stringify(right),
      names: /./,
    });
    expect(answer).toMatchObject({ status: 200 });
  },
);

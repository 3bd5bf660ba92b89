import type { ConfigControl } from '../../src/core/ports/gateway/config';
import { randomBytes } from 'node:crypto';
import { getTableConfig } from 'drizzle-orm/pg-core';
import { pino } from 'pino';
import { newSecret } from '../../src/callbacks/secrets';
import { readConfig } from '../../src/config';
import type { Scope } from '../../src/core/api/principal';
import type { Engine } from '../../src/core/ports/engine';
import { newId, readId, renderId } from '../../src/core/job/ids';
import { apis } from '../../src/dialects';
import { createAdmin } from '../../src/gateway';
import { createTokens } from '../../src/http/tokens';
import { buildCatalog } from '../../src/run/channels';
import { ensureFirstWorkspace } from '../../src/store/operator/installation';
import { isKey, keyHash, newKey } from '../../src/store/keys/new-key';
import { TABLES } from '../../src/store/schema';
import { ensureWorkspace } from '../../src/store/operator/workspaces';
import {
  PRICE,
  SUCCEEDED,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  startTestDatabase,
} from '../support/database';
import type { TestDatabase } from '../support/database';
import { startTestApp, type TestApp } from './test-app';

/** Every admin route over a real socket, real use cases and a real database. */

const HOUR = 3_600_000;
let now = Date.now();
let database: TestDatabase;
let app: TestApp;
/** The key of an operator’s workspace; only it has the scope `admin`. */
let operator: string;
let operatorWorkspace: string;
const tokens = createTokens({ secret: Buffer.alloc(32, 5), lifetimeMs: HOUR });

beforeAll(async () => {
  database = await startTestDatabase();
  const { store } = database;
  app = await startTestApp({
    keys: store.keys,
    isKey,
    tokens,
    now: () => now,
    // The clock stands, and these tests are refused more often than anybody in a minute.
    limits: { authFailuresPerMinute: 10_000 },
  });
  const origin = 'http://127.0.0.1:1';
  const config = readConfig({ REELAY_CONFIG: '' }, CATALOG);
  app.gateway.admin = createAdmin({
    store,
    catalog: buildCatalog(config, {
      origin,
      channelOf: () => ({ baseUrl: origin, credentials: {} }),
    }),
    // What they do is seen with real processes in test/e2e/reload.test.ts.
    config: {} as ConfigControl,
    mint: { key: () => newKey(randomBytes), callbackSecret: () => newSecret(randomBytes(32)) },
    now: () => now,
    // The routes that tell an engine are asked with a real one in test/e2e/operations.test.ts.
    engine: {} as Engine,
    waits: config.waits,
    log: pino({ level: 'silent' }),
  });
  ({ key: operator, workspaceId: operatorWorkspace } = await makeOperator(['admin']));
});
afterAll(async () => {
  await app?.close();
  await database?.close();
});

const model = (groups: string[]) => ({
  channels: [{ channel: 'ark-simulated', model: 'doubao-seedance-2-0-260128' }],
  price: { perJob: '25' },
  groups,
});
const CATALOG = { models: { 'clip-1': model(['default']), 'clip-2': model(['default', 'staff']) } };

async function makeOperator(scopes: Scope[]) {
  const { key, prefix, hash } = newKey(randomBytes);
  const { id } = await ensureWorkspace(database.db, database.sealer, {
    name: `operator ${newId()}`,
    keys: [{ name: 'operator', prefix, hash, scopes }],
    callbackSecret: newSecret(randomBytes(32)),
    points: 1n,
    now,
  });
  return { key, workspaceId: id };
}

interface AdminAnswer {
  status: number;
  headers: Headers;
  text: string;
  json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests read what the wire says
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  options: { key?: string; idempotencyKey?: string } = {},
): Promise<AdminAnswer> {
  const response = await fetch(`${app.origin}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${options.key ?? operator}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.idempotencyKey ? { 'idempotency-key': options.idempotencyKey } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
}

const ROOT = '/v1/admin/workspaces';
async function workspace(settings: object = {}): Promise<string> {
  const { status, json, text } = await call('POST', ROOT, { name: `w ${newId()}`, ...settings });
  if (status !== 201) throw new Error(text);
  return json.id as string;
}
async function key(settings: object = {}, owner?: string): Promise<{ id: string; secret: string }> {
  const path = `${ROOT}/${owner ?? (await workspace())}/keys`;
  const { status, json, text } = await call('POST', path, { name: 'k', ...settings });
  if (status !== 201) throw new Error(text);
  return json;
}
async function tokenOf(secret: string): Promise<string> {
  const found = await database.store.keys.find(keyHash(secret), now);
  if (!found) throw new Error('the key is not known');
  return tokens.issue(found, now).token;
}
const modelsOf = async (secret: string): Promise<number> =>
  (await call('GET', '/v1/models', undefined, { key: secret })).status;

describe('a workspace', () => {
  test('is made, read, renamed, moved to another group, and found in the list', async () => {
    const made = await call('POST', ROOT, { name: 'acme', group: 'default' });
    expect(made).toMatchObject({
      status: 201,
      json: {
        id: expect.stringMatching(/^ws_[0-9a-f]{32}$/),
        object: 'workspace',
        name: 'acme',
        group: 'default',
        disabled: false,
        disabled_at: null,
        created_at: Math.floor(now / 1000),
        callback_secret: expect.stringMatching(/^whsec_/),
      },
    });
    const plain = { ...made.json };
    delete plain.callback_secret;
    const path = `${ROOT}/${plain.id}`;
    expect((await call('GET', path)).json).toEqual(plain);
    const changed = await call('PATCH', path, { name: 'acme 2', group: 'staff' });
    expect(changed.json).toEqual({ ...plain, name: 'acme 2', group: 'staff' });
    expect((await call('PATCH', path, {})).json).toEqual(changed.json);
    const all = (await call('GET', `${ROOT}?limit=100`)).json;
    expect(all.data).toContainEqual(changed.json);
    const first = (await call('GET', `${ROOT}?limit=1`)).json;
    expect(first).toMatchObject({ object: 'list', data: [all.data[0]], has_more: true });
  });

  test('starts with no points and takes part in nothing that is another’s', async () => {
    const id = await workspace();
    expect((await call('GET', `${ROOT}/${id}/balance`)).json).toEqual({
      object: 'balance',
      workspace_id: id,
      available: '0',
      held: '0',
      spent: '0',
    });
    expect((await call('GET', `${ROOT}/${id}/keys`)).json).toMatchObject({
      data: [],
      first_id: null,
    });
  });

  test('has a name of its own', async () => {
    const [one, two] = [await workspace({ name: 'taken' }), await workspace()];
    for (const answer of [
      await call('POST', ROOT, { name: 'taken' }),
      await call('PATCH', `${ROOT}/${two}`, { name: 'taken' }),
    ]) {
      expect(answer).toMatchObject({
        status: 409,
        json: {
          error: { code: 'conflict', param: 'name', message: expect.stringContaining('"taken"') },
        },
      });
    }
    expect((await call('PATCH', `${ROOT}/${one}`, { name: 'taken' })).status).toBe(200);
  });

  test('that is disabled has no key that is known, until it is enabled again', async () => {
    const id = await workspace();
    const { secret } = await key({}, id);
    const disabled = await call('PATCH', `${ROOT}/${id}`, { disabled: true });
    expect(disabled.json).toMatchObject({ disabled: true, disabled_at: Math.floor(now / 1000) });
    expect(await modelsOf(secret)).toBe(401);
    await call('PATCH', `${ROOT}/${id}`, { disabled: false });
    expect(await modelsOf(secret)).toBe(200);
  });

  test('cannot be disabled by its own key', async () => {
    const answer = await call('PATCH', `${ROOT}/${operatorWorkspace}`, { disabled: true });
    expect(answer).toMatchObject({ status: 409, json: { error: { param: 'disabled' } } });
  });

  test('is never disabled while it is the first one, by whatever name', async () => {
    const { id } = await ensureFirstWorkspace(database.db, database.sealer, {
      name: `first ${newId()}`,
      keys: [],
      callbackSecret: newSecret(randomBytes(32)),
      points: 1n,
      now,
    });
    await call('PATCH', `${ROOT}/${id}`, { name: 'no longer the default' });
    expect(await call('PATCH', `${ROOT}/${id}`, { disabled: true })).toMatchObject({
      status: 409,
      json: { error: { param: 'disabled', message: expect.stringContaining('first workspace') } },
    });
    expect((await call('GET', `${ROOT}/${id}`)).json.disabled).toBe(false);
  });
});

describe('a top-up', () => {
  const topUp = (id: string, points: string, idempotencyKey: string, as = operator) =>
    call('POST', `${ROOT}/${id}/top-ups`, { points }, { idempotencyKey, key: as });
  const available = async (id: string) =>
    (await call('GET', `${ROOT}/${id}/balance`)).json.available as string;

  test('adds its points once, says the balance after, and a repeat gets the same answer, marked', async () => {
    const id = await workspace();
    const first = await topUp(id, '100.000001', 'invoice-1');
    expect(first.json).toMatchObject({
      object: 'top_up',
      points: '100.000001',
      balance: { available: '100.000001' },
    });
    expect((await topUp(id, '1', 'invoice-2')).json.balance.available).toBe('101.000001');
    const again = await topUp(id, '100.000001', 'invoice-1');
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([
      null,
      'true',
    ]);
    expect(await available(id)).toBe('101.000001');
  });

  test('is remembered for ever, with its amount', async () => {
    const id = await workspace();
    await topUp(id, '5', 'invoice-3');
    const before = now;
    now += 365 * 24 * HOUR;
    await database.store.sweep.forgetAnswers(now, 1_000);
    expect((await topUp(id, '5', 'invoice-3')).headers.get('idempotent-replayed')).toBe('true');
    expect((await topUp(id, '6', 'invoice-3')).status).toBe(422);
    expect(await available(id)).toBe('5');
    now = before;
  });

  test('of twenty equal ones at once is one', async () => {
    const id = await workspace();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => topUp(id, '7', 'invoice-4')),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await available(id)).toBe('7');
  });

  test('past what a workspace is given in all is refused, with what is left to give', async () => {
    const id = await workspace();
    await topUp(id, '999999999999', 'most');
    const message = 'at most 1000000000000 points in all';
    for (const path of ['top-ups', 'adjustments']) {
      const body = { points: '1.5', note: 'n' };
      const answer = await call('POST', `${ROOT}/${id}/${path}`, body, { idempotencyKey: newId() });
      expect(answer).toMatchObject({
        status: 409,
        json: { error: { message: expect.stringContaining(message) } },
      });
      expect(answer.json.error.message).toContain('1 of them are left');
    }
    expect((await topUp(id, '1', 'rest')).json.balance.available).toBe('1000000000000');
  });

  test('of two operators with the same key is two', async () => {
    const id = await workspace();
    const other = await makeOperator(['admin']);
    await topUp(id, '1', 'same');
    await topUp(id, '1', 'same', other.key);
    expect(await available(id)).toBe('2');
  });

  test('needs an Idempotency-Key and an amount above nothing', async () => {
    const path = `${ROOT}/${await workspace()}/top-ups`;
    expect(await call('POST', path, { points: '5' })).toMatchObject({
      status: 400,
      json: { error: { param: 'Idempotency-Key' } },
    });
    for (const points of [
      '0',
      '0.0',
      '-5',
      '1e9',
      '5,5',
      '0.0000001',
      '',
      5,
      null,
      '1'.repeat(13),
    ]) {
      const answer = await call(
        'POST',
        path,
        { points },
        { idempotencyKey: `p-${String(points)}` },
      );
      expect([points, answer.status, answer.json.error.param]).toEqual([points, 400, 'points']);
    }
  });
});

describe('points by hand', () => {
  const post = (path: string, body: object, idempotencyKey: string = newId()) =>
    call('POST', path, body, { idempotencyKey });
  const topUp = (id: string, body: object) => post(`${ROOT}/${id}/top-ups`, body);
  const adjust = (id: string, body: object, key?: string) =>
    post(`${ROOT}/${id}/adjustments`, body, key);
  const refund = (id: string, body: object, key?: string) =>
    post(`/v1/admin/jobs/${id}/refunds`, body, key);
  const ledgerOf = async (id: string, query = '') =>
    (await call('GET', `${ROOT}/${id}/ledger${query}`)).json;

  /** A job of a new workspace, which was charged 25. */
  async function charged(): Promise<{ owner: string; jobId: string; keyId: string }> {
    const owner = await workspace();
    const { id: keyId, secret } = await key({}, owner);
    await topUp(owner, { points: '25' });
    const principal = await database.store.keys.find(keyHash(secret), now);
    if (!principal) throw new Error('the new key is not known');
    const job = newJob({ ...database.workspace, id: principal.workspaceId, principal });
    const { id } = await acceptedAttempt(database, await createdJob(database, job));
    await database.store.attempts.recordLook(id, { verdict: SUCCEEDED, reply: undefined, now });
    await settle(database, job.id);
    return { owner, keyId, jobId: renderId('job', job.id) };
  }

  test('are adjusted with a note, by a key that is named, and never below nothing', async () => {
    const id = await workspace();
    await topUp(id, { points: '3', note: 'invoice 17' });
    const taken = await adjust(id, { points: '-2.5', note: 'booked twice' });
    expect(taken).toMatchObject({
      status: 201,
      json: {
        object: 'adjustment',
        points: '-2.5',
        balance: { available: '0.5' },
        entry: {
          kind: 'adjust',
          available: '-2.5',
          note: 'booked twice',
          by_key_id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
        },
      },
    });
    expect(await adjust(id, { points: '-0.500001', note: 'more' })).toMatchObject({
      status: 409,
      json: { error: { message: expect.stringContaining('Only 0.5 points are available') } },
    });
    expect((await ledgerOf(id)).data.map(({ note }: { note: string }) => note)).toEqual([
      'booked twice',
      'invoice 17',
    ]);
  });

  test('are moved once under a key, however often it is sent, and another body is refused', async () => {
    const { owner, jobId } = await charged();
    for (const send of [
      (points: string) => adjust(owner, { points, note: 'n' }, 'same'),
      (points: string) => refund(jobId, { points, note: 'n' }, 'same'),
    ]) {
      const [first, again, other] = [await send('1'), await send('1'), await send('2')];
      expect([again.status, again.text]).toEqual([201, first.text]);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(other.status).toBe(422);
    }
    expect((await call('GET', `${ROOT}/${owner}/balance`)).json.available).toBe('2');
  });

  test('of a job are given back once and no more than it was charged', async () => {
    const { owner, jobId, keyId } = await charged();
    expect((await refund(jobId, { points: '5', note: 'no sound' })).json).toMatchObject({
      object: 'refund',
      points: '5',
      entry: { kind: 'refund', spent: '-5', job_id: jobId, key_id: keyId },
      balance: { available: '5', spent: '20' },
    });
    expect(await refund(jobId, { points: '20.000001', note: 'n' })).toMatchObject({
      status: 409,
      json: { error: { message: expect.stringContaining('charged 25 points, and 20 of them') } },
    });
    expect((await refund(jobId, { note: 'the rest' })).json.points).toBe('20');
    expect((await refund(jobId, { note: 'more' })).status).toBe(409);
    expect((await ledgerOf(owner, `?job=${jobId}&kind=refund`)).data).toHaveLength(2);
    const { id } = await createdJob(database, newJob(database.workspace));
    expect(await refund(id, { note: 'n' })).toMatchObject({
      status: 409,
      json: { error: { message: expect.stringContaining('The job is open') } },
    });
    expect((await refund(newId(), { note: 'n' })).status).toBe(404);
  });

  test('are listed page by page, with what each entry moved', async () => {
    const { owner } = await charged();
    const first = await ledgerOf(owner, '?limit=2');
    expect(first).toMatchObject({
      has_more: true,
      data: [
        { kind: 'settle', available: '0', held: '-25', spent: '25' },
        { kind: 'hold', available: '-25', held: '25', spent: '0' },
      ],
    });
    const rest = await ledgerOf(owner, `?limit=2&after=${first.last_id}`);
    expect(rest).toMatchObject({ has_more: false, data: [{ kind: 'top_up', available: '25' }] });
  });

  test.each<[path: 'top-ups' | 'adjustments', body: object, param: string]>([
    ['adjustments', { points: '0', note: 'n' }, 'points'],
    ['adjustments', { points: '+1', note: 'n' }, 'points'],
    ['adjustments', { points: 1, note: 'n' }, 'points'],
    ['adjustments', { points: '1' }, 'note'],
    ['adjustments', { points: '1', note: '' }, 'note'],
    ['top-ups', { points: '-1' }, 'points'],
    ['top-ups', { points: '1', expires_at: 1 }, 'expires_at'],
    ['top-ups', { points: '1', expires_at: '2026' }, 'expires_at'],
    ['top-ups', { points: '1', until: 1 }, 'until'],
  ])('are refused at %s with %j', async (path, body, param) => {
    expect(await post(`${ROOT}/${await workspace()}/${path}`, body)).toMatchObject({
      status: 400,
      json: { error: { param } },
    });
  });

  test('without an Idempotency-Key are refused, and so is a page after no entry', async () => {
    const id = await workspace();
    for (const path of [`${ROOT}/${id}/adjustments`, `/v1/admin/jobs/${newId()}/refunds`]) {
      expect(await call('POST', path, { points: '1', note: 'n' })).toMatchObject({
        status: 400,
        json: { error: { param: 'Idempotency-Key' } },
      });
    }
    for (const [query, param] of [
      ['after=x', 'after'],
      ['kind=gift', 'kind'],
      ['from=yesterday', 'from'],
    ]) {
      expect(await call('GET', `${ROOT}/${id}/ledger?${query ?? ''}`)).toMatchObject({
        status: 400,
        json: { error: { param } },
      });
    }
  });
});

describe('a key', () => {
  test('is made with what was asked, shows its secret once, and works', async () => {
    const owner = await workspace();
    const made = await call('POST', `${ROOT}/${owner}/keys`, {
      name: 'production',
      scopes: ['api.read', 'generate', 'read'],
      models: ['clip-2'],
      group: 'staff',
      budget: '100.5',
      expires_at: Math.floor(now / 1000) + 3_600,
    });
    expect(made).toMatchObject({
      status: 201,
      json: {
        id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
        workspace_id: owner,
        name: 'production',
        scopes: ['generate', 'read'],
        models: ['clip-2'],
        group: 'staff',
        budget: '100.5',
        held: '0',
        spent: '0',
        last_used_at: null,
        revoked_at: null,
        secret: expect.stringMatching(/^rl_live_/),
      },
    });
    const { secret, ...plain } = made.json;
    expect(secret.startsWith(plain.prefix)).toBe(true);
    const read = await call('GET', `/v1/admin/keys/${plain.id}`);
    expect(read.json).toEqual(plain);
    expect((await call('GET', `${ROOT}/${owner}/keys`)).json.data).toEqual([plain]);
    expect(await modelsOf(secret)).toBe(200);
    expect(await database.store.keys.find(keyHash(secret), now)).toMatchObject({
      group: 'staff',
      models: ['clip-2'],
      scopes: ['generate', 'read'],
    });
  });

  test('by default generates and reads with every model and no bound', async () => {
    const { id } = await key();
    expect((await call('GET', `/v1/admin/keys/${id}`)).json).toMatchObject({
      scopes: ['generate', 'read'],
      models: null,
      group: null,
      budget: null,
      expires_at: null,
    });
  });

  test('is changed field by field; null takes a bound away', async () => {
    const { id } = await key({ models: ['clip-1'], budget: '5' });
    const path = `/v1/admin/keys/${id}`;
    const before = (await call('GET', path)).json;
    expect((await call('PATCH', path, { name: 'n' })).json).toEqual({ ...before, name: 'n' });
    expect(
      (await call('PATCH', path, { models: null, budget: null, scopes: ['foreign'] })).json,
    ).toEqual({
      ...before,
      name: 'n',
      models: null,
      budget: null,
      scopes: ['foreign'],
    });
    expect((await call('PATCH', path, {})).status).toBe(200);
  });

  test('shows what its jobs hold and when it was last used', async () => {
    const owner = await workspace();
    const { id, secret } = await key({}, owner);
    await call('POST', `${ROOT}/${owner}/top-ups`, { points: '100' }, { idempotencyKey: id });
    const principal = await database.store.keys.find(keyHash(secret), now);
    if (!principal) throw new Error('the new key is not known');
    const job = newJob({ ...database.workspace, id: principal.workspaceId, principal });
    expect((await database.store.jobs.create(job)).kind).toBe('created');
    expect((await call('GET', `/v1/admin/keys/${id}`)).json).toMatchObject({
      held: '25',
      spent: '0',
    });
    expect(PRICE).toBe(25_000_000n);
    await modelsOf(secret);
    // It is written beside the request, which does not wait for it.
    const end = Date.now() + 60_000;
    const lastUsed = async () => (await call('GET', `/v1/admin/keys/${id}`)).json.last_used_at;
    while ((await lastUsed()) === null && Date.now() < end);
    expect(await lastUsed()).toBe(Math.floor(now / 1000));
  });

  test('is revoked for good, and revoking it again changes nothing', async () => {
    const { id, secret } = await key();
    const path = `/v1/admin/keys/${id}`;
    const gone = await call('DELETE', path);
    expect(gone).toMatchObject({ status: 200, json: { revoked_at: Math.floor(now / 1000) } });
    now += HOUR;
    expect((await call('DELETE', path)).json).toEqual(gone.json);
    expect(await modelsOf(secret)).toBe(401);
    expect(await call('POST', `${path}/rotate`)).toMatchObject({
      status: 409,
      json: { error: { message: 'The key is revoked; make a new one.' } },
    });
  });

  test('that asks cannot be ended by itself, at once or sooner than before; another one ends it', async () => {
    const other = await makeOperator(['admin', 'read']);
    const as = { key: other.key };
    const [{ id = '' } = {}] = (await call('GET', `${ROOT}/${other.workspaceId}/keys`)).json.data;
    const path = `/v1/admin/keys/${id}`;
    const soon = Math.floor(now / 1000) + 600;
    for (const [method, change, param] of [
      ['DELETE', undefined, null],
      ['PATCH', { scopes: ['read'] }, 'scopes'],
      ['PATCH', { expires_at: soon }, 'expires_at'],
    ] as const) {
      expect(await call(method, path, change, as)).toMatchObject({
        status: 409,
        json: {
          error: { code: 'conflict', param, message: expect.stringContaining('the key that asks') },
        },
      });
    }
    const fine = { scopes: ['admin'], name: 'mine' };
    expect((await call('PATCH', path, fine, as)).json).toMatchObject(fine);
    expect((await call('PATCH', path, { expires_at: soon })).status).toBe(200);
    expect((await call('PATCH', path, { expires_at: soon + 1 }, as)).status).toBe(200);
    expect((await call('DELETE', path)).status).toBe(200);
    expect((await call('GET', path, undefined, as)).status).toBe(401);
  });

  test('is rotated with the grace that the caller chooses, a day unless told', async () => {
    const { id, secret } = await key();
    const next = await call('POST', `/v1/admin/keys/${id}/rotate`);
    expect(next.json).toMatchObject({
      id,
      previous_secret_expires_at: Math.floor((now + 24 * HOUR) / 1000),
    });
    expect(next.json.secret).not.toBe(secret);
    expect([await modelsOf(secret), await modelsOf(next.json.secret)]).toEqual([200, 200]);
    expect((await call('POST', `/v1/admin/keys/${id}/rotate`)).status).toBe(409);
    const force = { grace_seconds: 0, force: true };
    const third = await call('POST', `/v1/admin/keys/${id}/rotate`, force);
    const all = [secret, next.json.secret, third.json.secret].map(modelsOf);
    expect(await Promise.all(all)).toEqual([401, 401, 200]);
  });

  test.each<[string, object, string, string]>([
    ['a scope nobody knows', { scopes: ['write'] }, 'scopes.0', 'api.read'],
    ['no scope', { scopes: [] }, 'scopes', 'empty'],
    [
      'a model that its group does not have',
      { models: ['clip-1'], group: 'staff' },
      'models',
      'Allowed: clip-2.',
    ],
    ['a group of no model', { group: 'nobody' }, 'group', 'Allowed: default, staff.'],
    ['no model', { models: [] }, 'models', 'null means every model'],
    ['a budget that is a number', { budget: 5 }, 'budget', 'as text'],
    ['an end in the past', { expires_at: 1 }, 'expires_at', 'DELETE revokes'],
    ['an end in milliseconds', { expires_at: 1_900_000_000_000 }, 'expires_at', 'Unix seconds'],
    ['a name of control characters', { name: 'a\u0000' }, 'name', 'control character'],
    ['half a pair', { name: '\ud800' }, 'name', 'surrogate'],
    ['a field nobody knows', { admin: true }, 'admin', 'not a known field'],
  ])('is not made or changed with %s', async (_, settings, param, said) => {
    const owner = await workspace();
    const { id } = await key({}, owner);
    for (const answer of [
      await call('POST', `${ROOT}/${owner}/keys`, { name: 'k', ...settings }),
      await call('PATCH', `/v1/admin/keys/${id}`, settings),
    ]) {
      expect(answer).toMatchObject({
        status: 400,
        json: { error: { code: 'invalid_request', param, message: expect.stringContaining(said) } },
      });
    }
    expect((await call('GET', `${ROOT}/${owner}/keys`)).json.data).toHaveLength(1);
  });

  test('whose group changes must have its models there', async () => {
    const { id } = await key({ models: ['clip-1'] });
    const answer = await call('PATCH', `/v1/admin/keys/${id}`, { group: 'staff' });
    expect(answer).toMatchObject({ status: 400, json: { error: { param: 'models' } } });
    expect(
      (await call('PATCH', `/v1/admin/keys/${id}`, { group: 'staff', models: ['clip-2'] })).status,
    ).toBe(200);
  });

  test('lists are pages that a cursor walks, each key once', async () => {
    const owner = await workspace();
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) made.unshift((await key({}, owner)).id);
    const seen: string[] = [];
    let page = (await call('GET', `${ROOT}/${owner}/keys?limit=2`)).json;
    for (;;) {
      seen.push(...page.data.map(({ id }: { id: string }) => id));
      if (!page.has_more) break;
      page = (await call('GET', `${ROOT}/${owner}/keys?limit=2&after=${page.last_id}`)).json;
    }
    expect(seen).toEqual(made);
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'after=x', 'order=asc']) {
      expect((await call('GET', `${ROOT}/${owner}/keys?${query}`)).status).toBe(400);
    }
  });
});

describe('a callback secret', () => {
  test('is rotated: messages carry both signatures during the grace', async () => {
    const made = await call('POST', ROOT, { name: `w ${newId()}` });
    const path = `${ROOT}/${made.json.id}/callback-secrets`;
    const next = await call('POST', path, { grace_seconds: 3_600 });
    expect(next).toMatchObject({
      status: 201,
      json: {
        object: 'callback_secret',
        workspace_id: made.json.id,
        previous_expires_at: Math.floor(now / 1000) + 3_600,
        secret: expect.stringMatching(/^whsec_/),
      },
    });
    const sealed = await database.sql<{ sealed: Buffer }>(
      `SELECT sealed FROM callback_secrets WHERE workspace_id = $1
       AND (expires_at IS NULL OR expires_at > now()) ORDER BY created_at DESC, expires_at DESC NULLS FIRST`,
      [readId(made.json.id)],
    );
    const alive = sealed.map((row) => database.sealer.open(row.sealed, readId(made.json.id) ?? ''));
    expect(alive.sort()).toEqual([next.json.secret, made.json.callback_secret].sort());
    expect((await call('POST', path)).status).toBe(409);
    expect((await call('POST', path, { force: true })).status).toBe(201);
  });
});

describe('an Idempotency-Key', () => {
  const creates = async (): Promise<
    [name: string, path: string, body: object, other: object][]
  > => {
    const owner = await workspace();
    const { id } = await key({}, owner);
    return [
      ['a workspace', ROOT, { name: `w ${newId()}` }, { name: 'other' }],
      ['a key', `${ROOT}/${owner}/keys`, { name: 'a' }, { name: 'b' }],
      ['a rotation', `/v1/admin/keys/${id}/rotate`, { grace_seconds: 5 }, { grace_seconds: 6 }],
      [
        'a callback secret',
        `${ROOT}/${owner}/callback-secrets`,
        { grace_seconds: 5 },
        { force: true },
      ],
    ];
  };

  test('makes every create once, for 48 hours, and its secret is in no row in clear', async () => {
    for (const [name, path, body, other] of await creates()) {
      const idempotencyKey = `once ${name}`.replaceAll(' ', '-');
      const ask = (sent: object) => call('POST', path, sent, { idempotencyKey });
      const [first, ...again] = await Promise.all([ask(body), ask(body), ask(body)]);
      expect([name, first.status, first.text]).toEqual([name, expect.any(Number), again[0]?.text]);
      expect(first.status).toBeLessThan(300);
      const marks = [first, ...again].map(({ headers }) => headers.get('idempotent-replayed'));
      expect(marks.sort()).toEqual([null, 'true', 'true'].sort());
      expect((await ask(other)).status).toBe(422);
      const secret = (first.json.secret ?? first.json.callback_secret) as string;
      expect(secret.length).toBeGreaterThan(30);
      for (const table of Object.values(TABLES)) {
        const { name: tableName } = getTableConfig(table);
        const rows = await database.sql<{ row: string }>(
          `SELECT t::text AS row FROM ${tableName} t`,
        );
        const dump = rows.map(({ row }) => row).join('\n');
        expect(dump).not.toContain(secret);
        expect(dump).not.toContain(Buffer.from(secret).toString('hex'));
      }
    }
  });

  test('is free again when the create failed', async () => {
    const name = `w ${newId()}`;
    const idempotencyKey = `failed-${newId()}`;
    const wrong = { name, group: 'nobody' };
    expect((await call('POST', ROOT, wrong, { idempotencyKey })).status).toBe(400);
    expect((await call('POST', ROOT, { name }, { idempotencyKey })).status).toBe(201);
  });
});

describe('who may not', () => {
  const routes = Object.values(apis).flatMap((api) =>
    api.routes.map((route) => ({ api: api.name, ...route })),
  );
  const adminRoutes = routes.filter(({ api }) => api === 'admin');
  const pathOf = (path: string, id: string): string => path.replace(':id', id);

  test('without the scope is 403 on every admin route, before id and body are looked at', async () => {
    const { secret } = await key({ scopes: ['generate', 'read', 'foreign'] });
    const token = await tokenOf(secret);
    expect(adminRoutes).toHaveLength(33);
    for (const { method, path } of adminRoutes) {
      for (const credential of [secret, token]) {
        const answer = await call(method, pathOf(path, 'x'), method === 'GET' ? undefined : 'x', {
          key: credential,
        });
        expect([method, path, answer.status]).toEqual([method, path, 403]);
      }
    }
  });

  test('a key that is revoked, expired, rotated away, or of a disabled workspace is refused on every route', async () => {
    const scopes = ['generate', 'read', 'admin', 'foreign'];
    const made = async () => {
      const owner = await workspace();
      return { owner, ...(await key({ scopes }, owner)) };
    };
    const [revoked, expired, rotated, disabled] = [
      await made(),
      await made(),
      await made(),
      await made(),
    ];
    const secrets = [revoked, expired, rotated, disabled].map(({ secret }) => secret);
    const ended = [...secrets, ...(await Promise.all(secrets.map(tokenOf)))];
    for (const credential of ended) expect(await modelsOf(credential)).toBe(200);
    await call('DELETE', `/v1/admin/keys/${revoked.id}`);
    await call('PATCH', `/v1/admin/keys/${expired.id}`, {
      expires_at: Math.floor(now / 1000) + 10,
    });
    await call('PATCH', `${ROOT}/${disabled.owner}`, { disabled: true });
    now += 11_000;
    await call('POST', `/v1/admin/keys/${rotated.id}/rotate`, { grace_seconds: 0 });
    for (const { method, path, keyIn } of routes) {
      for (const credential of ended) {
        const answer = await call(method, pathOf(path, 'x'), undefined, { key: credential });
        // Where a key is what is asked about, its refusal is the answer (OneInfer's documentation).
        expect([method, path, answer.status]).toEqual([method, path, keyIn ? 403 : 401]);
      }
    }
  });

  test('an id that is nobody’s is 404 on every route that takes one', async () => {
    const bodies: Record<string, object> = {
      'POST /v1/admin/workspaces/:id/keys': { name: 'k' },
      'POST /v1/admin/workspaces/:id/top-ups': { points: '1' },
      'POST /v1/admin/workspaces/:id/adjustments': { points: '1', note: 'n' },
      'POST /v1/admin/jobs/:id/refunds': { note: 'n' },
    };
    for (const { method, path } of adminRoutes.filter((route) => route.path.includes(':id'))) {
      for (const id of ['x', newId(), renderId('ws', newId()), operator]) {
        const body =
          method === 'GET' || method === 'DELETE' ? undefined : (bodies[`${method} ${path}`] ?? {});
        const answer = await call(method, pathOf(path, id), body, { idempotencyKey: newId() });
        expect([method, path, answer.status]).toEqual([method, path, 404]);
      }
    }
  });
});

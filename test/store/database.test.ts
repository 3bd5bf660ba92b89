import { spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { sql } from 'drizzle-orm';
import { CommitInDoubt } from '../../src/core/errors';
import { openDatabase } from '../../src/store/base/database';
import type { OpenDatabase, Transaction } from '../../src/store/base/database';
import { launchStore } from '../../src/postgres/launcher';
import type { RunningStore } from '../../src/postgres/launcher';
import { ROOT, cleanUp, temporaryFolder } from '../host/temporary';

/** A server that goes away costs the queries of that moment, never a connection of the pool and never the process. */

let store: RunningStore;
let database: OpenDatabase;
const broken: Error[] = [];

beforeAll(async () => {
  store = await launchStore({ data: temporaryFolder(0o711), say: () => undefined });
});
afterAll(async () => {
  await store?.stop();
  await cleanUp();
});

beforeEach(() => {
  broken.length = 0;
  // One connection: one that is lost is missed at once.
  database = openDatabase(store.url, {
    connectionsMax: 1,
    onError: (error) => broken.push(error),
  });
});
afterEach(() => database.close());

const one = sql`SELECT 1 AS one`;
const backend = async (): Promise<unknown> =>
  (await database.db.execute(sql`SELECT pg_backend_pid() AS pid`)).rows[0]?.['pid'];

/** Ends our connections from another process, while this one hears nothing of it. */
function cutOff(): void {
  const code = `
    const { Client } = require('pg');
    const client = new Client(process.argv[1]);
    client.connect()
      .then(() => client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reelay'"))
      .then(() => client.end());`;
  const result = spawnSync(process.execPath, ['-e', code, store.url], { cwd: ROOT });
  if (result.status !== 0) throw new Error(result.stderr.toString());
}

test('a transaction whose connection is dead from the start gives it back', async () => {
  await database.db.execute(one);
  cutOff();
  const run = jest.fn();
  await expect(database.db.transaction(run)).rejects.toThrow();
  expect(run).not.toHaveBeenCalled();
  const again = await database.db.transaction(async (tx) => (await tx.execute(one)).rows);
  expect(again).toEqual([{ one: 1 }]);
});

test('a connection that dies in the middle of a transaction ends the transaction and not the process', async () => {
  const begun = database.db.transaction(async (tx) => {
    await tx.execute(one);
    cutOff();
    return tx.execute(one);
  });
  await expect(begun).rejects.toThrow();
  expect(broken.length).toBeGreaterThan(0);
  const again = await database.db.transaction(async (tx) => (await tx.execute(one)).rows);
  expect(again).toEqual([{ one: 1 }]);
});

test('a transaction that fails by itself leaves nothing behind and the pool whole', async () => {
  const failed = database.db.transaction(async (tx) => {
    await tx.execute(sql`SELECT set_config('application_name', 'behind', false)`);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  const left = sql`SELECT current_setting('application_name') AS left`;
  const again = await database.db.transaction(async (tx) => (await tx.execute(left)).rows);
  expect(again).toEqual([{ left: 'reelay' }]);
});

test.each([
  ['refuses', () => Promise.reject(new Error('not enough points'))],
  ['asks something impossible', (tx: Transaction) => tx.execute(sql`SELECT 1 / 0`)],
])('a transaction that %s costs no connection', async (_, run) => {
  const before = await backend();
  await expect(database.db.transaction(run)).rejects.toThrow();
  expect(await backend()).toBe(before);
  expect(broken).toEqual([]);
});

test('a connection whose ROLLBACK is not answered is thrown away', async () => {
  const before = await backend();
  const refused = new Error('no');
  const cut = database.db.transaction(async (tx) => {
    await tx.execute(one);
    cutOff();
    throw refused;
  });
  await expect(cut).rejects.not.toBe(refused);
  expect(await backend()).not.toBe(before);
});

/** A wire that breaks when a COMMIT has gone through it, before its answer comes back. */
async function deafToCommits(): Promise<Server> {
  const { hostname, port } = new URL(store.url);
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    let isCommitting = false;
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.on('data', (bytes) => {
      isCommitting ||= bytes.toString('latin1').toLowerCase().includes('commit');
      far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (isCommitting) near.destroy();
      else near.write(bytes);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

test('a COMMIT whose answer was lost is in doubt; what failed before it is not', async () => {
  const server = await deafToCommits();
  const url = new URL(store.url);
  // Sound because a server that listens on TCP has such an address.
  url.port = String((server.address() as AddressInfo).port);
  const deaf = openDatabase(url.href, { connectionsMax: 1, onError: () => undefined });
  try {
    const lost = deaf.db.transaction(async (tx) => (await tx.execute(one)).rows);
    await expect(lost).rejects.toBeInstanceOf(CommitInDoubt);
    const failed = deaf.db.transaction((tx) => tx.execute(sql`SELECT 1 / 0`));
    await expect(failed).rejects.not.toBeInstanceOf(CommitInDoubt);
  } finally {
    await deaf.close();
    await new Promise((resolve) => server.close(resolve));
  }
});

test.each([
  ['go by their names', undefined, ['named']],
  ['go without them where a pooler would not know them', false, []],
])('statements %s', async (_, isNaming, expected) => {
  const opened = openDatabase(store.url, {
    connectionsMax: 1,
    onError: (error) => broken.push(error),
    ...(isNaming === undefined ? {} : { isNaming }),
  });
  try {
    const ask = () => opened.db.select({ two: sql<number>`1 + 1` }).from(sql`(SELECT) AS one`);
    for (let round = 0; round < 2; round += 1) {
      expect(await ask().prepare('named').execute()).toEqual([{ two: 2 }]);
    }
    const { rows } = await opened.pool.query<{ name: string }>(
      'SELECT name FROM pg_prepared_statements',
    );
    expect(rows.map(({ name }) => name)).toEqual(expected);
  } finally {
    await opened.close();
  }
});

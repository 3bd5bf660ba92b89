import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from '../../src/host/processes';
import { readRun, runPath } from '../../src/host/run-file';
import { stopAll } from '../../src/host/stop-all';
import { waitUntil } from '../../src/host/wait';
import { launchStore } from '../../src/postgres/launcher';
import { cleanUp, startScript, startStranger, temporaryFolder } from '../host/temporary';
import { TEST_USER, bench, keepRow, keptRows, madeOnce, query, removeUser } from './machine';

afterEach(cleanUp);
afterAll(() => removeUser(TEST_USER));

const SOON = { timeoutMs: 60_000, everyMs: 10 };

const made = madeOnce();

describe('our own server', () => {
  test('gives the gateway a role that reads and writes rows and can do nothing else', async () => {
    const { launch } = bench();
    const store = await launch();
    await query(store.adminUrl, 'CREATE TABLE jobs (id serial PRIMARY KEY, name text)');
    await query(store.url, `INSERT INTO jobs (name) VALUES ('a')`);
    await query(store.url, `UPDATE jobs SET name = 'b'; DELETE FROM jobs WHERE name = 'c'`);
    expect(await query(store.url, 'SELECT * FROM jobs')).toEqual([{ id: 1, name: 'b' }]);
    for (const statement of [
      'CREATE TABLE mine (id int)',
      'DROP TABLE jobs',
      'TRUNCATE jobs',
      'CREATE ROLE other',
      'CREATE DATABASE other',
      `COPY jobs FROM PROGRAM 'id'`,
    ]) {
      await expect(query(store.url, statement)).rejects.toThrow(/permission denied|must be owner/);
    }
    const roles = await query(
      store.url,
      `SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole)
       AND rolname NOT LIKE 'pg_%'`,
    );
    expect(roles).toEqual([{ rolname: 'postgres' }]);
    expect(store).toMatchObject({ kind: 'embedded', version: '18.4' });
  });

  test('is durable, and reached only with a password over this machine’s own address', async () => {
    const { data, launch } = made();
    const store = await launch();
    const rows = await query(
      store.url,
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'listen_addresses',
       'server_encoding', 'synchronous_commit') ORDER BY name`,
    );
    expect(rows.map(({ name, setting }) => `${String(name)}=${String(setting)}`)).toEqual([
      'fsync=on',
      'full_page_writes=on',
      'listen_addresses=127.0.0.1',
      'server_encoding=UTF8',
      'synchronous_commit=on',
    ]);
    const socketFolder = readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8').split(
      '\n',
    )[4];
    expect(socketFolder).toBe('');
    const wrong = store.url.replace(/:[^:@]*@/, ':wrong@');
    await expect(query(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect((statSync(join(data, 'postgres.json')).mode & 0o777).toString(8)).toBe('600');
  });

  test('keeps its rows over a stop and a start', async () => {
    const { data, lines, launch } = made();
    const first = await launch();
    await keepRow(first);
    await first.stop();
    expect(first.isRunning()).toBe(false);
    expect(readRun(data, 'postgres')).toBeUndefined();
    await first.stop();
    const second = await launch();
    expect(await keptRows(second)).toEqual([{ id: 7 }]);
    expect(lines.at(-1)).toMatch(/^database: PostgreSQL 18\.4, port \d+, pid \d+, files in /);
  });

  test('outlives a kill -9 of the gateway and is adopted by the next start', async () => {
    const { data, lines, launch } = made();
    const gateway = startScript(
      `const { launchStore } = require('./src/postgres/launcher.ts');
       launchStore({ data: process.argv[1], say() {} }).then(
         (store) => console.log(JSON.stringify(store)), (error) => console.log(error.message));
       setInterval(() => {}, 1e6)`,
      { args: [data] },
    );
    const killed: { url: string; port: number } = JSON.parse((await gateway.nextLine()) ?? '');
    const pid = readRun(data, 'postgres')?.pid;
    await query(killed.url, 'SELECT 1');
    await gateway.kill();
    const adopted = await launch();
    expect(adopted.url).toBe(killed.url);
    expect(readRun(data, 'postgres')?.pid).toBe(pid);
    expect(lines.at(-1)).toContain('that an earlier gateway left running');
  });

  test('that a killed gateway left can be stopped without starting it', async () => {
    const { data, launch } = made();
    const store = await launch();
    const pid = readRun(data, 'postgres')?.pid;
    expect(await stopAll(data)).toEqual([{ name: 'postgres', pid, how: 'stopped' }]);
    expect(store.isRunning()).toBe(false);
  });

  test('comes back on its port and with its rows after it was killed itself', async () => {
    const { data, launch } = made();
    const store = await launch();
    await keepRow(store);
    process.kill(readRun(data, 'postgres')?.pid ?? 0, 'SIGKILL');
    expect(await waitUntil(() => !store.isRunning(), SOON)).toBe(true);
    const again = await launch({}, store.port);
    expect(again.url).toBe(store.url);
    expect(await keptRows(again)).toEqual([{ id: 7 }]);
  });

  test('starts although a stranger has the pid of the killed server', async () => {
    const { data, launch } = made();
    const store = await launch();
    await keepRow(store);
    const { pid = 0 } = readRun(data, 'postgres') ?? {};
    process.kill(pid, 'SIGKILL');
    expect(await waitUntil(() => !store.isRunning(), SOON)).toBe(true);
    // The same user's, since Postgres itself passes over a process that it may not signal.
    const pidFile = join(data, 'postgres', 'postmaster.pid');
    const { uid, gid } = statSync(pidFile);
    const stranger = await startStranger({ uid, gid });
    writeFileSync(pidFile, readFileSync(pidFile, 'utf8').replace(String(pid), String(stranger)));
    const again = await launch();
    expect(await keptRows(again)).toEqual([{ id: 7 }]);
    expect(startTimeOf(stranger)).toBeDefined();
  });

  test('is found and replaced when its run file got lost', async () => {
    const { data, lines, launch } = made();
    const store = await launch();
    await keepRow(store);
    const pid = readRun(data, 'postgres')?.pid;
    rmSync(runPath(data, 'postgres'));
    const again = await launch();
    expect(store.isRunning()).toBe(false);
    expect(lines).toContainEqual(
      expect.stringContaining(`stopping a Postgres (pid ${String(pid)})`),
    );
    expect(await keptRows(again)).toEqual([{ id: 7 }]);
  });

  test('moves with its data folder', async () => {
    const { data, launch, ...place } = made();
    const store = await launch();
    await keepRow(store);
    await store.stop();
    const moved = join(temporaryFolder(), 'moved');
    renameSync(data, moved);
    const again = await launchStore({ data: moved, say() {}, machine: { ...place } });
    expect(await keptRows(again)).toEqual([{ id: 7 }]);
    await again.stop();
  });

  test('is never replaced by an empty one when its files or its passwords are gone', async () => {
    const { data, launch } = made();
    const record = join(data, 'postgres.json');
    const aside = join(data, 'aside');
    renameSync(record, aside);
    await expect(launch()).rejects.toThrow(`its passwords in ${record} are missing`);
    writeFileSync(record, '{}');
    await expect(launch()).rejects.toThrow(`${record} is damaged`);
    renameSync(aside, record);
    renameSync(join(data, 'postgres'), aside);
    await expect(launch()).rejects.toThrow(`was in ${join(data, 'postgres')}, which is gone`);
  });

  test('that cannot start is quoted by the last lines of its log', async () => {
    const { data, launch } = made();
    writeFileSync(join(data, 'postgres', 'postgresql.conf'), 'no_such_setting = 1\n');
    await expect(launch()).rejects.toThrow(/^Postgres ended during its start; .*no_such_setting/s);
    expect(readRun(data, 'postgres')).toBeUndefined();
  });

  test('is made again when the first start was killed in the middle', async () => {
    const { data, launch } = made();
    const store = await launch();
    await store.stop();
    const record = join(data, 'postgres.json');
    writeFileSync(
      record,
      readFileSync(record, 'utf8').replace('"isMade": true', '"isMade": false'),
    );
    rmSync(join(data, 'postgres'), { recursive: true });
    expect(await query((await launch()).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('DATABASE_URL', () => {
  test('is used as it is, and never stopped', async () => {
    const { launch } = made();
    const server = await launch();
    const lines: string[] = [];
    const data = temporaryFolder();
    const url = server.adminUrl;
    const store = await launchStore({ data, databaseUrl: url, say: (line) => lines.push(line) });
    expect(store).toMatchObject({ kind: 'external', url, adminUrl: url, version: '18.4' });
    expect(lines).toEqual([
      `database: PostgreSQL 18.4 at 127.0.0.1:${String(server.port)}/reelay (DATABASE_URL)`,
    ]);
    await store.stop();
    expect(server.isRunning()).toBe(true);
  });

  test('that does not answer is one sentence without its password', async () => {
    const url = 'postgres://me:secret@127.0.0.1:1/mine';
    const start = launchStore({ data: temporaryFolder(), databaseUrl: url, say() {} });
    await expect(start).rejects.toThrow(
      'the database at 127.0.0.1:1/mine (DATABASE_URL) does not answer: connect ECONNREFUSED',
    );
    await expect(start).rejects.not.toThrow('secret');
  });

  test('stops what an earlier gateway left of our own server', async () => {
    const { data, launch } = made();
    const own = await launch();
    const other = await made().launch();
    const lines: string[] = [];
    const say = (line: string) => lines.push(line);
    await launchStore({ data, databaseUrl: other.url, say });
    expect(own.isRunning()).toBe(false);
    expect(lines[0]).toMatch(
      /^database: stopped the Postgres \(pid \d+\) that an earlier gateway left/,
    );
  });
});

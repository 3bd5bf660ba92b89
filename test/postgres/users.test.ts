import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canRun } from '../../src/postgres/access';
import { linkLibraries } from '../../src/postgres/binaries';
import { ROOT, cleanUp, startScript, temporaryFolder } from '../host/temporary';
import {
  TEST_USER,
  asRoot,
  bench,
  copyOfBinaries,
  give,
  isRoot,
  keepRow,
  keptRows,
  query,
  removeUser,
} from './machine';

/** The user "nobody" of Linux; owns nothing. */
const NOBODY = 65_534;

afterEach(cleanUp);
afterAll(() => removeUser(TEST_USER));

test('programs whose install scripts did not run get their missing links', async () => {
  const { launch, lines } = bench();
  const binaries = copyOfBinaries(0o022);
  const links = () => readdirSync(join(binaries.native, 'lib')).filter((name) => isLink(name));
  const isLink = (name: string) => lstatSync(join(binaries.native, 'lib', name)).isSymbolicLink();
  expect(links()).toEqual([]);
  const store = await launch({ binaries });
  expect(links().length).toBeGreaterThan(3);
  expect(lines.filter((line) => line.includes('copied'))).toEqual([]);
  expect(await query(store.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  // Again, on complete ones.
  expect(linkLibraries(binaries.native)).toBe(true);
});

describe('as root', () => {
  asRoot('Postgres runs as a system user, made once and announced once', async () => {
    removeUser(TEST_USER);
    const { data, launch, lines } = bench();
    const store = await launch();
    expect(lines[0]).toBe(
      `database: Postgres does not run as root, so the system user "${TEST_USER}" was made for it`,
    );
    expect(statSync(join(data, 'postgres')).uid).toBe(uidOf(TEST_USER));
    expect(await query(store.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const second = bench();
    await second.launch();
    expect(second.lines.filter((line) => line.includes('system user'))).toEqual([]);
  });

  asRoot('a group of that name without a user is used', async () => {
    const name = `${TEST_USER}-g`;
    spawnSync('groupadd', ['--system', name]);
    try {
      const { data, launch } = bench();
      const store = await launch({ userNames: { preferred: 'reelay-test-absent', made: name } });
      expect(groupsOf(name)).toBe(name);
      expect(statSync(join(data, 'postgres')).uid).toBe(uidOf(name));
      await store.stop();
    } finally {
      removeUser(name);
    }
  });

  asRoot('a user that exists is preferred, and none is made', async () => {
    const made = `${TEST_USER}-no`;
    const { data, launch } = bench();
    await launch({ userNames: { preferred: 'nobody', made } });
    expect(statSync(join(data, 'postgres')).uid).toBe(uidOf('nobody'));
    expect(uidOf(made)).toBeNaN();
  });

  asRoot(
    'in a clone and a data folder of 0700 with umask 077 both are put where the user can go',
    async () => {
      const { data, systemCache, systemData, launch, lines } = bench(0o700);
      const binaries = copyOfBinaries(0o077);
      const umask = process.umask(0o077);
      try {
        const store = await launch({ binaries });
        await keepRow(store);
        const copy = join(systemCache, `pg-${binaries.version}`);
        expect(lines).toContainEqual(
          expect.stringContaining(`programs are copied to ${copy}, since user`),
        );
        expect(lines).toContainEqual(
          expect.stringContaining(`cannot enter ${data}, so the database's files go to`),
        );
        expect(existsSync(join(data, 'postgres'))).toBe(false);
        expect(readdirSync(systemCache)).toEqual([`pg-${binaries.version}`]);
        expect(readdirSync(systemData)).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
        await store.stop();
        lines.length = 0;
        expect(await keptRows(await launch({ binaries }))).toEqual([{ id: 7 }]);
        expect(lines.length).toBe(1);
      } finally {
        process.umask(umask);
      }
    },
  );

  asRoot('a cluster outside stays in use when the data folder is opened later', async () => {
    const { data, launch } = bench(0o700);
    const store = await launch();
    await keepRow(store);
    await store.stop();
    chmodSync(data, 0o755);
    expect(await keptRows(await launch())).toEqual([{ id: 7 }]);
  });

  asRoot(
    'a new data folder in place of a removed one starts empty, and the old rows are set aside',
    async () => {
      const { data, systemData, launch, lines } = bench(0o700);
      const store = await launch();
      await keepRow(store);
      await store.stop();
      for (const name of readdirSync(data)) rmSync(join(data, name), { recursive: true });
      const again = await launch();
      await expect(keptRows(again)).rejects.toThrow('does not exist');
      expect(readdirSync(systemData).filter((name) => name.includes('.left-')).length).toBe(1);
      expect(lines).toContainEqual(
        expect.stringContaining('an earlier, removed data folder left a database'),
      );
    },
  );

  asRoot('a data folder closed after the first start is a readable error', async () => {
    const { data, launch } = bench();
    await (await launch()).stop();
    chmodSync(data, 0o700);
    await expect(launch()).rejects.toThrow('who may not enter that folder; let that user pass');
  });

  asRoot('a database that a normal user started is run as that user', async () => {
    const { data, launch } = bench();
    const store = await launch({ userNames: { preferred: 'nobody', made: TEST_USER } });
    await keepRow(store);
    await store.stop();
    expect(await keptRows(await launch())).toEqual([{ id: 7 }]);
    expect(statSync(join(data, 'postgres')).uid).toBe(uidOf('nobody'));
  });
});

describe('as a normal user', () => {
  // A clone that only root may read can be shown to nobody.
  const user = { name: 'nobody', uid: NOBODY, gid: NOBODY };
  const canRead =
    spawnSync(process.execPath, ['-e', 'require("pg")'], { cwd: ROOT, ...user }).status === 0;
  const asNobody = isRoot && canRead ? test : test.skip;

  asNobody('Postgres just runs, in the data folder', async () => {
    const data = temporaryFolder(0o700);
    give(data, NOBODY);
    const gateway = startScript(
      `const { launchStore } = require('./src/postgres/launcher.ts');
       const lines = [];
       launchStore({ data: process.argv[1], say: (line) => lines.push(line) }).then(
         (store) => console.log(JSON.stringify({ lines, ...store })), (error) => console.log(error.stack));
       setInterval(() => {}, 1e6)`,
      { args: [data], uid: NOBODY, gid: NOBODY },
    );
    const said = (await gateway.nextLine()) ?? gateway.errors();
    expect(said).toMatch(/^\{/);
    const store: { url: string; lines: string[] } = JSON.parse(said);
    expect(store.lines).toEqual([expect.stringMatching(/^database: PostgreSQL 18\.4, /)]);
    expect(await query(store.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(statSync(join(data, 'postgres')).uid).toBe(NOBODY);
  });

  asNobody(
    'programs that cannot be completed where they are are copied into the data folder',
    async () => {
      const data = temporaryFolder(0o700);
      const binaries = copyOfBinaries(0o022);
      give(data, NOBODY);
      const gateway = startScript(
        `const { launchStore } = require('./src/postgres/launcher.ts');
       const [data, native] = process.argv.slice(1);
       const lines = [];
       launchStore({ data, say: (line) => lines.push(line), machine: { binaries: { native, version: '1' } } }).then(
         (store) => console.log(JSON.stringify(lines)), (error) => console.log(error.stack));
       setInterval(() => {}, 1e6)`,
        { args: [data, binaries.native], uid: NOBODY, gid: NOBODY },
      );
      const said = (await gateway.nextLine()) ?? gateway.errors();
      expect(said).toContain(
        `programs are copied to ${join(data, 'pg-1')}, since they cannot be completed`,
      );
      expect(canRun(join(data, 'pg-1'), undefined)).toBe(true);
    },
  );
});

function uidOf(name: string): number {
  return Number.parseInt(spawnSync('id', ['-u', name], { encoding: 'utf8' }).stdout, 10);
}

function groupsOf(name: string): string {
  return spawnSync('id', ['-gn', name], { encoding: 'utf8' }).stdout.trim();
}

import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';
import { launchEngine } from '../../src/engine/launcher';
import type { EngineOptions, RunningEngine } from '../../src/engine/launcher';
import { prepareNamespace } from '../../src/engine/prepare';
import { cacheFolder } from '../../src/host/cache-folder';
import { freePort } from '../../src/host/free-port';
import { readRun } from '../../src/host/run-file';
import { waitUntil } from '../../src/host/wait';
import { cleanUp, startScript, temporaryFolder } from '../host/temporary';

/** A machine without the program fetches or builds it here, once. */
const BUILD_MS = 15 * 60_000;
const SEVEN_DAYS_MS = 7 * 24 * 3_600_000;
const NAMESPACE = 'reelay-test';
const { REELAY_CACHE, XDG_CACHE_HOME, PATH } = process.env;
const cache = cacheFolder({ given: REELAY_CACHE, xdgCacheHome: XDG_CACHE_HOME, home: homedir() });

afterEach(cleanUp);

interface Bench {
  data: string;
  lines: string[];
  launch(more?: Partial<EngineOptions>): Promise<RunningEngine>;
}

function bench(data = temporaryFolder()): Bench {
  const lines: string[] = [];
  const environment = { ...process.env, TEMPORAL_ADDRESS: undefined };
  const say = (line: string): void => {
    lines.push(line);
  };
  return {
    data,
    lines,
    launch: (more) =>
      launchEngine({ data, cache, namespace: NAMESPACE, environment, say, ...more }),
  };
}

/** What the engine says of a namespace. */
async function look(
  address: string,
  namespace = NAMESPACE,
): Promise<{ days: number; attributes: object; names: string[] }> {
  const connection = await Connection.connect({ address });
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    });
    const { namespaces } = await connection.workflowService.listNamespaces({ pageSize: 100 });
    const kept = config?.workflowExecutionRetentionTtl;
    return {
      days: (kept ? tsToMs(kept) : 0) / (SEVEN_DAYS_MS / 7),
      attributes: { ...customAttributes },
      names: namespaces.map(({ namespaceInfo }) => namespaceInfo?.name ?? ''),
    };
  } finally {
    await connection.close();
  }
}

const READY = { days: 7, attributes: { ReelayWorkspace: 2, ReelayModel: 2, ReelayProvider: 2 } };

test(
  'our own engine has the namespace ready, and keeps it over a stop and a start',
  async () => {
    const { data, lines, launch } = bench();
    const first = await launch();
    expect(first).toMatchObject({ namespace: NAMESPACE, owned: true });
    expect(first.version).toMatch(/^1\.(29|[3-9]\d)\./);
    expect(lines.at(-1)).toMatch(
      /^engine: Temporal Server 1\.\d+\.\d+ from \S+ \(.*\), port \d+, pid \d+, web page http/,
    );
    expect(await look(first.address)).toMatchObject(READY);
    await prepareNamespace({ address: first.address }, 'another');
    await first.stop();
    expect(first.isRunning()).toBe(false);
    await first.stop();
    const second = await launch();
    expect(await look(second.address)).toMatchObject(READY);
    expect((await look(second.address)).names).toContain('another');
    expect((statSync(join(data, 'engine')).mode & 0o777).toString(8)).toBe('700');
  },
  BUILD_MS,
);

test('it outlives a kill -9 of the gateway and is adopted by the next start', async () => {
  const { data, lines, launch } = bench();
  const gateway = startScript(
    `const { launchEngine } = require('./src/engine/launcher.ts');
     const [data, cache] = process.argv.slice(1);
     launchEngine({ data, cache, namespace: '${NAMESPACE}', environment: process.env, say() {} }).then(
       (engine) => console.log(JSON.stringify(engine)), (error) => console.log(error.stack));
     setInterval(() => {}, 1e6)`,
    { args: [data, cache] },
  );
  const killed: RunningEngine = JSON.parse((await gateway.nextLine()) ?? '');
  const pid = readRun(data, 'engine')?.pid;
  await gateway.kill();
  const adopted = await launch();
  expect(adopted).toMatchObject({
    address: killed.address,
    uiUrl: killed.uiUrl,
    kind: killed.kind,
    version: killed.version,
    owned: true,
  });
  expect(readRun(data, 'engine')?.pid).toBe(pid);
  expect(lines).toEqual([expect.stringContaining('that an earlier gateway left running')]);
});

test('it comes back at its address after it was killed itself', async () => {
  const { data, launch } = bench();
  const engine = await launch();
  await prepareNamespace({ address: engine.address }, 'another');
  const run = readRun(data, 'engine');
  if (!run) throw new Error('no run file');
  process.kill(run.pid, 'SIGKILL');
  expect(await waitUntil(() => !engine.isRunning(), { timeoutMs: 60_000, everyMs: 10 })).toBe(true);
  const again = await launch({ port: run.port, uiPort: Number(run.uiPort) });
  expect(again.address).toBe(engine.address);
  expect((await look(again.address)).names).toContain('another');
});

test('one on another port than the wanted one is replaced', async () => {
  const { launch } = bench();
  const first = await launch();
  const second = await launch({ port: await freePort() });
  expect(first.isRunning()).toBe(false);
  expect(second.isRunning()).toBe(true);
});

describe('TEMPORAL_ADDRESS', () => {
  test('is used as it is, prepared, and never stopped', async () => {
    const server = await bench().launch();
    const { lines, launch } = bench();
    const environment = { PATH, TEMPORAL_ADDRESS: server.address };
    const engine = await launch({ environment, namespace: 'mine' });
    expect(engine).toMatchObject({ address: server.address, kind: 'address', owned: false });
    expect(engine.uiUrl).toBeUndefined();
    expect(lines).toEqual([
      `engine: Temporal Server ${server.version} at ${server.address} (TEMPORAL_ADDRESS), namespace "mine"`,
    ]);
    expect(await look(server.address, 'mine')).toMatchObject(READY);
    await engine.stop();
    expect(server.isRunning()).toBe(true);
  });

  test('stops what an earlier gateway left of our own engine', async () => {
    const other = await bench().launch();
    const { lines, launch } = bench();
    const own = await launch();
    await launch({ environment: { PATH, TEMPORAL_ADDRESS: other.address } });
    expect(own.isRunning()).toBe(false);
    expect(lines[1]).toMatch(/^engine: stopped the Temporal server \(pid \d+\) that an earlier/);
  });

  test('that does not answer is one sentence', async () => {
    const start = prepareNamespace({ address: '127.0.0.1:1' }, 'mine', { connectMs: 1_000 });
    await expect(start).rejects.toThrow(
      /^the engine at 127\.0\.0\.1:1 does not answer within 1 s: .*; check that it runs, and TEMPORAL_ADDRESS/,
    );
  });
});

describe('preparing a namespace', () => {
  test('may be repeated, by many at once, and shortens nobody’s retention', async () => {
    const { address } = await bench().launch();
    await Promise.all([1, 2, 3, 4].map(() => prepareNamespace({ address }, 'many')));
    expect(await look(address, 'many')).toMatchObject(READY);
    const connection = await Connection.connect({ address });
    const config = { workflowExecutionRetentionTtl: { seconds: 30 * 86_400 } };
    await connection.workflowService.updateNamespace({
      namespace: 'many',
      config: config as object,
    });
    await connection.close();
    await prepareNamespace({ address }, 'many');
    expect((await look(address, 'many')).days).toBe(30);
  });

  test('says how to mend one that has attributes twice, and nothing once that was done', async () => {
    const { address } = await bench().launch();
    await prepareNamespace({ address }, 'twice');
    const connection = await Connection.connect({ address });
    // What two processes do that register at the same moment: one more column for a name.
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'twice' });
    const used = Object.keys(config?.customSearchAttributeAliases ?? {});
    const [one = '', two = ''] = [
      'Keyword06',
      'Keyword07',
      'Keyword08',
      'Keyword09',
      'Keyword10',
    ].filter((column) => !used.includes(column));
    const customSearchAttributeAliases = { [one]: 'ReelayModel', [two]: 'ReelayProvider' };
    await connection.workflowService.updateNamespace({
      namespace: 'twice',
      config: { customSearchAttributeAliases },
    });
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    await prepareNamespace({ address }, 'twice', { say });
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(
      'namespace "twice" has search attributes twice (ReelayModel, ReelayProvider)',
    );
    const names = [...(said[0] ?? '').matchAll(/--name (\w+)/g)].map(([, name = '']) => name);
    expect(names).toEqual(['ReelayModel', 'ReelayProvider']);
    // The request that the printed commands send.
    for (const name of names) {
      await connection.operatorService.removeSearchAttributes({
        namespace: 'twice',
        searchAttributes: [name],
      });
    }
    await connection.close();
    said.length = 0;
    await prepareNamespace({ address }, 'twice', { say });
    expect(said).toEqual([]);
    expect(await look(address, 'twice')).toMatchObject(READY);
  });

  test('names an attribute that is there with another type', async () => {
    const { address } = await bench().launch();
    const connection = await Connection.connect({ address });
    await connection.workflowService.registerNamespace({
      namespace: 'odd',
      workflowExecutionRetentionPeriod: { seconds: 86_400 } as object,
    });
    const searchAttributes = { ReelayModel: 3 };
    await connection.operatorService.addSearchAttributes({ namespace: 'odd', searchAttributes });
    await connection.close();
    await expect(prepareNamespace({ address }, 'odd')).rejects.toThrow(
      `the engine at ${address} cannot serve namespace "odd": its search attribute ReelayModel is not of type Keyword`,
    );
  });
});

test('an engine that cannot start is quoted by the last lines of its log', async () => {
  const { data, launch } = bench();
  const program = join(data, 'temporal');
  writeFileSync(
    program,
    `#!/bin/sh\n[ "$1" = --version ] && echo "temporal version 1 (Server 1.29.1, UI 2)" && exit\necho "disk is full" >&2\nexit 1\n`,
  );
  chmodSync(program, 0o755);
  await expect(launch({ environment: { PATH, TEMPORAL_CLI_PATH: program } })).rejects.toThrow(
    /^Temporal \(.*\) ended during its start; the last lines of its log:\ndisk is full/,
  );
  expect(readRun(data, 'engine')).toBeUndefined();
});

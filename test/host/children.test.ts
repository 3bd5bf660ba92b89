import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adopt, hasEnded, startChild, startFailure, stopChild } from '../../src/host/children';
import { logPath, logTail } from '../../src/host/log-file';
import { isSame, ownIdentity, startTimeOf } from '../../src/host/processes';
import { readRun, runPath, writeRun } from '../../src/host/run-file';
import { stopAll } from '../../src/host/stop-all';
import { waitUntil } from '../../src/host/wait';
import { cleanUp, startScript, startStranger, temporaryFolder } from './temporary';

const SOON = { timeoutMs: 60_000, everyMs: 10 };
const FOREVER = 'console.log("up"); setInterval(() => {}, 1e6);';

afterEach(cleanUp);

function start(data: string, code = FOREVER, name = 'engine') {
  return startChild({
    data,
    name,
    command: process.execPath,
    args: ['-e', code],
    port: 4242,
    env: {},
    cwd: '/',
    details: { kind: 'test' },
  });
}

function hasLogged(data: string, text: string): Promise<boolean> {
  return waitUntil(() => logTail(data, 'engine').includes(text), SOON);
}

describe('a child', () => {
  test('is told by its run file and writes to its log, both for the owner only', async () => {
    const data = temporaryFolder();
    const run = await start(data);
    expect(readRun(data, 'engine')).toEqual({
      name: 'engine',
      pid: run.pid,
      startTime: startTimeOf(run.pid),
      port: 4242,
      kind: 'test',
      logFrom: 0,
    });
    expect(await hasLogged(data, 'up')).toBe(true);
    expect(isSame(run)).toBe(true);
    expect(modeOf(runPath(data, 'engine'))).toBe('600');
    expect(modeOf(logPath(data, 'engine'))).toBe('600');
  });

  test('inherits nothing of our environment', async () => {
    const data = temporaryFolder();
    await start(
      data,
      'console.log("keys:" + Object.keys(process.env).length); setInterval(() => {}, 1e6)',
    );
    expect(await hasLogged(data, 'keys:0')).toBe(true);
  });

  test('that cannot be executed is a readable error', async () => {
    const data = temporaryFolder();
    const options = { data, name: 'engine', args: [], port: 0, env: {}, cwd: '/' };
    await expect(startChild({ ...options, command: '/nowhere/temporal' })).rejects.toThrow(
      /^engine could not be started: .*\/nowhere\/temporal/,
    );
  });

  test('is stopped once; a second stop finds nothing', async () => {
    const data = temporaryFolder();
    const run = await start(data);
    expect(await stopChild(data, run)).toBe('stopped');
    expect(readRun(data, 'engine')).toBeUndefined();
    expect(await stopChild(data, run)).toBe('gone');
  });

  test('that ignores its signals is killed with its whole group', async () => {
    const data = temporaryFolder();
    const run = await start(
      data,
      `process.on('SIGTERM', () => {});
       const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
       console.log('grandchild ' + child.pid + ';'); setInterval(() => {}, 1e6)`,
    );
    expect(await hasLogged(data, ';')).toBe(true);
    const grandchild = Number(/grandchild (\d+)/.exec(logTail(data, 'engine'))?.[1]);
    expect(startTimeOf(grandchild)).toBeDefined();
    expect(await stopChild(data, run, [{ signal: 'SIGTERM', graceMs: 50 }])).toBe('killed');
    expect(await waitUntil(() => startTimeOf(grandchild) === undefined, SOON)).toBe(true);
  });
});

describe('a pid', () => {
  test('that was recycled is never signalled, by nobody', async () => {
    const data = temporaryFolder();
    const stranger = await startStranger();
    const run = { name: 'engine', pid: stranger, startTime: 'long ago', port: 1 };
    const isHealthy = jest.fn().mockResolvedValue(true);
    writeRun(data, run);
    expect(await stopChild(data, run, [{ signal: 'SIGKILL', graceMs: 50 }])).toBe('gone');
    writeRun(data, run);
    expect(await adopt(data, 'engine', isHealthy)).toBeUndefined();
    writeRun(data, run);
    expect(await stopAll(data)).toEqual([]);
    expect(isHealthy).not.toHaveBeenCalled();
    expect(readRun(data, 'engine')).toBeUndefined();
    expect(startTimeOf(stranger)).toBeDefined();
  });

  test('of a zombie counts as ended', async () => {
    // The shell becomes a program that never collects its children.
    const parent = startScript(`
      const { spawn } = require('node:child_process');
      const shell = spawn('/bin/sh', ['-c', 'true & echo $!; exec sleep 1000']);
      process.on('SIGTERM', () => { shell.kill('SIGKILL'); process.exit(); });
      shell.stdout.on('data', (pid) => console.log(String(pid).trim()));`);
    const zombie = Number(await parent.nextLine());
    try {
      expect(await waitUntil(() => startTimeOf(zombie) === undefined, SOON)).toBe(true);
    } finally {
      parent.process.kill('SIGTERM');
      expect(await parent.nextLine()).toBeUndefined();
    }
  });

  test('of nobody, of init and of ourselves are told apart', () => {
    expect(startTimeOf(0)).toBeUndefined();
    expect(startTimeOf(-1)).toBeUndefined();
    expect(startTimeOf(2 ** 30)).toBeUndefined();
    expect(isSame(ownIdentity())).toBe(true);
    expect(isSame({ ...ownIdentity(), startTime: '1' })).toBe(false);
  });
});

describe('after a kill -9 of the one who started it, a child', () => {
  async function leaveBehind(data: string): Promise<number> {
    const parent = startScript(
      `const { startChild } = require('./src/host/children.ts');
       startChild({ data: process.argv[1], name: 'engine', command: process.execPath,
         args: ['-e', ${JSON.stringify(FOREVER)}], port: 7, env: {}, cwd: '/' })
         .then((run) => console.log(run.pid));
       setInterval(() => {}, 1e6)`,
      { args: [data] },
    );
    const pid = Number(await parent.nextLine());
    await parent.kill();
    return pid;
  }

  test('lives on and is adopted when it is healthy', async () => {
    const data = temporaryFolder();
    const pid = await leaveBehind(data);
    const adopted = await adopt(data, 'engine', (run) => Promise.resolve(run.port === 7));
    expect(adopted).toMatchObject({ pid, port: 7 });
    expect(startTimeOf(pid)).toBeDefined();
  });

  test('is stopped when it is not healthy', async () => {
    const data = temporaryFolder();
    const pid = await leaveBehind(data);
    expect(await adopt(data, 'engine', () => Promise.resolve(false))).toBeUndefined();
    expect(startTimeOf(pid)).toBeUndefined();
    expect(readRun(data, 'engine')).toBeUndefined();
  });
});

describe('stopping everything', () => {
  test('takes users before what they use, and says what it stopped', async () => {
    const data = temporaryFolder();
    for (const name of ['postgres', 'engine', 'simulator', 'gateway']) {
      await start(data, FOREVER, name);
    }
    const stopped = await stopAll(data);
    expect(stopped.map(({ name, how }) => [name, how])).toEqual([
      ['gateway', 'stopped'],
      ['simulator', 'stopped'],
      ['engine', 'stopped'],
      ['postgres', 'stopped'],
    ]);
    expect(stopped.filter(({ pid }) => startTimeOf(pid) !== undefined)).toEqual([]);
    expect(await stopAll(data)).toEqual([]);
  });

  test('passes over a run file that is no run file, and a folder without any', async () => {
    const data = temporaryFolder();
    expect(await stopAll(data)).toEqual([]);
    mkdirSync(join(data, 'run'));
    writeFileSync(runPath(data, 'engine'), '{"pid": ');
    writeFileSync(runPath(data, 'postgres'), '{"pid": 1}');
    expect(await stopAll(data)).toEqual([]);
  });

  test('leaves the run file of a successor', async () => {
    const data = temporaryFolder();
    const first = await start(data);
    const second = await start(data);
    await stopChild(data, first);
    expect(readRun(data, 'engine')).toMatchObject({ pid: second.pid });
  });
});

test('a failed start quotes what this child wrote, and nothing of an earlier one', async () => {
  const data = temporaryFolder();
  const first = await start(data, 'console.log("old news"); setInterval(() => {}, 1e6)');
  expect(await hasLogged(data, 'old news')).toBe(true);
  await stopChild(data, first);
  const second = await start(data, 'console.log("no disk"); process.exitCode = 1');
  expect(await waitUntil(() => hasEnded(second), SOON)).toBe(true);
  expect(startFailure(data, second, { what: 'It', reason: 'never asked' }).message).toBe(
    'It ended during its start; the last lines of its log:\nno disk',
  );
});

test('a log is quoted by its last lines only', async () => {
  const data = temporaryFolder();
  expect(logTail(data, 'engine')).toBe('(its log is empty)');
  mkdirSync(join(data, 'logs'));
  writeFileSync(logPath(data, 'engine'), `${'x'.repeat(100_000)}\none\ntwo\nthree\n`);
  expect(logTail(data, 'engine', { lines: 2 })).toBe('two\nthree');
  expect(readFileSync(logPath(data, 'engine')).length).toBeGreaterThan(100_000);
});

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

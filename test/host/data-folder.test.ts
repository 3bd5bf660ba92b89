import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimDataFolder, releaseDataFolder } from '../../src/host/data-folder';
import { takeLock } from '../../src/host/lock-file';
import { ownIdentity, startTimeOf } from '../../src/host/processes';
import { readRun, runPath } from '../../src/host/run-file';
import { stopAll } from '../../src/host/stop-all';
import { stopSteps } from '../../src/host/stop-steps';
import type { Script } from './temporary';
import { cleanUp, startScript, startStranger, temporaryFolder } from './temporary';

/** No process has this one: it is above every kernel's largest pid. */
const DEAD = { name: 'gateway', pid: 2 ** 30, startTime: '1', port: 0 };

afterEach(async () => {
  for (const data of claimed.splice(0)) releaseDataFolder(data);
  await cleanUp();
});

const claimed: string[] = [];
function claim(data: string) {
  claimed.push(data);
  return claimDataFolder(data);
}

function leaveLock(data: string, content: string): void {
  mkdirSync(join(data, 'run'), { recursive: true });
  writeFileSync(runPath(data, 'gateway'), content);
}

/** Answers each folder that it reads from stdin by what its claim of it came to; holds what it took. */
const CLAIMER = `
  const { claimDataFolder } = require('./src/host/data-folder.ts');
  const lines = require('node:readline').createInterface({ input: process.stdin });
  lines.on('line', (data) => claimDataFolder(data).then(
    () => console.log('took'), (error) => console.log(error.message)));
  console.log('ready');`;

async function startClaimers(count: number): Promise<Script[]> {
  const claimers = Array.from({ length: count }, () => startScript(CLAIMER));
  for (const claimer of claimers) expect(await claimer.nextLine()).toBe('ready');
  return claimers;
}

async function race(claimers: Script[], data: string): Promise<(string | undefined)[]> {
  for (const claimer of claimers) claimer.process.stdin?.write(`${data}\n`);
  return Promise.all(claimers.map((claimer) => claimer.nextLine()));
}

test('a new data folder is for its owner only, and names its gateway', async () => {
  const data = join(temporaryFolder(), 'deep', 'er');
  const folder = await claim(data);
  expect(folder.path).toBe(data);
  expect((statSync(data).mode & 0o777).toString(8)).toBe('700');
  expect(readRun(data, 'gateway')).toEqual({ name: 'gateway', ...ownIdentity(), port: 0 });
});

test('a second start on a live folder ends with a sentence that names its pid and the folder', async () => {
  const data = temporaryFolder();
  const [claimer] = await startClaimers(1);
  if (!claimer) throw new Error('no claimer');
  expect(await race([claimer], data)).toEqual(['took']);
  await expect(claimDataFolder(data)).rejects.toThrow(
    `the gateway with pid ${claimer.pid} is already running on ${data}; ` +
      `stop it with "node scripts/reelay.mjs stop --data ${data}" or choose another folder with --data`,
  );
  expect(readRun(data, 'gateway')).toMatchObject({ pid: claimer.pid });
});

test('a folder is free again after its release, and a release of somebody else’s claim does nothing', async () => {
  const data = temporaryFolder();
  const [claimer] = await startClaimers(1);
  const folder = await claim(data);
  folder.release();
  folder.release();
  expect(readdirSync(join(data, 'run'))).toEqual([]);
  expect(await race([claimer as Script], data)).toEqual(['took']);
  releaseDataFolder(data);
  expect(readRun(data, 'gateway')).toMatchObject({ pid: claimer?.pid });
});

test('the folder of a gateway that was killed is taken over', async () => {
  const data = temporaryFolder();
  const [claimer] = await startClaimers(1);
  await race([claimer as Script], data);
  await claimer?.kill();
  await claim(data);
  expect(readRun(data, 'gateway')).toMatchObject({ pid: process.pid });
  expect(readdirSync(join(data, 'run'))).toEqual(['gateway.json']);
});

test('a stranger that got the pid of a dead gateway keeps nobody out', async () => {
  const data = temporaryFolder();
  leaveLock(data, JSON.stringify({ ...DEAD, pid: await startStranger() }));
  await claim(data);
  expect(readRun(data, 'gateway')).toMatchObject({ pid: process.pid });
});

test('a claim that was cut short by a crash of the machine is taken over', async () => {
  const data = temporaryFolder();
  leaveLock(data, '');
  await claim(data);
  expect(readRun(data, 'gateway')).toMatchObject({ pid: process.pid });
});

test('a start that was killed while it took over is taken over too', async () => {
  const data = temporaryFolder();
  const taker = { ...DEAD, startTime: '2' };
  leaveLock(data, JSON.stringify(DEAD));
  writeFileSync(`${runPath(data, 'gateway')}.${DEAD.pid}-${DEAD.startTime}`, JSON.stringify(taker));
  await claim(data);
  expect(readRun(data, 'gateway')).toMatchObject({ pid: process.pid });
  expect(readdirSync(join(data, 'run'))).toEqual(['gateway.json']);
});

test('a gateway that stops everything on its folder does not end itself', async () => {
  const data = temporaryFolder();
  await claim(data);
  expect(await stopAll(data)).toEqual([]);
  expect(readRun(data, 'gateway')).toMatchObject({ pid: process.pid });
});

test('a folder that cannot be used is a readable error', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(claimDataFolder(file)).rejects.toThrow(`the data folder ${file} cannot be used: `);
});

test('a start that saw a dead owner gives way to the one that was faster', async () => {
  const data = temporaryFolder();
  const path = runPath(data, 'gateway');
  const pid = await startStranger();
  leaveLock(data, JSON.stringify(DEAD));
  // Up to its first wait: it has read the dead owner's name, and not yet acted on it.
  const slower = takeLock(path, 'gateway');
  const faster = { ...DEAD, pid, startTime: startTimeOf(pid) ?? '' };
  writeFileSync(path, JSON.stringify(faster));
  expect(await slower).toEqual(faster);
  expect(readRun(data, 'gateway')).toEqual(faster);
});

test('of many starts that race for one folder exactly one gets it', async () => {
  const claimers = await startClaimers(6);
  const pids = claimers.map(({ pid }) => pid);
  const taker = JSON.stringify({ ...DEAD, startTime: '2' });
  for (let round = 0; round < 24; round += 1) {
    const data = temporaryFolder();
    // In turn: a free folder, the lock of a dead gateway, and one whose taker died as well.
    if (round % 3 > 0) leaveLock(data, JSON.stringify(DEAD));
    if (round % 3 > 1) writeFileSync(`${runPath(data, 'gateway')}.${DEAD.pid}-1`, taker);
    const answers = await race(claimers, data);
    const winner = pids[answers.indexOf('took')];
    const refused = answers.filter((answer) =>
      answer?.startsWith(`the gateway with pid ${winner} `),
    );
    expect([answers.filter((answer) => answer === 'took').length, refused.length]).toEqual([1, 5]);
    expect(readFileSync(runPath(data, 'gateway'), 'utf8')).toContain(`"pid":${winner},`);
  }
});

test('`stop` gives a gateway the time that its run file asks for, and one that says nothing a submit’s', () => {
  expect(stopSteps({ name: 'gateway', stopMs: 7_000 })).toEqual([
    { signal: 'SIGTERM', graceMs: 7_000 },
  ]);
  const [step] = stopSteps({ name: 'gateway' });
  expect(step?.graceMs).toBeGreaterThan(105_000);
});

import { pino } from 'pino';
import { readConfig } from '../../src/config';
import type { Engine } from '../../src/core/ports/engine';
import { createStarts } from '../../src/gateway';
import type { Starts } from '../../src/gateway/starts';
import { createdJob, newJob, useTestDatabase } from '../support/database';
import { until } from '../support/gateway';
import { WILLING } from '../support/sweep-deps';

/** What was committed starts, whatever the engine and the processes do meanwhile, and each job in one process at a time. */

const database = useTestDatabase();

let running: Starts[] = [];
beforeEach(() => database.sql('UPDATE jobs SET workflow_started_at = created_at'));
afterEach(async () => {
  await Promise.all(running.map((starts) => starts.stop()));
  running = [];
});

function open(
  engine: Partial<Pick<Engine, 'startJob' | 'jobRun'>>,
  {
    lines = [],
    clock = Date.now,
    ...limits
  }: { lines?: string[]; clock?: () => number } & Record<string, unknown> = {},
): Starts {
  const config = readConfig({ REELAY_CONFIG: '' });
  const starts = createStarts({
    engine: { ...WILLING, ...engine },
    store: database.store.starts,
    waits: { ...config.waits, startAgainMs: 1, startAgainMaxMs: 20 },
    limits: { ...config.limits, ...limits },
    now: clock,
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
  });
  running.push(starts);
  return starts;
}

const post = (count: number): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const job = newJob(database.workspace, { now: Date.now() });
      return (await createdJob(database, job)).id;
    }),
  );

const unstarted = async (): Promise<number> => database.store.starts.count(1_000);
const allStarted = () => until('every start', async () => (await unstarted()) === 0 || undefined);

test('a wake starts every row, at most so many at once, each once', async () => {
  const asked: string[] = [];
  let current = 0;
  let most = 0;
  const startJob: Engine['startJob'] = async (workflowId) => {
    asked.push(workflowId);
    most = Math.max(most, (current += 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    current -= 1;
    return true;
  };
  const ids = await post(40);
  const starts = open({ startJob }, { startsAtOnce: 4, startsPerClaim: 16 });
  ids.forEach(starts.wake);
  await allStarted();
  expect(asked.sort()).toEqual(ids.sort());
  expect(most).toBe(4);
});

test('two processes share the rows, and each job is started by one of them', async () => {
  const asked: string[] = [];
  const startJob: Engine['startJob'] = (workflowId) => {
    asked.push(workflowId);
    return Promise.resolve(true);
  };
  const ids = await post(40);
  const both = [
    open({ startJob }, { startsPerClaim: 3 }),
    open({ startJob }, { startsPerClaim: 3 }),
  ];
  for (const starts of both) starts.wake();
  await allStarted();
  expect(asked.sort()).toEqual(ids.sort());
});

test('while the engine is away rows wait, the log has one line, and all start when it is back', async () => {
  let isAway = true;
  let asked = 0;
  const startJob = (): Promise<boolean> => {
    asked += 1;
    return isAway ? Promise.reject(new Error('no engine')) : Promise.resolve(true);
  };
  const lines: string[] = [];
  const starts = open({ startJob }, { lines, startsAtOnce: 2 });
  for (let round = 0; round < 3; round += 1) {
    await post(5);
    starts.wake();
    const before = asked;
    await until('another round', async () => asked > before + 2 || undefined);
  }
  expect(await unstarted()).toBe(15);
  expect(lines.length).toBe(1);
  isAway = false;
  await allStarted();
  // Another outage is another line.
  isAway = true;
  await post(1);
  starts.wake();
  await until('the second line', async () => lines.length > 1 || undefined);
  expect(lines.length).toBe(2);
});

test('a job that the engine refuses holds up no other', async () => {
  const [bad = ''] = await post(1);
  const startJob: Engine['startJob'] = (id) =>
    id === bad ? Promise.reject(new Error('refused')) : Promise.resolve(true);
  const starts = open({ startJob });
  await post(10);
  starts.wake();
  await until('the others', async () => (await unstarted()) === 1 || undefined);
});

test.each([
  ['runs is marked as started', 'running', 0],
  ['has closed is left to the sweep', 'closed', 1],
] as const)('a job whose workflow %s', async (_, run, left) => {
  await post(1);
  let asked = 0;
  const jobRun: Engine['jobRun'] = () => {
    asked += 1;
    return Promise.resolve(run);
  };
  const starts = open({ startJob: () => Promise.resolve(false), jobRun });
  starts.wake();
  await until('the engine to be asked', async () => asked > 0 || undefined);
  await starts.stop();
  expect(await unstarted()).toBe(left);
});

test('so many rows may wait, and no further one until some are started', async () => {
  let isAway = true;
  let failed = 0;
  let fail = (): void => undefined;
  // No round ends, so that no row is counted while others are committed.
  const held = new Promise<void>((resolve) => (fail = resolve));
  const startJob = async (): Promise<boolean> => {
    await held;
    if (!isAway) return true;
    failed += 1;
    throw new Error('no engine');
  };
  const starts = open({ startJob }, { startsWaiting: 5 });
  for (let number = 1; number <= 5; number += 1) {
    expect(starts.isFull()).toBe(false);
    await post(1);
    starts.wake();
  }
  expect(starts.isFull()).toBe(true);
  fail();
  await until('the engine to be asked in vain', async () => failed > 0 || undefined);
  expect(starts.isFull()).toBe(true);
  isAway = false;
  await allStarted();
  await until('room', async () => !starts.isFull() || undefined);
});

test('a process that is full finds that others have started what waited', async () => {
  let now = Date.now();
  const isAway = (): Promise<boolean> => Promise.reject(new Error('no engine'));
  const starts = open({ startJob: isAway }, { startsWaiting: 2, clock: () => now });
  await post(2);
  starts.wake();
  starts.wake();
  await until('a full process', async () => starts.isFull() || undefined);
  await database.sql('UPDATE jobs SET workflow_started_at = created_at');
  now += 60_000;
  await until('room', async () => !starts.isFull() || undefined);
});

test('a stop starts what was committed before it, and leaves what comes after to others', async () => {
  const starts = open({});
  await post(3);
  starts.wake();
  await starts.stop();
  expect(await unstarted()).toBe(0);
  await post(1);
  starts.wake();
  await starts.stop();
  expect(await unstarted()).toBe(1);
  open({}).wake();
  await allStarted();
});

test('a stop while the engine is away gives the rows back', async () => {
  await post(3);
  const starts = open({ startJob: () => Promise.reject(new Error('no engine')) });
  starts.wake();
  await starts.stop();
  open({}).wake();
  await until('the next process', async () => {
    open({}).wake();
    return (await unstarted()) === 0 || undefined;
  });
});

import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { createFirstCopies } from '../activities';
import { poll } from '../activities/poll';
import { settle } from '../activities/settle';
import { submit } from '../activities/submit';
import { readId } from '../src/core/job/ids';
import { cleanUp } from './host/temporary';
import { startTestDatabase } from './support/database';
import type { TestDatabase } from './support/database';
import { startOneMachine } from './support/one-machine';
import type { OneMachine } from './support/one-machine';

/** A job costs the database a counted number of statements, BEGIN and COMMIT included, and no more. */

/**
 * Statements from create to callback and kept result, with two looks. Every change of the code may make it smaller. One
 * of them reads the breakers: a process does that once a second, however many jobs it sends.
 */
const STATEMENTS_MAX = 36;
/** Longer than `fundsMs`. */
const FUNDS_MS = 300;
/** A look that finds the job as it was. */
const UNCHANGED_LOOK_MAX = 1;
/** A read of a job by its caller, whose key is known from a moment before. */
const READ_MAX = 1;

let database: TestDatabase;
let machine: OneMachine;
const statements: string[] = [];
const query = Client.prototype.query;

beforeAll(async () => {
  database = await startTestDatabase();
  machine = await startOneMachine(database);
  Client.prototype.query = function (this: Client, ...args: unknown[]) {
    const [asked] = args as [string | { text: string }];
    statements.push(typeof asked === 'string' ? asked : asked.text);
    return (query as (...all: unknown[]) => unknown).apply(this, args);
  } as typeof query;
});
afterAll(async () => {
  Client.prototype.query = query;
  await machine?.stop();
  await database?.close();
  await cleanUp();
});

/** What a step asks of the database, and what it gives. */
async function counted<Result>(step: () => Promise<Result>): Promise<[string[], Result]> {
  statements.length = 0;
  const result = await step();
  return [[...statements], result];
}

const call = async (method: string, path: string, body?: object): Promise<{ id: string }> => {
  const response = await fetch(`${machine.api}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${database.workspace.key}`,
      'content-type': 'application/json',
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as { id: string };
};

const create = (polls: number): Promise<{ id: string }> =>
  call('POST', '/v1/videos', {
    model: 'seedance-2.0',
    prompt: `a paper boat [[sim polls=${String(polls)} video=shared]]`,
    duration: 5,
    resolution: '720p',
    aspect_ratio: '16:9',
    callback_url: machine.callbackUrl,
  });

/** One try of the wait: true once it has ended. */
async function tryPoll(jobId: string): Promise<boolean> {
  machine.advance(60_000);
  const ended = await poll(machine.deps)({ jobId }).catch((error: unknown) => {
    // What has to wait goes back to the engine as an error.
    if (error instanceof Error && /^running/.test(error.message)) return undefined;
    throw error;
  });
  return ended !== undefined;
}

/** Everything that follows from the end: the first copy, and what the engine was asked to run, which is nothing. */
async function copyFirst(): Promise<void> {
  const copies = createFirstCopies(machine.deps);
  copies.wake();
  await copies.stop();
  expect(machine.asked).toEqual([]);
}

type Phases = Record<string, string[]>;

async function wholeJob(): Promise<Phases> {
  const { deps } = machine;
  const [created, { id }] = await counted(() => create(2));
  const jobId = readId(id) ?? '';
  const [submitted] = await counted(() => submit(deps)({ jobId, number: 1 }));
  const [running, hasEnded] = await counted(() => tryPoll(jobId));
  expect(hasEnded).toBe(false);
  const [last, isOver] = await counted(() => tryPoll(jobId));
  expect(isOver).toBe(true);
  const [settled] = await counted(() => settle(deps)({ jobId, ruling: { kind: 'verdict' } }));
  const [copied] = await counted(copyFirst);
  return {
    'authentication and create': created,
    submit: submitted,
    'a running look': running,
    'the last look': last,
    'settle and callback': settled,
    'kept result': copied,
  };
}

const sum = (phases: Phases): number => Object.values(phases).flat().length;

function tableOf(phases: Phases): string {
  const row = (name: string, count: number): string => `${String(count).padStart(4)}  ${name}`;
  const rows = Object.entries(phases).map(([name, { length }]) => row(name, length));
  return [...rows, row('statements in all', sum(phases))].join('\n');
}

/** Each statement in one line, for whoever looks for the next one to take out. */
const listOf = (phases: Phases): string =>
  Object.entries(phases)
    .flatMap(([name, all]) => [`-- ${name}`, ...all.map((text) => text.replace(/\s+/g, ' '))])
    .join('\n');

test(`a job costs at most ${STATEMENTS_MAX} statements from its create to its callback and its kept result`, async () => {
  // The key and what the model usually takes are known by then; whether there are points is asked anew.
  await wholeJob();
  await pause(FUNDS_MS);
  const phases = await wholeJob();
  process.stdout.write(`${tableOf(phases)}\n`);
  if (process.env['SHOW_STATEMENTS']) process.stdout.write(`${listOf(phases)}\n`);
  const rows = await database.sql(
    `SELECT d.state, k.finished_at IS NOT NULL AS kept FROM deliveries d JOIN keeps k USING (job_id)`,
  );
  expect(rows).toEqual(Array.from({ length: 2 }, () => ({ state: 'delivered', kept: true })));
  expect(sum(phases)).toBeLessThanOrEqual(STATEMENTS_MAX);
});

test('a look that finds a job as it was is one statement and writes nothing', async () => {
  const { id } = await create(9);
  const jobId = readId(id) ?? '';
  await submit(machine.deps)({ jobId, number: 1 });
  await tryPoll(jobId);
  const versions = (): Promise<unknown[]> =>
    database.sql(
      `SELECT j.xmin AS job, j.xmax AS locked, a.xmin AS attempt FROM jobs j JOIN attempts a ON a.job_id = j.id
       WHERE j.id = $1`,
      [jobId],
    );
  const before = await versions();
  const [asked] = await counted(() => tryPoll(jobId));
  expect(asked.length).toBeLessThanOrEqual(UNCHANGED_LOOK_MAX);
  expect(await versions()).toEqual(before);
});

test(`a read costs at most ${READ_MAX} statements`, async () => {
  const { id } = await create(2);
  await call('GET', `/v1/videos/${id}`);
  const [asked] = await counted(() => call('GET', `/v1/videos/${id}`));
  process.stdout.write(`${String(asked.length).padStart(4)}  a read by the caller\n`);
  expect(asked.length).toBeLessThanOrEqual(READ_MAX);
});

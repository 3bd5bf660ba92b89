import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../simulators/contract';
import { createGlobalFaults } from '../../simulators/server/global-faults';
import { openJobs, type Jobs } from '../../simulators/server/jobs';
import { createWorld } from '../../simulators/server/world';

/** What a provider with a limit counts: the queued jobs of an account, and those queued or running. */

let jobs: Jobs;
let now: number;
beforeEach(() => {
  jobs = openJobs(undefined);
  now = 0;
});

const world = (provider = 'any'): World =>
  createWorld({
    provider,
    jobs,
    faults: createGlobalFaults(),
    exchange: {},
    now,
    mediaUrl: () => undefined,
    accepted: () => undefined,
  });
const submit = (id: string, directives: string, account = 'mine', provider = 'any') =>
  world(provider).accept({
    id,
    account,
    prompt: `[[sim ${directives}]]`,
    seconds: 5,
    width: 1280,
    height: 720,
    fps: 24,
    seed: 0,
    data: {},
  });
const counts = (): number[] => [world().countQueued('mine'), world().countUnderWay('mine')];

test('a job is counted as queued, then as under way only, then not at all', () => {
  submit('a', 'queued=10 seconds=10');
  submit('b', 'queued=20 seconds=10');
  expect(counts()).toEqual([2, 2]);
  now = 10_000;
  expect(counts()).toEqual([1, 2]);
  now = 20_000;
  expect(counts()).toEqual([0, 1]);
  now = 30_000;
  expect(counts()).toEqual([0, 0]);
});

test('a job that ends by a look, a cancel or a removal frees its place at once', () => {
  submit('looked-at', 'polls=1');
  submit('canceled', 'queued=10');
  submit('removed', 'queued=10');
  expect(counts()).toEqual([2, 3]);
  world().look('mine', 'looked-at');
  expect(counts()).toEqual([2, 2]);
  world().cancel('canceled');
  expect(counts()).toEqual([1, 1]);
  world().remove('removed');
  expect(counts()).toEqual([0, 0]);
});

test('jobs of another account and of another provider are not counted', () => {
  submit('a', 'queued=10');
  submit('b', 'queued=10', 'theirs');
  submit('c', 'queued=10', 'mine', 'another');
  expect(counts()).toEqual([1, 1]);
});

test('a restart counts the jobs that it remembers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  try {
    jobs = openJobs(folder);
    submit('queued', 'queued=10');
    submit('running', 'fault=stuck queued=0');
    jobs.close();
    jobs = openJobs(folder);
    expect(counts()).toEqual([1, 2]);
    jobs.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

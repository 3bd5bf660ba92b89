import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../simulators/contract';
import { createGlobalFaults } from '../../simulators/server/global-faults';
import { openJobs, type Jobs } from '../../simulators/server/jobs';
import { createLimits } from '../../simulators/server/limits';
import { createWorld } from '../../simulators/server/world';

/** What a provider with a limit counts: the queued jobs of an account, and those queued or running. */

let jobs: Jobs;
let now: number;
beforeEach(() => {
  now = 0;
  jobs = openJobs(undefined, now);
});

const world = (provider = 'any'): World =>
  createWorld({
    provider,
    jobs,
    faults: createGlobalFaults(),
    limits: createLimits(),
    exchange: {},
    now,
    mediaUrl: () => undefined,
    accepted: () => undefined,
  });
const submit = (id: string, directives: string, account = 'mine', provider = 'any') =>
  world(provider).accept({
    id,
    account,
    model: 'a-model',
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

test('a job that is moved ahead frees its place at once, and not again at its old end', () => {
  submit('moved', 'queued=10 seconds=10');
  submit('stays', 'queued=0 seconds=30');
  const moved = jobs.get('moved');
  if (!moved) throw new Error('there is no such job');
  now = 5_000;
  jobs.change(moved, { queuedMs: 5_000, runMs: 15_000 });
  expect(counts()).toEqual([0, 2]);
  jobs.change(moved, { runMs: 5_000 });
  expect(counts()).toEqual([0, 1]);
  now = 20_000;
  expect(counts()).toEqual([0, 1]);
  now = 30_000;
  expect(counts()).toEqual([0, 0]);
});

test('a model is counted by itself', () => {
  submit('a', 'seconds=10');
  expect(world().countUnderWay('mine', 'a-model')).toBe(1);
  expect(world().countUnderWay('mine', 'another')).toBe(0);
});

test('jobs of another account and of another provider are not counted', () => {
  submit('a', 'queued=10');
  submit('b', 'queued=10', 'theirs');
  submit('c', 'queued=10', 'mine', 'another');
  expect(counts()).toEqual([1, 1]);
});

test('a restart counts the jobs that it remembers and begins its peak with them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  try {
    jobs = openJobs(folder, now);
    submit('queued', 'queued=10');
    submit('running', 'fault=stuck queued=0');
    submit('short', 'seconds=1');
    expect(jobs.underWay.peak({ provider: 'any' })).toBe(3);
    jobs.close();
    now = 2_000;
    jobs = openJobs(folder, now);
    expect(jobs.underWay.peak({ provider: 'any' })).toBe(2);
    expect(counts()).toEqual([1, 2]);
    jobs.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

import { cpus } from 'node:os';
import { readKib, readProcStat } from '../../bench/machine/proc';
import { cpuMs, cpuPer, elsewhereShare, memoryMib } from '../../bench/machine/processes';

const STAT =
  '4242 (node (a) b) S 77 4242 4242 0 -1 4194560 1000 0 0 0 250 50 30 7 20 0 11 0 99 1 2 3';

test('the line of a process is read past whatever its name holds', () => {
  expect(readProcStat(STAT)).toEqual({ parentPid: 77, ownMs: 3_000, endedChildrenMs: 370 });
});

test('a line that is cut off is an error, and no zero that would look like a figure', () => {
  expect(() => readProcStat('1 (init) S 0 1 1')).toThrow('too few fields');
});

test('memory is read by the name of its line', () => {
  const text = 'VmPeak:\t  999 kB\nVmRSS:\t  2048 kB\nThreads:\t11\n';
  expect([readKib(text, 'VmRSS'), readKib(text, 'Pss')]).toEqual([2_048, undefined]);
});

test('CPU time is told per piece of work, and as unknown where it is not known', () => {
  const before = { api: 100, engine: null };
  expect(cpuPer(8, before, { api: 500, engine: null, late: 3 })).toEqual({
    api: 50,
    engine: null,
    late: null,
  });
  expect(cpuPer(0, before, { api: 500 })).toEqual({ api: null });
});

test('what strangers used is what the machine did and the bench did not', () => {
  const wallMs = 1_000;
  const cores = cpus().length;
  const before = { api: 100, engine: 0 };
  const after = { api: 400, engine: 200 };
  const machineMs = 500 + cores * 250;
  expect(elsewhereShare(machineMs, { before, after, wallMs })).toBe(0.25);
  expect(elsewhereShare(0, { before, after, wallMs })).toBe(0);
  expect(elsewhereShare(900, { before, after: { api: null }, wallMs })).toBe(0);
});

test('this very process has used CPU time and memory, where the system tells it', () => {
  const watched = { own: { pid: process.pid }, tree: { pid: process.pid, withChildren: true } };
  const isTold = process.platform === 'linux';
  for (const figures of [cpuMs(watched), memoryMib(watched)]) {
    for (const value of Object.values(figures)) {
      if (isTold) expect(value).toBeGreaterThan(0);
      else expect(value).toBeNull();
    }
  }
});

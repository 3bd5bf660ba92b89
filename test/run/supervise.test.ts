import { pino } from 'pino';
import { supervise } from '../../src/run/supervise';
import type { Child } from '../../src/run/supervise';
import { until } from '../support/simulator';

/** A child that dies while the gateway lives comes back, and never one more than is stopped in the end. */

interface Fake extends Child {
  number: number;
  isStopped: boolean;
  die(): void;
}

function family() {
  const children: Fake[] = [];
  const make = (): Fake => {
    let running = true;
    const child: Fake = {
      number: children.length + 1,
      isStopped: false,
      isRunning: () => running,
      die: () => {
        running = false;
      },
      stop: () => {
        running = false;
        child.isStopped = true;
        return Promise.resolve();
      },
    };
    children.push(child);
    return child;
  };
  return { children, make };
}

function recorder() {
  const lines: { level: number; msg: string }[] = [];
  const write = (line: string): void => {
    lines.push(JSON.parse(line) as (typeof lines)[number]);
  };
  return { lines, log: pino({ level: 'info' }, { write }) };
}

const EVERY = { name: 'the engine', everyMs: 5 };

test('launches a child that died again, each time with one line in the log', async () => {
  const { children, make } = family();
  const { lines, log } = recorder();
  const relaunch = (): Promise<Fake> => Promise.resolve(make());
  const supervised = supervise({ ...EVERY, child: make(), relaunch, log });
  for (const number of [2, 3]) {
    supervised.current().die();
    await until(() => supervised.current().number === number);
  }
  await supervised.stop();
  expect(children.map(({ isStopped }) => isStopped)).toEqual([false, false, true]);
  expect(lines.map(({ msg }) => msg)).toEqual([
    'the engine had ended by itself and was launched again',
    'the engine had ended by itself and was launched again',
  ]);
});

test('leaves a child that runs alone', async () => {
  const { children, make } = family();
  let looks = 0;
  const child = make();
  const watched = { ...child, isRunning: () => (looks += 1) > 0 };
  const relaunch = (): Promise<Fake> => Promise.resolve(make());
  const supervised = supervise({ ...EVERY, child: watched, relaunch, log: recorder().log });
  await until(() => looks >= 3);
  await supervised.stop();
  expect(children).toHaveLength(1);
});

test('tries again when a launch fails, and says why it did', async () => {
  const { make } = family();
  const { lines, log } = recorder();
  let tries = 0;
  const relaunch = (): Promise<Fake> => {
    tries += 1;
    return tries < 3 ? Promise.reject(new Error('the port is taken')) : Promise.resolve(make());
  };
  const supervised = supervise({ ...EVERY, child: make(), relaunch, log });
  supervised.current().die();
  await until(() => supervised.current().number === 2);
  await supervised.stop();
  expect(tries).toBe(3);
  expect(lines.map(({ msg }) => msg).slice(0, 2)).toEqual([
    'the engine has ended and cannot be launched again: the port is taken',
    'the engine has ended and cannot be launched again: the port is taken',
  ]);
});

test('a stop in the middle of a launch stops what the launch brought', async () => {
  const { children, make } = family();
  let finish: (child: Fake) => void = () => undefined;
  let isLaunching = false;
  const relaunch = (): Promise<Fake> => {
    isLaunching = true;
    return new Promise((resolve) => {
      finish = resolve;
    });
  };
  const supervised = supervise({ ...EVERY, child: make(), relaunch, log: recorder().log });
  supervised.current().die();
  await until(() => isLaunching);
  const stopped = supervised.stop();
  finish(make());
  await stopped;
  expect(children[1]?.isStopped).toBe(true);
});

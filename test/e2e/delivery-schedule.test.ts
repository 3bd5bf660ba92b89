import { activityInfo } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { join } from 'node:path';
import { pino } from 'pino';
import type { ActivityDeps } from '../../activities';
import { deliver, endDelivery } from '../../activities/deliver';
import { createPlaces } from '../../activities/places';
import type { DeliveryEnd } from '../../src/core/job/delivery';
import { RETRY_AFTER_MAX_MS } from '../../src/core/schedules';
import { WAITS } from '../../src/core/settings/waits';
import { readConfig } from '../../src/config';
import {
  CALLBACKS_QUEUE,
  DELIVER_CALLBACK,
  REDELIVER_SIGNAL,
  STOP_SIGNAL,
} from '../../workflows/contract';
import { until } from '../support/gateway';
import { startTimeSkipping } from '../support/time-skipping';

/** The whole schedule of a delivery, as shipped, on a clock that jumps: three days in seconds. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let environment: TestWorkflowEnvironment;
let worker: Worker;
let running: Promise<void>;

/** What the receivers answer to which try, and when each try came, by the engine's clock. */
interface Receiver {
  answer(number: number): { status: number; headers?: Record<string, string> };
  tries: number[];
  state: string;
}
const receivers = new Map<string, Receiver>();

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } } },
  });
  environment = await startTimeSkipping();
  worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: CALLBACKS_QUEUE,
    workflowBundle: { codePath: join(__dirname, '..', '..', 'dist', 'workflow-bundle.js') },
    activities: { deliver: deliver(deps()), endDelivery: endDelivery(deps()) },
  });
  running = worker.run();
}, 400_000);

afterAll(async () => {
  if (worker?.getState() === 'RUNNING') worker.shutdown();
  await running;
  await environment?.teardown();
});

/** The real activity over receivers and rows in memory; its clock is the engine's. */
function deps(): ActivityDeps {
  const { waits, limits } = readConfig({});
  const of = (id: string): Receiver => {
    const receiver = receivers.get(id);
    if (!receiver) throw new Error(`no delivery ${id}`);
    return receiver;
  };
  const now = (): number => activityInfo().currentAttemptScheduledTimestampMs;
  const parts = {
    waits,
    limits: { ...limits, deliveriesPerHost: 9, deliveriesPerWorkspace: 9, deliveriesAtOnce: 9 },
    places: createPlaces(),
    log: pino({ level: 'silent' }),
    now,
    random: Math.random,
    store: {
      deliveries: {
        get: async (id: string) => ({
          delivery: {
            id,
            url: id,
            eventId: id,
            triesBefore: 0,
            body: Buffer.from('{}'),
            ...of(id),
          },
          secrets: [`whsec_${Buffer.alloc(32).toString('base64')}`],
        }),
        beginTry: async (id: string) => of(id).tries.push(now()),
        endTry: async (id: string, _number: number, _result: unknown, end?: DeliveryEnd) => {
          if (end) of(id).state = end === 'delivered' ? end : 'failed';
        },
        end: async (id: string, end: DeliveryEnd) => {
          of(id).state = end;
        },
      },
    },
    outbound: {
      call: async ({ target }: { target: { url: string } }) => {
        const { answer, tries } = of(target.url);
        const { status, headers = {} } = answer(tries.length);
        return {
          kind: 'reply',
          durationMs: 1,
          reply: { status, headers, body: Buffer.from('') },
        };
      },
    },
  };
  // All that deliver uses.
  return parts as unknown as ActivityDeps;
}

async function start(
  answer: Receiver['answer'],
): Promise<{ handle: WorkflowHandle; receiver: Receiver }> {
  const id = `delivery-${String(receivers.size)}`;
  const receiver: Receiver = { answer, tries: [], state: 'pending' };
  receivers.set(id, receiver);
  const handle = await environment.client.workflow.start(DELIVER_CALLBACK, {
    workflowId: id,
    taskQueue: CALLBACKS_QUEUE,
    args: [{ deliveryId: id, heartbeatMs: 20_000 }],
  });
  return { handle, receiver };
}

const gapsOf = ({ tries }: Receiver): number[] =>
  tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
/** What engine and machine may add to a pause: the clock that jumps also goes on by itself. */
const SLACK_MS = 60_000;

test('a receiver that never answers well is tried ten times over three days, each pause within its jitter', async () => {
  const { handle, receiver } = await start(() => ({ status: 500 }));
  await handle.result();
  expect(receiver.state).toBe('failed');
  expect(receiver.tries).toHaveLength(10);
  const gaps = gapsOf(receiver);
  for (const [index, gap] of gaps.entries()) {
    const planned = WAITS.deliverySchedule.default[index + 1] ?? 0;
    expect(gap).toBeGreaterThanOrEqual(planned);
    expect(gap).toBeLessThanOrEqual(planned * 1.2 + SLACK_MS);
  }
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  expect(total).toBeGreaterThan(75 * HOUR);
  expect(total).toBeLessThan(92 * HOUR);
});

test('a receiver that recovers after a day gets it then, and nothing after', async () => {
  const { handle, receiver } = await start((number) => ({ status: number < 7 ? 503 : 204 }));
  await handle.result();
  expect(receiver).toMatchObject({ state: 'delivered' });
  expect(receiver.tries).toHaveLength(7);
});

test('410 ends it at once', async () => {
  const { handle, receiver } = await start((number) => ({ status: number < 2 ? 500 : 410 }));
  await handle.result();
  expect(receiver).toMatchObject({ state: 'failed' });
  expect(receiver.tries).toHaveLength(2);
});

test('a receiver may ask for a later try, but not for one after a day', async () => {
  const { handle, receiver } = await start((number) =>
    number === 1
      ? { status: 429, headers: { 'retry-after': '3600' } }
      : { status: number === 2 ? 503 : 204, headers: { 'retry-after': '99999999' } },
  );
  await handle.result();
  const [first = 0, second = 0] = gapsOf(receiver);
  expect(Math.abs(first - HOUR)).toBeLessThan(SLACK_MS);
  expect(Math.abs(second - RETRY_AFTER_MAX_MS)).toBeLessThan(SLACK_MS);
});

/** Waits until the try at five minutes is over: the next one is half an hour away. */
const inTheLongPause = async (receiver: Receiver): Promise<void> => {
  await until('the first try', async () => receiver.tries[0]);
  await environment.sleep(8 * MINUTE);
  await until('three tries', async () => receiver.tries[2]);
};

test('redeliver ends the pause: the next try comes now, and the schedule goes on from there', async () => {
  const { handle, receiver } = await start((number) => ({ status: number < 5 ? 500 : 204 }));
  await inTheLongPause(receiver);
  await handle.signal(REDELIVER_SIGNAL);
  await until('the try by hand', async () => receiver.tries[3]);
  await handle.result();
  const gaps = gapsOf(receiver);
  expect(gaps[2]).toBeLessThan(25 * MINUTE);
  expect(gaps[3]).toBeGreaterThanOrEqual(2 * HOUR);
  expect(receiver.state).toBe('delivered');
});

test('stop ends the delivery without another try', async () => {
  const { handle, receiver } = await start(() => ({ status: 500 }));
  await inTheLongPause(receiver);
  await handle.signal(STOP_SIGNAL);
  await handle.result();
  expect(receiver.tries).toHaveLength(3);
  expect(receiver.state).toBe('stopped');
});

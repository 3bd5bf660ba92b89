import { startTestGateway, until, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { record } from '../support/report';
import { startWire, wireError } from '../support/wire';
import type { Rule, Wire, WireReply } from '../support/wire';

/**
 * What each path of a job costs in history events. The numbers are a promise: storage and price of a cluster follow
 * from them, and a change that adds one is a change of the product.
 */

interface Path {
  path: string;
  model?: string;
  directives?: string;
  callback?: true;
  rule?: (scene: Scene) => Rule;
  act?(scene: Scene): Promise<unknown>;
  /** The events of the last run; two numbers where a look may be under way at that moment, which is one event more. */
  events: number | readonly [number, number];
  status: string;
  state: string;
}

interface Scene {
  tag: string;
  id: string;
  jobId: string;
  isOpen: boolean;
  isShut: boolean;
}

const denied: WireReply = {
  status: 403,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { code: 'AccessDenied', message: 'not for this account' } }),
};
const refused: WireReply = {
  status: 400,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { code: 'InvalidParameter', message: 'no' } }),
};

const firstPost =
  (reply: WireReply | 'drop') =>
  (): Rule =>
  async ({ method, number, forward }) =>
    method === 'POST' && number === 1 ? reply : forward();

const lostPost =
  (): Rule =>
  async ({ method, forward }) => {
    const reply = await forward();
    return method === 'POST' ? 'drop' : reply;
  };

const handle = ({ id }: Scene) => gateway.base.client.workflow.getHandle(id);

const looked = (scene: Scene, phase: string): Promise<unknown> =>
  until(`a look that says ${phase}`, async () => {
    const attempt = await gateway.base.store.attempts.latest(scene.jobId);
    return (attempt?.polls && attempt.phase === phase) || undefined;
  });

const cancel = async (scene: Scene): Promise<void> => {
  await looked(scene, 'queued');
  await handle(scene).cancel();
};

const hint = async (scene: Scene): Promise<void> => {
  await until('the doubt', async () => {
    const attempt = await gateway.base.store.attempts.latest(scene.jobId);
    return attempt?.state === 'unknown' || undefined;
  });
  const { callbackToken, taskId } = wire.seen(scene.tag);
  await gateway.call('POST', `/callbacks/ark/${callbackToken ?? ''}`, {
    key: null,
    body: { id: taskId, status: 'running' },
  });
};

const terminated = async (scene: Scene): Promise<void> => {
  await looked(scene, 'queued');
  await handle(scene).terminate('by hand');
};

const PATHS: readonly Path[] = [
  { path: 'one channel', events: 23, status: 'COMPLETED', state: 'succeeded' },
  {
    path: 'one channel, told by a callback',
    callback: true,
    events: 23,
    status: 'COMPLETED',
    state: 'succeeded',
  },
  {
    path: 'the provider fails it',
    directives: 'fault=fail',
    events: 23,
    status: 'FAILED',
    state: 'failed',
  },
  {
    path: 'forty looks',
    directives: 'polls=40',
    events: 23,
    status: 'COMPLETED',
    state: 'succeeded',
  },
  {
    path: 'busy (429) three times, then accepted',
    rule:
      () =>
      async ({ method, number, forward }) =>
        method === 'POST' && number <= 3 ? wireError(429) : forward(),
    events: 23,
    status: 'COMPLETED',
    state: 'succeeded',
  },
  {
    path: 'submit in doubt, named by the provider’s callback',
    rule: lostPost,
    act: hint,
    events: 23,
    status: 'COMPLETED',
    state: 'succeeded',
  },
  {
    path: 'submit in doubt, never named',
    rule: lostPost,
    events: 17,
    status: 'FAILED',
    state: 'failed',
  },
  {
    path: 'refused for good',
    rule: firstPost(refused),
    events: 17,
    status: 'FAILED',
    state: 'failed',
  },
  {
    path: 'refused by the first channel, accepted by the second',
    model: 'two',
    rule: firstPost(denied),
    events: 29,
    status: 'COMPLETED',
    state: 'succeeded',
  },
  {
    path: 'past its deadline, finished (the last look)',
    model: 'short',
    rule:
      (scene) =>
      async ({ method, forward }) =>
        method === 'GET' && !scene.isOpen ? wireError(500) : forward(),
    async act(scene) {
      // Opened earlier, a look of the ordinary wait could still be the one that finds it.
      await until('the end of the wait', async () => {
        const { events } = await handle(scene).fetchHistory();
        return events?.find(
          (event) =>
            event.activityTaskTimedOutEventAttributes ?? event.activityTaskFailedEventAttributes,
        );
      });
      scene.isOpen = true;
    },
    events: [28, 29],
    status: 'COMPLETED',
    state: 'succeeded',
  },
  {
    path: 'past its deadline, still running',
    model: 'short',
    directives: 'queued=0 seconds=900',
    events: [28, 29],
    status: 'FAILED',
    state: 'failed',
  },
  {
    path: 'canceled while it waits',
    directives: 'queued=900',
    act: cancel,
    events: [33, 34],
    status: 'CANCELLED',
    state: 'canceled',
  },
  {
    path: 'cancel refused, finished',
    directives: 'queued=900',
    rule:
      (scene) =>
      async ({ method, forward }) => {
        if (method === 'DELETE') await move(scene, 'running');
        return forward();
      },
    async act(scene) {
      await cancel(scene);
      const { answered } = wire.seen(scene.tag);
      await until('the DELETE', async () => answered['DELETE']);
      // The look that follows it finds the job running.
      const looks = answered['GET'] ?? 0;
      await until('a look', async () => (answered['GET'] ?? 0) > looks || undefined);
      await move(scene, 'end');
    },
    events: [39, 40],
    status: 'COMPLETED',
    state: 'succeeded',
  },
  {
    path: 'terminated, canceled by the sweep’s run',
    directives: 'queued=900',
    act: terminated,
    events: 18,
    status: 'CANCELLED',
    state: 'canceled',
  },
  {
    path: 'history lost, resumed by the sweep at its deadline',
    model: 'short',
    directives: 'queued=0 seconds=900',
    rule:
      (scene) =>
      async ({ method, forward }) =>
        method === 'GET' && scene.isShut ? wireError(500) : forward(),
    async act(scene) {
      await looked(scene, 'running');
      // No look may find the end before the history is gone.
      scene.isShut = true;
      const { exchanges, answered } = wire.seen(scene.tag);
      await until(
        'the look under way',
        async () => exchanges['GET'] === answered['GET'] || undefined,
      );
      await move(scene, 'end');
      const { client, namespace } = gateway.base;
      const workflowExecution = { workflowId: scene.id };
      await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
      scene.isShut = false;
    },
    events: 23,
    status: 'COMPLETED',
    state: 'succeeded',
  },
];

let gateway: TestGateway;
let wire: Wire;

beforeAll(async () => {
  wire = await startWire();
  const { wired } = wire.config.models;
  gateway = await startTestGateway(
    {
      channels: wire.config.channels,
      models: {
        wired,
        short: { ...wired, deadlineSeconds: 10 },
        two: {
          ...wired,
          channels: [
            ...wired.channels,
            { channel: 'ark-simulated', model: 'doubao-seedance-2-0-260128' },
          ],
        },
      },
      waits: {
        sendMs: 5_000,
        unknownGraceMs: 300,
        unknownMs: 3_000,
        exchangeMs: 5_000,
        lookRetryMs: 200,
        sweepEveryMs: 1_000,
        sweepAgeMs: 1_000,
      },
    },
    { env: wire.env },
  );
  wire.toward(gateway.simulator?.origin ?? '');
});

afterAll(async () => {
  await gateway?.close();
  await wire?.close();
});

async function move({ tag }: Scene, to: 'running' | 'end'): Promise<void> {
  const url = `${gateway.simulator?.origin}/_sim/jobs/${wire.seen(tag).taskId}`;
  expect((await gateway.call('POST', url, { body: { to } })).status).toBe(200);
}

const counts = (row: Path): readonly number[] => [row.events].flat();

test.concurrent.each(PATHS.map((row) => [row.path, counts(row).join(' or '), row] as const))(
  '%s: %s events',
  async (path, _, row) => {
    const tag = `path-${PATHS.indexOf(row)}`;
    const scene: Scene = { tag, id: '', jobId: '', isOpen: false, isShut: false };
    if (row.rule) wire.bend(tag, row.rule(scene));
    scene.id = await gateway.post({
      model: row.model ?? 'wired',
      prompt: `tag:${tag} [[sim video=shared seconds=1 ${row.directives ?? ''}]]`,
      ...(row.callback ? { callback_url: 'http://127.0.0.1:9/hook' } : {}),
    });
    scene.jobId = uuid(scene.id);
    await row.act?.(scene);
    await gateway.ended(scene.id);
    const run = await gateway.run(scene.id);
    const [job] = await gateway.sql('SELECT state FROM jobs WHERE id = $1', [scene.jobId]);
    expect({ ...run, ...job }).toMatchObject({ status: row.status, state: row.state });
    expect(counts(row)).toContain(run.events);
    record('events', path, `${row.state}, ${counts(row).join(' or ')} events`);
  },
);

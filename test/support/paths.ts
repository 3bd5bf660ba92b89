import { randomBytes } from 'node:crypto';
import { readId } from '../../src/core/job/ids';
import { planOf } from '../../src/core/job/plan';
import type { JobPlan } from '../../src/core/job/plan';
import { videoRequestSchema } from '../../src/core/request/request';
import { accept } from '../../src/gateway';
import {
  GENERATE_VIDEO,
  REDELIVER_SIGNAL,
  STOP_SIGNAL,
  SWEEP_SCHEDULE,
  VIDEO_QUEUE,
  deliveryWorkflowId,
  keepWorkflowId,
} from '../../workflows/contract';
import { REQUEST, until } from './gateway';
import type { TestGateway } from './gateway';

/**
 * Every path that our workflows can take, made on the real engine. Each entry leads to one closed run, whose history
 * is counted, recorded and replayed.
 */
export interface Path {
  /** The events of the closed run; a range where it depends on what the cancel met. */
  events: number | [min: number, max: number];
  /** The status of the closed run; several where it depends on who tells of a cancel first. */
  status: RunStatus | readonly RunStatus[];
  /** Resolves with the run when it is closed, or is bound to close by itself. */
  make(world: PathWorld): Promise<Run>;
}

type RunStatus = 'COMPLETED' | 'FAILED' | 'CANCELLED';

export interface Run {
  workflowId: string;
  runId?: string;
}

export interface PathWorld {
  gateway: TestGateway;
  /** Answers these statuses in turn, then 204. */
  receiver(statuses: readonly number[]): string;
}

const prompt = (directives: string): string =>
  `${randomBytes(6).toString('hex')} [[sim video=shared ${directives}]]`;

export const PATHS: Readonly<Record<string, Path>> = {
  main: { events: 23, status: 'COMPLETED', make: posted('seconds=1') },
  'forty-polls': { events: 23, status: 'COMPLETED', make: posted('polls=40') },
  failed: { events: 23, status: 'FAILED', make: posted('seconds=1 fault=policy') },
  'busy-then-accepted': { events: 23, status: 'COMPLETED', make: posted('fault=429 count=1') },
  refused: { events: 17, status: 'FAILED', make: posted('fault=429 count=999') },
  'next-channel': {
    events: 29,
    status: 'COMPLETED',
    make: posted('seconds=1', { model: 'two-channels' }),
  },
  'lost-by-a-server-of-ones-own': {
    // Each submit that is made again costs another two rounds.
    events: 47,
    status: 'FAILED',
    make: posted('gone=1', { model: 'own-server' }),
  },
  'waited-for-a-slot': {
    events: 35,
    status: 'COMPLETED',
    async make({ gateway }) {
      const first = await held(gateway, 'one-slot');
      const run = await posted('seconds=1', { model: 'one-slot' })({ gateway });
      await waitsForSlot(gateway, run.workflowId);
      await endAtProvider(gateway, first);
      return run;
    },
  },
  'not-started-in-time': {
    events: 29,
    status: 'COMPLETED',
    async make({ gateway }) {
      const first = await held(gateway, 'another-slot');
      const { json } = await gateway.call('POST', '/v1/videos', {
        body: { ...REQUEST, model: 'another-slot', prompt: prompt('seconds=1') },
        headers: { 'reelay-start-within': '2' },
      });
      await gateway.ended(json.id);
      await endAtProvider(gateway, first);
      return { workflowId: json.id };
    },
  },
  'submit-unknown-then-adopted': {
    events: 23,
    status: 'COMPLETED',
    make: posted('fault=drop-after-accept seconds=1'),
  },
  'submit-unknown': { events: 17, status: 'FAILED', make: posted('fault=drop-before-accept') },

  'canceled-while-queued': {
    // Between two looks, in the middle of one, or before the first when a callback told that it is queued.
    events: [24, 34],
    status: 'CANCELLED',
    make: canceledAt('polled', 'queued=60'),
  },
  'canceled-while-running': {
    events: [33, 40],
    status: 'COMPLETED',
    make: canceledAt('running', 'polls=20'),
  },
  'canceled-while-busy': {
    events: [17, 34],
    status: 'CANCELLED',
    make: canceledAt('refused', 'fault=429 count=999'),
  },
  'canceled-in-doubt': {
    events: [27, 34],
    status: 'FAILED',
    make: canceledAt('unknown', 'fault=drop-before-accept'),
  },
  'canceled-during-submit': {
    events: [27, 40],
    status: 'COMPLETED',
    // With polls no callback comes, which would say what became of the submit before its answer does.
    make: canceledAt('sending', 'fault=slow polls=8'),
  },
  'canceled-before-start': {
    events: [15, 24],
    status: 'CANCELLED',
    async make({ gateway }) {
      const { workflowId, plan } = await prepared(gateway, 'seconds=1');
      // Held back by the engine, so that the wish is there before the first step.
      const handle = await gateway.base.client.workflow.start(GENERATE_VIDEO, {
        ...{ workflowId, taskQueue: VIDEO_QUEUE, args: [{ plan }], startDelay: '1s' },
      });
      await handle.cancel();
      return { workflowId };
    },
  },
  'wish-in-the-row-before-submit': {
    // A sweep may tell the wish to the engine as well.
    events: [17, 24],
    status: ['COMPLETED', 'CANCELLED'],
    async make({ gateway }) {
      const { workflowId, plan } = await prepared(gateway, 'seconds=1');
      await gateway.base.store.jobs.requestCancel(plan.workspaceId, plan.jobId, Date.now());
      await gateway.base.engine.startJob(workflowId, plan, LABEL);
      return { workflowId };
    },
  },

  'timed-out': {
    // A look that is under way at the deadline is one event more.
    events: [28, 29],
    status: 'FAILED',
    async make({ gateway }) {
      const { workflowId, plan } = await prepared(gateway, 'fault=stuck');
      await gateway.base.engine.startJob(
        workflowId,
        { ...plan, deadlineAt: Date.now() + 2_500 },
        LABEL,
      );
      return { workflowId };
    },
  },
  resumed: {
    events: 23,
    status: 'COMPLETED',
    async make({ gateway }) {
      const { workflowId, plan } = await prepared(gateway, 'seconds=1');
      await gateway.base.engine.restartJob(workflowId, plan, LABEL, 'resume');
      return { workflowId };
    },
  },
  'terminated-then-swept': {
    events: 18,
    // The sweep also asks the engine for the cancel, so that operators see the run end as canceled.
    status: 'CANCELLED',
    async make(world) {
      const { gateway } = world;
      const { workflowId } = await posted('queued=60')(world);
      await attemptIs(gateway, workflowId, ['accepted']);
      const handle = gateway.base.client.workflow.getHandle(workflowId);
      const { runId } = await handle.describe();
      await handle.terminate('a test');
      await until('the sweep to start it again', async () => {
        await gateway.base.client.schedule.getHandle(SWEEP_SCHEDULE).trigger();
        return (await handle.describe()).runId === runId ? undefined : true;
      });
      return { workflowId };
    },
  },

  child: { events: 29, status: 'COMPLETED', make: asked({ prompt: prompt('seconds=1') }) },
  'child-refused': { events: 11, status: 'FAILED', make: asked({ model: 'nope' }) },
  'child-again': {
    events: 23,
    status: 'COMPLETED',
    async make(world) {
      const request = { prompt: prompt('seconds=1') };
      const { workflowId } = await asked(request)(world);
      await world.gateway.base.client.workflow.getHandle(workflowId).result();
      return asked(request, workflowId)(world);
    },
  },

  keep: {
    events: 11,
    status: 'COMPLETED',
    async make(world) {
      const { workflowId } = await posted('seconds=1')(world);
      const jobId = readId(workflowId) ?? '';
      // The first copy needs no workflow; one that is to be made again has one.
      await until('the first copy', async () => {
        const again =
          'UPDATE keeps SET finished_at = NULL WHERE job_id = $1 AND finished_at IS NOT NULL RETURNING 1';
        return (await world.gateway.sql(again, [jobId]))[0];
      });
      await world.gateway.base.engine.startKeep(jobId);
      return { workflowId: keepWorkflowId(jobId) };
    },
  },
  'delivered-at-once': { events: 11, status: 'COMPLETED', make: delivered([]) },
  'delivered-at-third-try': { events: 33, status: 'COMPLETED', make: delivered([500, 503]) },
  'delivery-gone': { events: 11, status: 'COMPLETED', make: delivered([410]) },
  'redelivered-by-hand': {
    events: [40, 48],
    status: 'COMPLETED',
    make: delivered([500, 500, 500], REDELIVER_SIGNAL),
  },
  'delivery-stopped': {
    events: [40, 50],
    status: 'COMPLETED',
    make: delivered([500, 500, 500], STOP_SIGNAL),
  },
  sweep: {
    events: 11,
    status: 'COMPLETED',
    async make({ gateway }) {
      const { client } = gateway.base;
      return until('a sweep', async () => {
        const query = "WorkflowType = 'sweep' AND ExecutionStatus = 'Completed'";
        for await (const { workflowId, runId } of client.workflow.list({ query })) {
          return { workflowId, runId };
        }
        return undefined;
      });
    },
  },
};

/** `denying` is the base URL of a provider that refuses every key. */
export const pathConfig = (denying: string) => ({
  waits: {
    // The first try of settle and three quick ones, then pauses that no test waits for: a signal must end them.
    deliverySchedule: [0, 200, 200, 200, 600_000, 600_000],
    // Longer than the simulator holds a slow reply back.
    sendMs: 12_000,
    unknownMs: 3_000,
    busyMs: 8_000,
    sweepAgeMs: 500,
    goneGraceMs: 500,
  },
  channels: {
    'ark-simulated': { provider: 'ark', simulated: true as const },
    'ark-one': { provider: 'ark', simulated: true as const, jobsAtOnce: 1 },
    'ark-another': { provider: 'ark', simulated: true as const, jobsAtOnce: 1 },
    'ark-own': { provider: 'ark', simulated: true as const, selfHosted: true, jobsAtOnce: 9 },
    'ark-denying': { provider: 'ark', baseUrl: denying, credentials: { apiKey: 'wrong' } },
  },
  models: {
    'seedance-2.0': modelOn('ark-simulated'),
    'one-slot': modelOn('ark-one'),
    'another-slot': modelOn('ark-another'),
    'own-server': modelOn('ark-own'),
    'two-channels': modelOn('ark-denying', 'ark-simulated'),
  },
});

function modelOn(...channels: string[]) {
  return {
    channels: channels.map((channel) => ({ channel, model: 'doubao-seedance-2-0-260128' })),
    price: { perJob: '1' },
    groups: ['default'],
  };
}

/** Posts a job; its workflow id is the id that the caller was told. */
function posted(directives: string, body: Record<string, unknown> = {}) {
  return async ({ gateway }: Pick<PathWorld, 'gateway'>): Promise<{ workflowId: string }> => {
    const id = await gateway.post({ prompt: prompt(directives), ...body });
    return { workflowId: id };
  };
}

/** Makes a job that holds the only slot of its channel until somebody ends it there, and gives its id. */
async function held(gateway: TestGateway, model: string): Promise<string> {
  const { workflowId } = await posted('queued=900', { model })({ gateway });
  await attemptIs(gateway, workflowId, ['accepted']);
  return workflowId;
}

const waitsForSlot = (gateway: TestGateway, workflowId: string) =>
  until('the job to wait for its slot', async () => {
    const { raw } = await gateway.base.client.workflow.getHandle(workflowId).describe();
    return raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'admit');
  });

async function endAtProvider(gateway: TestGateway, id: string): Promise<void> {
  const attempt = await gateway.base.store.attempts.latest(readId(id) ?? '');
  const taskId = String(attempt?.operation?.['taskId']);
  await gateway.call('POST', `${gateway.simulator?.origin ?? ''}/_sim/jobs/${taskId}`, {
    body: { to: 'end' },
  });
}

/** Starts the workflow as another workflow would, without a row. */
function asked(request: Record<string, unknown>, workflowId = `child-${prompt('').slice(0, 12)}`) {
  return async ({ gateway }: PathWorld): Promise<Run> => {
    const video = {
      workspace: 'default',
      request: { model: 'seedance-2.0', prompt: 'x', seconds: 5, resolution: '720p', ...request },
    };
    const { firstExecutionRunId } = await gateway.base.client.workflow.start(GENERATE_VIDEO, {
      ...{ workflowId, taskQueue: VIDEO_QUEUE, args: [video] },
    });
    return { workflowId, runId: firstExecutionRunId };
  };
}

/** A job whose rows are there and whose workflow the path starts itself. */
async function prepared(
  gateway: TestGateway,
  directives: string,
): Promise<{ workflowId: string; plan: JobPlan }> {
  const { base } = gateway;
  const { duration: seconds, resolution, model } = REQUEST;
  const workflowId = `prepared-${prompt('').slice(0, 12)}`;
  const accepted = await accept(
    {
      ...base,
      waits: { inputFetchMs: 5_000 },
      limits: { inputBytesMax: 0, resubmits: 2 },
      now: Date.now,
      lot: Math.random,
    },
    { workspaceId: gateway.workspaceId, keyId: null, group: 'default', models: null, scopes: [] },
    {
      dialect: 'videos',
      request: videoRequestSchema.parse({ prompt: prompt(directives), seconds, resolution, model }),
      names: {},
      metadata: {},
      echo: {},
      idempotency: undefined,
      workflowId,
      render: () => ({ status: 200 }),
    },
  );
  if (accepted.kind !== 'created') throw new Error('the workflow id is not new');
  return {
    workflowId,
    plan: planOf({ ...accepted.job, jobId: accepted.job.id }, base.config.waits),
  };
}

/** What operators read. */
const LABEL = {
  ...{ workspace: 'default', channel: 'ark-simulated', dialect: 'videos' },
  ...{ price: 25n, requestId: null },
};

const attemptIs = (gateway: TestGateway, workflowId: string, states: string[]) =>
  until(`an attempt to be ${states.join(' or ')}`, async () => {
    const rows = await gateway.sql(
      `SELECT 1 FROM attempts a JOIN jobs j ON j.id = a.job_id
       WHERE j.workflow_id = $1 AND (a.state = ANY($2) OR j.state = ANY($2)
                                     OR (a.polls > 0 AND 'polled' = ANY($2)))`,
      [workflowId, states],
    );
    return rows[0];
  });

/** Canceled from the engine's side as soon as attempt or job is in that state. */
function canceledAt(state: string, directives: string) {
  return async (world: PathWorld): Promise<Run> => {
    const run = await posted(directives)(world);
    await attemptIs(world.gateway, run.workflowId, [state]);
    await world.gateway.base.client.workflow.getHandle(run.workflowId).cancel();
    return run;
  };
}

/**
 * The workflow of one job's delivery, whose first try settle made in vain; the statuses are what it finds itself. The
 * signal is sent once the receiver has used them up.
 */
function delivered(own: readonly number[], signal?: string) {
  const statuses = [500, ...own];
  return async (world: PathWorld): Promise<Run> => {
    const { gateway } = world;
    const { workflowId } = await posted('seconds=1', {
      callback_url: world.receiver(statuses),
    })(world);
    const delivery = await until('the delivery', async () => {
      const [row] = await gateway.sql<{ id: string; tries: number }>(
        `SELECT d.id, (SELECT count(*)::int FROM delivery_tries t
                       WHERE t.delivery_id = d.id AND t.finished_at IS NOT NULL) AS tries
         FROM deliveries d WHERE d.job_id = $1`,
        [readId(workflowId)],
      );
      return row && row.tries >= statuses.length ? row : undefined;
    });
    const run = { workflowId: deliveryWorkflowId(delivery.id) };
    if (signal !== undefined) {
      await gateway.base.client.workflow.getHandle(run.workflowId).signal(signal);
    }
    return run;
  };
}

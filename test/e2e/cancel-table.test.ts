import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GENERATE_VIDEO, VIDEO_QUEUE } from '../../workflows/contract';
import { startTestGateway, until, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { startParentWorker } from '../support/parent-worker';
import type { ParentWorker } from '../support/parent-worker';
import { record } from '../support/report';
import { startWire, wireError } from '../support/wire';
import type { Rule, Wire } from '../support/wire';

/**
 * A cancel at every moment of a job's life, in every way it can come, against every way a provider can take it. Whatever
 * happens, state and bill are what the provider says in the end, once.
 */

/** `cancel` is what the Temporal UI sends; `parent` cancels a workflow that runs the job as its child. */
const WAYS = ['DELETE', 'cancel', 'terminate', 'parent'] as const;
type Way = (typeof WAYS)[number];

/** What the provider holds in the end: `none` = it never had the job, `removed` = it deleted a finished record. */
type Truth = 'none' | 'canceled' | 'succeeded' | 'removed';

interface Row {
  state: string;
  provider: string;
  directives?: string;
  rule?: (scene: Scene) => Rule;
  /** Resolves when the job is in the state that the row is about. */
  reached(scene: Scene): Promise<unknown>;
  /** What happens to the provider after the cancel was asked for. */
  afterwards?(scene: Scene): Promise<unknown>;
  ends: 'canceled' | 'succeeded' | 'submission_unknown' | 'provider_lost';
  truth: Truth;
  /** What DELETE answers; 409 means that the job goes on as if nothing had been asked. */
  deletes?: 200 | 409;
  start?: 'late';
  /** A look that was under way may end the job before the cancel is heard. */
  mayEndFirst?: true;
}

interface Scene {
  tag: string;
  id: string;
  jobId: string;
  /** The job's own id, or the one that its parent gave it. */
  workflowId: string;
  /** Set once the cancel was asked for. */
  asked: boolean;
  /** DELETE answered 409. */
  isRefused: boolean;
  /** Read by rules that answer nothing useful. */
  isSilent: boolean;
  isRemoved: boolean;
  wire: Wire;
}

const isQueued = (scene: Scene): Promise<unknown> => accepted(scene, 'queued');
const isRunning = (scene: Scene): Promise<unknown> => accepted(scene, 'running');

/** Every answer to these methods is an error for as long as `lasts`. */
const silent =
  (methods: readonly string[], lasts: (scene: Scene) => boolean) =>
  (scene: Scene): Rule =>
  async ({ method, forward }) =>
    methods.includes(method) && lasts(scene) ? wireError(500) : forward();

/** The POST arrives; its answer comes only after the cancel was asked for. */
const heldPost =
  (rest: (scene: Scene) => Rule) =>
  (scene: Scene): Rule =>
  async (exchange) => {
    if (exchange.method !== 'POST') return rest(scene)(exchange);
    const reply = await exchange.forward();
    await until('the cancel', async () => scene.asked || undefined);
    return reply;
  };

/** The POST arrives; its answer never does. */
const lostPost =
  (): Rule =>
  async ({ method, forward }) => {
    const reply = await forward();
    return method === 'POST' ? 'drop' : reply;
  };

const honest = (): Rule => (exchange) => exchange.forward();

/** The task begins to run while the DELETE is on its way. */
const runsBeforeDelete =
  (scene: Scene): Rule =>
  async ({ method, forward }) => {
    if (method === 'DELETE') await move(scene, 'running');
    return forward();
  };

/** Lets the job finish between the look and the DELETE, which then deletes the finished record. */
const deletesRecord =
  (scene: Scene): Rule =>
  async ({ method, forward }) => {
    scene.isRemoved ||= method === 'DELETE';
    if (method === 'DELETE') return { status: 200, body: '{}' };
    return scene.isRemoved ? wireError(404) : forward();
  };

const answersTooLate =
  (): Rule =>
  async ({ method, number, forward }) => {
    const reply = await forward();
    if (method === 'DELETE' && number === 1) await pause(EXCHANGE_MS + 300);
    return reply;
  };

/** Moves a simulated job ahead, so that no row races the clock. */
async function move({ wire, tag }: Scene, to: 'running' | 'end'): Promise<void> {
  const url = `${gateway.simulator?.origin}/_sim/jobs/${wire.seen(tag).taskId}`;
  expect((await gateway.call('POST', url, { body: { to } })).status).toBe(200);
}

/** The cancel has reached the job, or was refused with a 409. */
const heard = (scene: Scene): Promise<unknown> =>
  until('the cancel to be heard', async () => {
    if (scene.isRefused) return true;
    const [event] = await gateway.sql(
      `SELECT 1 FROM events WHERE job_id = $1 AND type = 'job.canceling'`,
      [scene.jobId],
    );
    return event;
  });

const endsNaturally = async (scene: Scene): Promise<void> => {
  await heard(scene);
  await move(scene, 'end');
};

const endsAfterDelete = async (scene: Scene): Promise<void> => {
  await until('the DELETE', async () => scene.wire.seen(scene.tag).answered['DELETE']);
  await move(scene, 'end');
};

/** The job's run has tried the cancel for as long as it may, or there was none because of a 409. */
const givenUp = (scene: Scene): Promise<unknown> =>
  until('the cancel to be given up', async () => {
    if (scene.isRefused) return true;
    const { events } = await gateway.base.client.workflow
      .getHandle(scene.workflowId)
      .fetchHistory();
    const cancels = events?.filter(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'cancel',
    );
    const isOver = ({ eventId }: { eventId?: unknown }): boolean =>
      events?.some(
        ({
          activityTaskTimedOutEventAttributes: late,
          activityTaskFailedEventAttributes: failed,
        }) => String((late ?? failed)?.scheduledEventId) === String(eventId),
      ) ?? false;
    return cancels?.some(isOver) ? true : undefined;
  });

/** Silent until the cancel has been given up, then it goes on as if nothing had been asked. */
const endsAfterSilence = async (scene: Scene): Promise<void> => {
  await heard(scene);
  await givenUp(scene);
  scene.isSilent = false;
  await move(scene, 'end');
};
const whileSilent = ({ isSilent }: Scene): boolean => isSilent;

const hint = async ({ wire, tag }: Scene): Promise<void> => {
  const { callbackToken, taskId } = wire.seen(tag);
  const answer = await gateway.call('POST', `/callbacks/ark/${callbackToken ?? ''}`, {
    key: null,
    body: { id: taskId, status: 'queued' },
  });
  expect(answer.status).toBe(200);
};

const then =
  (...steps: ((scene: Scene) => Promise<unknown>)[]) =>
  async (scene: Scene): Promise<void> => {
    for (const step of steps) await step(scene);
  };
const end = (scene: Scene): Promise<void> => move(scene, 'end');
const posted = ({ wire, tag }: Scene): Promise<unknown> =>
  until('the POST', async () => wire.seen(tag).taskId);

const SENT = 'submit in flight';
const UNKNOWN = 'submit unknown';
const QUEUED = 'queued at the provider';
const RUNNING = 'running at the provider';
const FINISHED = 'finished at the provider, not yet seen';

/** Longer than the test: whoever is to end is moved. */
const QUEUES = 'queued=900';
const RUNS = 'queued=0 seconds=900';
const canceled = { ends: 'canceled', truth: 'canceled' } as const;
const succeeded = { ends: 'succeeded', truth: 'succeeded' } as const;
const noJob = { ends: 'canceled', truth: 'none' } as const;

const ROWS: readonly Row[] = [
  {
    state: 'before submit',
    provider: 'has no job',
    start: 'late',
    reached: async () => undefined,
    ...noJob,
  },
  {
    state: SENT,
    provider: 'cancels it',
    directives: QUEUES,
    rule: heldPost(honest),
    reached: posted,
    ...canceled,
  },
  {
    state: SENT,
    provider: 'refuses, it runs',
    directives: RUNS,
    rule: heldPost(honest),
    reached: posted,
    afterwards: endsNaturally,
    ...succeeded,
  },
  {
    state: SENT,
    provider: 'has just finished',
    directives: RUNS,
    rule: heldPost(honest),
    reached: then(posted, end),
    ...succeeded,
  },
  {
    state: SENT,
    provider: 'answers everything with 500',
    directives: QUEUES,
    rule: heldPost(silent(['GET', 'DELETE'], whileSilent)),
    reached: posted,
    afterwards: endsAfterSilence,
    ...succeeded,
  },
  {
    state: 'submit refused, waiting to be sent again',
    provider: 'has no job',
    rule: () => async () => wireError(429, { 'retry-after': '600' }),
    reached: (scene) => attemptIs(scene, 'refused'),
    ...noJob,
  },
  {
    state: UNKNOWN,
    provider: 'never names it',
    directives: RUNS,
    rule: lostPost,
    reached: (scene) => attemptIs(scene, 'unknown'),
    afterwards: end,
    // Nobody here can know; the attempt is watched for a late word.
    ends: 'submission_unknown',
    truth: 'succeeded',
  },
  {
    state: UNKNOWN,
    provider: 'names it by a callback, cancels it',
    directives: QUEUES,
    rule: lostPost,
    reached: (scene) => attemptIs(scene, 'unknown'),
    afterwards: hint,
    ...canceled,
  },
  {
    state: UNKNOWN,
    provider: 'names it by a callback, refuses, it runs',
    directives: RUNS,
    rule: lostPost,
    reached: (scene) => attemptIs(scene, 'unknown'),
    afterwards: then(hint, endsNaturally),
    ...succeeded,
  },
  {
    state: UNKNOWN,
    provider: 'names it by a callback, has just finished',
    directives: RUNS,
    rule: lostPost,
    reached: (scene) => attemptIs(scene, 'unknown'),
    afterwards: then(end, hint),
    ...succeeded,
  },
  { state: QUEUED, provider: 'cancels it', directives: QUEUES, reached: isQueued, ...canceled },
  {
    state: QUEUED,
    provider: 'refuses, it just began to run',
    directives: 'queued=900 seconds=900',
    rule: runsBeforeDelete,
    reached: isQueued,
    afterwards: endsAfterDelete,
    ...succeeded,
  },
  {
    state: QUEUED,
    provider: 'has just finished and deletes its record',
    directives: QUEUES,
    rule: deletesRecord,
    reached: isQueued,
    ends: 'provider_lost',
    truth: 'removed',
  },
  {
    state: QUEUED,
    provider: 'answers DELETE with 500',
    directives: QUEUES,
    rule: silent(['DELETE'], () => true),
    reached: isQueued,
    afterwards: endsAfterDelete,
    ...succeeded,
  },
  {
    state: QUEUED,
    provider: 'cancels it, the answer comes too late',
    directives: QUEUES,
    rule: answersTooLate,
    reached: isQueued,
    ...canceled,
  },
  {
    state: QUEUED,
    provider: 'answers everything with 500',
    directives: QUEUES,
    rule: silent(['GET', 'DELETE'], ({ asked, isSilent }) => asked && isSilent),
    reached: isQueued,
    afterwards: endsAfterSilence,
    ...succeeded,
  },
  {
    state: RUNNING,
    provider: 'refuses',
    directives: RUNS,
    reached: isRunning,
    afterwards: endsNaturally,
    deletes: 409,
    ...succeeded,
  },
  {
    state: RUNNING,
    provider: 'answers everything with 500',
    directives: RUNS,
    rule: silent(['GET', 'DELETE'], ({ asked, isSilent }) => asked && isSilent),
    reached: isRunning,
    afterwards: endsAfterSilence,
    deletes: 409,
    ...succeeded,
  },
  {
    state: FINISHED,
    provider: 'has finished',
    directives: RUNS,
    rule: silent(['GET'], ({ asked }) => !asked),
    reached: then(posted, end),
    mayEndFirst: true,
    ...succeeded,
  },
  {
    state: FINISHED,
    provider: 'answers everything with 500',
    directives: RUNS,
    rule: silent(['GET', 'DELETE'], whileSilent),
    reached: then(posted, end),
    afterwards: endsAfterSilence,
    ...succeeded,
  },
];

/** A child begins at once; `child-workflow.test.ts` cancels one together with its start. */
const CELLS = ROWS.flatMap((row) =>
  WAYS.filter((way) => way !== 'parent' || row.start !== 'late').map((way) => ({
    ...row,
    way,
  })),
);
type Cell = (typeof CELLS)[number];
const nameOf = ({ state, provider, way }: Cell): string => `${state} | ${provider} | ${way}`;

const CANCEL_MS = 6_000;
const EXCHANGE_MS = 2_000;
const PRICE = 25_000_000;

let gateway: TestGateway;
let wire: Wire;
let parents: ParentWorker;
let receiver: Server;
let callbackUrl: string;

beforeAll(async () => {
  wire = await startWire();
  receiver = createServer((_, response) => response.writeHead(500).end());
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  gateway = await startTestGateway(
    {
      channels: wire.config.channels,
      models: { wired: wire.config.models.wired, late: wire.config.models.wired },
      waits: {
        // One cell's provider asks for patience, and all cells share its account.
        lookRetryAfterMaxMs: 200,
        sendMs: 10_000,
        unknownMs: 10_000,
        exchangeMs: EXCHANGE_MS,
        cancelMs: CANCEL_MS,
        lookRetryMs: 300,
        lastLookMs: 3_000,
        goneGraceMs: 500,
        busyMs: 120_000,
        sweepEveryMs: 1_000,
        sweepAgeMs: 1_000,
        deliverySchedule: [0, 60_000, 60_000],
      },
    },
    { env: wire.env },
  );
  wire.toward(gateway.simulator?.origin ?? '');
  parents = await startParentWorker(gateway);
  startSome('late');
});

afterAll(async () => {
  await parents?.close();
  await gateway?.close();
  await wire?.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

interface Outcome {
  answer: number | string;
  state: string;
  code: string | null;
  charged: number;
  truth: string;
  submits: number;
  usageRows: number;
  ledger: string[];
  wasCanceling: boolean;
  review: boolean;
  runs: string[];
  failedWorkflowTasks: string[];
}

async function play(cell: Cell, index: number): Promise<Outcome> {
  const tag = `cell-${index}`;
  const scene: Scene = {
    tag,
    id: '',
    jobId: '',
    workflowId: '',
    asked: false,
    isRefused: false,
    isSilent: true,
    isRemoved: false,
    wire,
  };
  wire.bend(tag, (cell.rule ?? honest)(scene));
  const body = {
    model: cell.start === 'late' ? 'late' : 'wired',
    prompt: `tag:${tag} [[sim video=shared ${cell.directives ?? ''}]]`,
  };
  await (cell.way === 'parent' ? begetBy(tag, body, scene) : post(body, scene));
  await cell.reached(scene);
  const answer = await ask(cell.way, scene);
  scene.isRefused = answer === 409;
  scene.asked = true;
  await cell.afterwards?.(scene);
  await until(`${nameOf(cell)}: the end`, () => ended(scene));
  return collect(scene, answer);
}

async function post(body: Record<string, unknown>, scene: Scene): Promise<void> {
  scene.id = await gateway.post(body);
  scene.workflowId = scene.id;
  scene.jobId = uuid(scene.id);
}

const parentOf = ({ workflowId }: Scene): string => `parent-of-${workflowId}`;

async function begetBy(
  workflowId: string,
  { model, prompt }: { model: string; prompt: string },
  scene: Scene,
): Promise<void> {
  scene.workflowId = workflowId;
  const video = { workspace: 'default', request: { model, prompt, seconds: 5 } };
  await gateway.base.client.workflow.start('once', {
    workflowId: parentOf(scene),
    taskQueue: parents.taskQueue,
    args: [{ workflowId, video }],
  });
  scene.jobId = await until('the job of the child', async () => {
    const [row] = await gateway.sql<{ id: string }>('SELECT id FROM jobs WHERE workflow_id = $1', [
      workflowId,
    ]);
    return row?.id;
  });
}

/** Jobs of this model have a workflow that begins to work only after a while. */
function startSome(model: string): void {
  const { engine, client } = gateway.base;
  const { startJob } = engine;
  engine.startJob = async (workflowId, plan, label) => {
    if (plan.model !== model) return startJob(workflowId, plan, label);
    await client.workflow.start(GENERATE_VIDEO, {
      workflowId,
      taskQueue: VIDEO_QUEUE,
      args: [{ plan }],
      startDelay: 8_000,
    });
    return true;
  };
}

async function ask(way: Way, scene: Scene): Promise<number | string> {
  const { workflow } = gateway.base.client;
  const handle = workflow.getHandle(scene.workflowId);
  switch (way) {
    case 'DELETE':
      return (await gateway.call('DELETE', `/v1/videos/${scene.id}`)).status;
    case 'cancel':
      await handle.cancel();
      return 'asked';
    case 'terminate':
      await handle.terminate('by hand');
      return 'asked';
    case 'parent':
      await workflow.getHandle(parentOf(scene)).cancel();
      await until('the child to hear of it', async () => {
        const { events } = await handle.fetchHistory();
        return events?.find((event) => event.workflowExecutionCancelRequestedEventAttributes);
      });
      return 'asked';
  }
}

async function ended({ jobId, workflowId }: Scene): Promise<true | undefined> {
  const [row] = await gateway.sql<{ done: boolean }>(
    'SELECT finished_at IS NOT NULL AS done FROM jobs WHERE id = $1',
    [jobId],
  );
  if (!row?.done) return undefined;
  const { status } = await gateway.base.client.workflow.getHandle(workflowId).describe();
  return status.name !== 'RUNNING' || undefined;
}

async function collect(scene: Scene, answer: number | string): Promise<Outcome> {
  const { jobId } = scene;
  const [job] = await gateway.sql<Record<string, never>>(
    `SELECT state, failure->>'code' AS code, charged, review FROM jobs WHERE id = $1`,
    [jobId],
  );
  const usage = await gateway.sql('SELECT 1 FROM usage WHERE job_id = $1', [jobId]);
  const ledger = await gateway.sql<{ kind: string }>(
    'SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id',
    [jobId],
  );
  const canceling = await gateway.sql(
    `SELECT 1 FROM events WHERE job_id = $1 AND type = 'job.canceling'`,
    [jobId],
  );
  const { runs, failedWorkflowTasks } = await histories(scene.workflowId);
  const sim = await atSimulator(scene);
  return {
    answer,
    state: String(job?.['state']),
    code: job?.['code'] ?? null,
    charged: Number(job?.['charged']),
    truth: scene.isRemoved ? 'removed' : (sim?.state ?? 'none'),
    submits: sim?.submits_accepted ?? 0,
    usageRows: usage.length,
    ledger: ledger.map(({ kind }) => kind),
    wasCanceling: canceling.length > 0,
    review: job?.['review'] != null,
    runs,
    failedWorkflowTasks,
  };
}

/**
 * What the engine notes when a terminate meets a workflow task (17), or an event meets the last command (1); no fault
 * of the workflow's code.
 */
const ORDINARY_CAUSES: readonly number[] = [1, 17];

/** Statuses of all runs, the first one first. */
async function histories(
  workflowId: string,
): Promise<{ runs: string[]; failedWorkflowTasks: string[] }> {
  const { workflow } = gateway.base.client;
  const runs: string[] = [];
  const failedWorkflowTasks: string[] = [];
  const { runId } = await workflow.getHandle(workflowId).describe();
  const found = await until('every run in visibility', async () => {
    const all = [];
    for await (const run of workflow.list({ query: `WorkflowId = '${workflowId}'` })) all.push(run);
    return all.some((run) => run.runId === runId && run.status.name !== 'RUNNING')
      ? all
      : undefined;
  });
  found.sort((one, other) => one.startTime.getTime() - other.startTime.getTime());
  for (const run of found) {
    runs.push(run.status.name);
    const { events } = await workflow.getHandle(workflowId, run.runId).fetchHistory();
    for (const { workflowTaskFailedEventAttributes: failed } of events ?? []) {
      const cause = failed?.cause ?? 0;
      if (failed && !ORDINARY_CAUSES.includes(cause)) {
        failedWorkflowTasks.push(`${String(cause)} ${failed.failure?.message ?? ''}`);
      }
    }
  }
  return { runs, failedWorkflowTasks };
}

async function atSimulator({
  tag,
}: Scene): Promise<{ state: string; submits_accepted: number } | undefined> {
  const { taskId } = wire.seen(tag);
  if (taskId === undefined) return undefined;
  return (await gateway.call('GET', `${gateway.simulator?.origin}/_sim/jobs/${taskId}`)).json;
}

async function accepted(scene: Scene, phase: 'queued' | 'running'): Promise<unknown> {
  return until(`a look that says ${phase}`, async () => {
    const attempt = await gateway.base.store.attempts.latest(scene.jobId);
    return (attempt?.polls ?? 0) > 0 && attempt?.phase === phase ? true : undefined;
  });
}

const attemptIs = (scene: Scene, state: string): Promise<unknown> =>
  until(`an attempt that is ${state}`, async () => {
    const attempt = await gateway.base.store.attempts.latest(scene.jobId);
    return attempt?.state === state ? true : undefined;
  });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function expected(cell: Cell): Partial<Outcome> {
  const { way, ends, truth: at } = cell;
  const isIgnored = way === 'DELETE' && cell.deletes === 409;
  const state = ends === 'succeeded' || ends === 'canceled' ? ends : 'failed';
  const last = { succeeded: 'COMPLETED', canceled: 'CANCELLED', failed: 'FAILED' }[state];
  return {
    answer: way === 'DELETE' ? (cell.deletes ?? 200) : 'asked',
    state,
    code: ends === 'succeeded' ? null : ends,
    charged: ends === 'succeeded' ? PRICE : 0,
    truth: at,
    submits: at === 'none' ? 0 : 1,
    usageRows: 1,
    ledger: ['hold', ends === 'succeeded' ? 'settle' : 'release'],
    wasCanceling: !isIgnored,
    review: ends === 'provider_lost',
    runs: way === 'terminate' ? ['TERMINATED', last] : [last],
    failedWorkflowTasks: [],
  };
}

function inWords({ state, code, charged, truth, answer }: Partial<Outcome>): string {
  return [
    typeof code === 'string' && code !== state ? `${state} (${code})` : state,
    charged === PRICE ? 'billed' : 'not billed',
    `the provider holds: ${truth}`,
    ...(answer === 409 ? ['DELETE answers 409'] : []),
  ].join(', ');
}

test.concurrent.each(CELLS.map((cell, index) => [nameOf(cell), cell, index] as const))(
  '%s: state and bill are the provider’s verdict',
  async (name, cell, index) => {
    const outcome = await play(cell, index);
    const wanted = expected(cell);
    expect(outcome).toEqual(
      cell.mayEndFirst ? { ...wanted, wasCanceling: expect.any(Boolean) } : wanted,
    );
    record('cancel-table', name, inWords(wanted));
  },
);

describe('a job that has ended', () => {
  const finishedJob = async (): Promise<string> => {
    const id = await gateway.post({
      model: 'wired',
      prompt: 'done [[sim seconds=1 video=shared]]',
      callback_url: callbackUrl,
    });
    await gateway.ended(id);
    await gateway.run(id);
    return id;
  };
  const rows = async (id: string): Promise<unknown> => [
    await gateway.sql('SELECT state, charged, finished_at FROM jobs WHERE id = $1', [uuid(id)]),
    await gateway.sql('SELECT * FROM usage WHERE job_id = $1', [uuid(id)]),
    await gateway.sql('SELECT kind, spent FROM ledger WHERE job_id = $1 ORDER BY id', [uuid(id)]),
  ];

  test.each(['DELETE', 'cancel', 'terminate'] as const)(
    'is not changed by %s while its callback is still being tried',
    async (way) => {
      const id = await finishedJob();
      const before = await rows(id);
      const handle = gateway.base.client.workflow.getHandle(id);
      if (way === 'DELETE') {
        expect((await gateway.call('DELETE', `/v1/videos/${id}`)).json).toMatchObject({
          deleted: true,
        });
        expect((await gateway.call('GET', `/v1/videos/${id}`)).status).toBe(404);
      } else {
        // The engine takes a cancel of a closed run without a word and refuses a terminate.
        await (way === 'cancel' ? handle.cancel() : handle.terminate()).catch(() => undefined);
      }
      expect(await rows(id)).toEqual(before);
      expect(await histories(id)).toEqual({ runs: ['COMPLETED'], failedWorkflowTasks: [] });
      const [delivery] = await gateway.sql('SELECT state FROM deliveries WHERE job_id = $1', [
        uuid(id),
      ]);
      expect(delivery).toEqual({ state: 'pending' });
      record(
        'cancel-table',
        `ended | its callback is being tried | ${way}`,
        'succeeded, billed, unchanged',
      );
    },
  );
});

import type { ChildWorkflowFailure } from '@temporalio/common';
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import { randomBytes } from 'node:crypto';
import type { ActivityDeps } from '../../activities';
import { accept as acceptActivity } from '../../activities/accept';
import type { Principal } from '../../src/core/api/principal';
import type { Creation } from '../../src/core/job/creation';
import { accept } from '../../src/gateway';
import { GENERATE_VIDEO, REFUSALS, SWEEP_SCHEDULE, VIDEO_QUEUE } from '../../workflows/contract';
import type { GenerateVideoResult, RequestedVideo } from '../../workflows/contract';
import { renderId } from '../../src/core/job/ids';
import { startTestGateway, until } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { startParentWorker } from '../support/parent-worker';
import type { ParentWorker } from '../support/parent-worker';

/** Other people's workflows ask for videos: one workflow id is one job, one submit, one bill, one outcome. */

let gateway: TestGateway;
let parents: ParentWorker;

beforeAll(async () => {
  gateway = await startTestGateway({
    waits: {
      sweepAgeMs: 500,
      // No look by ourselves: jobs end by the provider's callback, which must find the caller's workflow id.
      cadence: { firstLookShare: 1, intervalMinMs: 30_000, intervalMaxMs: 30_000 },
    },
  });
  parents = await startParentWorker(gateway);
});

afterAll(async () => {
  await parents?.close();
  await gateway?.close();
});

const unique = (): string => `order-${randomBytes(6).toString('hex')}`;
const video = (request: object = {}, workspace = 'default'): RequestedVideo => ({
  workspace,
  request: {
    model: 'seedance-2.0',
    prompt: `${unique()} [[sim seconds=1 video=shared]]`,
    seconds: 5,
    resolution: '720p',
    aspectRatio: '16:9',
    ...request,
  },
});

const start = (type: string, input: unknown, workflowId = unique()) =>
  gateway.base.client.workflow.start(type, {
    workflowId,
    taskQueue: type === GENERATE_VIDEO ? VIDEO_QUEUE : parents.taskQueue,
    args: [input],
    retry: { maximumAttempts: 3, initialInterval: '50ms' },
  });
const run = async (input: unknown, workflowId?: string): Promise<GenerateVideoResult> =>
  (await start(GENERATE_VIDEO, input, workflowId)).result();
const jobs = (workflowId: string) =>
  gateway.sql('SELECT * FROM jobs WHERE workflow_id = $1', [workflowId]);

/** What the provider saw of the jobs whose prompt has this text. */
async function atProvider(prompt: string): Promise<{ submits: number }[]> {
  const text = encodeURIComponent(prompt.split(' ')[0] ?? '');
  const { json } = await gateway.call(
    'GET',
    `${gateway.simulator?.origin}/_sim/jobs?contains=${text}`,
  );
  return json.jobs;
}

async function books(jobId: string): Promise<unknown> {
  const ledger = await gateway.sql('SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id', [
    jobId,
  ]);
  const usage = await gateway.sql('SELECT key_id FROM usage WHERE job_id = $1', [jobId]);
  return [...ledger.map(({ kind }) => kind), ...usage.map((row) => row['key_id'])];
}

/** The reason itself, on top, so that a retry policy of the caller's sees that it is final. */
async function refusalOf(result: Promise<unknown>): Promise<unknown> {
  const error = await result.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  const { cause } = error as WorkflowFailedError;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  return cause;
}

test('the example: a parent on a queue of its own makes two videos, which the API then shows', async () => {
  const scenes = [`${unique()} [[sim seconds=1]]`, `${unique()} [[sim seconds=1]]`];
  const parent = await start('trailer', { workspace: 'default', model: 'seedance-2.0', scenes });
  const ids: string[] = await parent.result();
  expect(new Set(ids).size).toBe(2);
  for (const [index, id] of ids.entries()) {
    const { json } = await gateway.call('GET', `/v1/videos/${renderId('video', id)}`);
    expect(json).toMatchObject({ status: 'completed', seconds: '5', prompt: scenes[index] });
    const file = await fetch(json.video_url);
    expect(Buffer.from(await file.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
    expect(await atProvider(scenes[index] ?? '')).toMatchObject([{ submits: 1 }]);
    expect(await books(id)).toEqual(['hold', 'settle', null]);
  }
});

test('a job that a workflow asked for costs 29 events, and its result says how large it is', async () => {
  const workflowId = unique();
  const result = await run(video(), workflowId);
  const [row] = await jobs(workflowId);
  expect(result).toEqual({
    jobId: row?.['id'],
    state: 'succeeded',
    seconds: 5,
    width: 1280,
    height: 720,
  });
  const { historyLength, status } = await gateway.base.client.workflow
    .getHandle(workflowId)
    .describe();
  expect([historyLength, status.name]).toEqual([29, 'COMPLETED']);
});

test('a parent that loses its worker while the children run gets the same two jobs', async () => {
  const scenes = [`${unique()} [[sim seconds=3]]`, `${unique()} [[sim seconds=3]]`];
  const workflowId = unique();
  const parent = await start(
    'trailer',
    { workspace: 'default', model: 'seedance-2.0', scenes },
    workflowId,
  );
  const made = await until('both jobs', async () => {
    const rows = [
      ...(await jobs(`${workflowId}/scene-1`)),
      ...(await jobs(`${workflowId}/scene-2`)),
    ];
    return rows.length === 2 ? rows.map((row) => row['id']) : undefined;
  });
  await parents.stop();
  await parents.start();
  expect(await parent.result()).toEqual(made);
  for (const prompt of scenes) expect(await atProvider(prompt)).toMatchObject([{ submits: 1 }]);
});

test('a parent that is retried after its child finished is given the finished job again', async () => {
  const asked = video();
  const workflowId = unique();
  const parent = await start('forgetful', { workflowId, video: asked });
  const result: GenerateVideoResult = await parent.result();
  expect(result).toMatchObject({ state: 'succeeded' });
  expect((await jobs(workflowId)).map((row) => row['id'])).toEqual([result.jobId]);
  expect(await atProvider(asked.request.prompt)).toMatchObject([{ submits: 1 }]);
  expect(await books(result.jobId)).toEqual(['hold', 'settle', null]);
});

test.each([
  ['succeeded', ''],
  ['failed', 'fault=policy'],
])('the same workflow id again, days later, is the same %s job', async (state, directive) => {
  const asked = video({ prompt: `${unique()} [[sim seconds=1 video=shared ${directive}]]` });
  const workflowId = unique();
  const outcome = async (): Promise<unknown> =>
    run(asked, workflowId).catch(
      (error: WorkflowFailedError) => (error.cause as ApplicationFailure).details?.[0],
    );
  const first = await outcome();
  expect(first).toMatchObject({ state });
  // The answers that clients may repeat are forgotten after two days; this one never is.
  const kept = await gateway.sql(
    `SELECT expires_at > now() + interval '100 years' AS lasting FROM idempotency WHERE key = $1`,
    [workflowId],
  );
  expect(kept).toEqual([{ lasting: true }]);
  expect(await outcome()).toEqual(first);
  expect(await atProvider(asked.request.prompt)).toMatchObject([{ submits: 1 }]);
});

test('a workflow that is reset to its beginning gets the job it has', async () => {
  const asked = video();
  const workflowId = unique();
  const first = await run(asked, workflowId);
  const { client, namespace } = gateway.base;
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  await client.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId, runId },
    reason: 'test',
    requestId: unique(),
    // The first completed workflow task: accept runs again.
    workflowTaskFinishEventId: 4 as never, // a plain number is taken too
  });
  expect(await client.workflow.getHandle(workflowId).result()).toEqual(first);
  expect(await jobs(workflowId)).toHaveLength(1);
  expect(await atProvider(asked.request.prompt)).toMatchObject([{ submits: 1 }]);
});

test('two runs of accept at once make one job', async () => {
  const workflowId = unique();
  const asked = video();
  const { base } = gateway;
  const deps = {
    ...base,
    limits: { inputBytesMax: 0, resubmits: 2 },
    now: Date.now,
    lot: Math.random,
    waits: base.config.waits,
  };
  const acceptOnce = acceptActivity({
    ...deps,
    async accept(principal: Principal, creation: Creation) {
      const accepted = await accept(deps, principal, creation);
      return accepted.kind === 'created' ? accepted.job.id : accepted.jobId;
    },
    // All that accept uses.
  } as unknown as ActivityDeps);
  const plans = await Promise.all([1, 2, 3].map(() => acceptOnce({ ...asked, workflowId })));
  const ids = plans.map(({ jobId }) => jobId);
  expect(new Set(ids).size).toBe(1);
  expect(await jobs(workflowId)).toHaveLength(1);
});

describe('no job is made and nothing is held', () => {
  const cases: [what: string, type: string, asked: () => RequestedVideo, said: RegExp][] = [
    ['for an unknown workspace', REFUSALS.workspaceNotFound, () => video({}, 'nobody'), /nobody/],
    [
      'for an unknown workspace id',
      REFUSALS.workspaceNotFound,
      () => video({}, '0199a7c4-0000-7000-8000-000000000001'),
      /workspace/,
    ],
    [
      'for an unknown model',
      REFUSALS.modelNotFound,
      () => video({ model: 'nope' }),
      /seedance-2\.0/,
    ],
    [
      'for what the model cannot do',
      REFUSALS.invalidRequest,
      () => video({ seconds: 99 }),
      /seconds.*Allowed/,
    ],
    ['for a field nobody knows', REFUSALS.invalidRequest, () => video({ colour: 'red' }), /colour/],
    [
      'for bytes inside the request',
      REFUSALS.invalidRequest,
      () =>
        video({
          inputs: [{ role: 'first_frame', media: { dataUrl: 'data:image/png;base64,AAAA' } }],
        }),
      /inputs/,
    ],
    [
      'for a blob of somebody else',
      REFUSALS.invalidRequest,
      () =>
        video({
          inputs: [{ role: 'first_frame', media: { blob: 'a'.repeat(64), mime: 'image/png' } }],
        }),
      /does not have/,
    ],
  ];
  test.each([undefined, null, 'a film'])('for an input that is %p', async (input) => {
    const refusal = await refusalOf(run(input));
    expect(refusal).toMatchObject({ type: REFUSALS.invalidRequest, nonRetryable: true });
  });

  test.each(cases)('%s', async (_, type, asked, said) => {
    const workflowId = unique();
    const before = await gateway.base.store.ledger.balance(gateway.workspaceId);
    const refusal = await refusalOf(run(asked(), workflowId));
    expect(refusal).toMatchObject({
      type,
      nonRetryable: true,
      message: expect.stringMatching(said),
    });
    const { historyLength } = await gateway.base.client.workflow.getHandle(workflowId).describe();
    expect(historyLength).toBe(11);
    expect(await jobs(workflowId)).toEqual([]);
    expect(await gateway.base.store.ledger.balance(gateway.workspaceId)).toEqual(before);
  });

  test('without enough points; with them the same workflow id works', async () => {
    const workspace = unique();
    const [{ id } = { id: '' }] = await gateway.sql<{ id: string }>(
      `INSERT INTO workspaces (id, name, created_at) VALUES (gen_random_uuid(), $1, now()) RETURNING id`,
      [workspace],
    );
    const workflowId = unique();
    const asked = video({}, workspace);
    const refusal = await refusalOf(run(asked, workflowId));
    expect(refusal).toMatchObject({ type: REFUSALS.insufficientBalance, nonRetryable: true });
    await gateway.base.store.ledger.topUp(id, 30_000_000n, unique(), Date.now());
    // By id is the same as by name, and no part of the request.
    const result = await run({ ...asked, workspace: id }, workflowId);
    expect(result.state).toBe('succeeded');
    expect(await gateway.base.store.ledger.balance(id)).toEqual({
      available: 5_000_000n,
      held: 0n,
      spent: 25_000_000n,
    });
  });

  test('for another request, or another workspace, under a workflow id that has a job', async () => {
    const workflowId = unique();
    const asked = video();
    await run(asked, workflowId);
    const other = unique();
    await gateway.sql(
      `INSERT INTO workspaces (id, name, created_at) VALUES (gen_random_uuid(), $1, now())`,
      [other],
    );
    const [{ id } = { id: '' }] = await gateway.sql<{ id: string }>(
      'SELECT id FROM workspaces WHERE name = $1',
      [other],
    );
    await gateway.base.store.ledger.topUp(id, 30_000_000n, unique(), Date.now());
    for (const second of [video(), { ...asked, workspace: other }]) {
      const refusal = await refusalOf(run(second, workflowId));
      expect(refusal).toMatchObject({ type: REFUSALS.workflowIdTaken, nonRetryable: true });
    }
    expect(await jobs(workflowId)).toHaveLength(1);
    expect(await gateway.base.store.ledger.balance(id)).toMatchObject({ held: 0n, spent: 0n });
  });
});

test('a picture by URL reaches the provider as that URL, a picture the workspace sent before as its bytes', async () => {
  const url = 'https://example.com/first.png';
  const byUrl = unique();
  await run(video({ inputs: [{ role: 'first_frame', media: { url } }] }), byUrl);
  const [first] = await jobs(byUrl);
  expect(first?.['applied']).toMatchObject({ mode: 'first_frame', inputs: [{ media: { url } }] });

  const sent = await gateway.post({ input_reference: `data:image/png;base64,${PNG}` });
  await gateway.ended(sent);
  const [stored] = await gateway.sql(
    `SELECT request->'inputs'->0->'media' AS media FROM jobs WHERE id = $1`,
    [hyphened(sent)],
  );
  const result = await run(video({ inputs: [{ role: 'first_frame', media: stored?.['media'] }] }));
  expect(result.state).toBe('succeeded');
});

const hyphened = (id: string): string => {
  const hex = id.slice(id.indexOf('_') + 1);
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
};

/** 8 x 8 pixels, white. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4TwAwDCkFBADDkwFvOBgvFgAAAABJRU5ErkJggg==';

describe('a cancel', () => {
  const submitted = (workflowId: string): Promise<string> =>
    until('the submit', async () => {
      const rows = await gateway.sql<{ id: string }>(
        `SELECT j.id FROM jobs j JOIN attempts a ON a.job_id = j.id
         WHERE j.workflow_id = $1 AND a.state = 'accepted'`,
        [workflowId],
      );
      return rows[0]?.id;
    });
  const state = async (workflowId: string): Promise<unknown> =>
    (await jobs(workflowId))[0]?.['state'];

  test('of the parent cancels a job that the provider has not begun, and releases the hold', async () => {
    const workflowId = unique();
    const asked = video({ prompt: `${unique()} [[sim queued=60 video=shared]]` });
    const parent = await start('once', { workflowId, video: asked });
    const jobId = await submitted(workflowId);
    await parent.cancel();
    const error = await parent.result().catch((thrown: WorkflowFailedError) => thrown.cause);
    expect((error as ChildWorkflowFailure).name).toMatch(/CancelledFailure|ChildWorkflowFailure/);
    expect(await state(workflowId)).toBe('canceled');
    expect(await books(jobId)).toEqual(['hold', 'release', null]);
    const { status } = await gateway.base.client.workflow.getHandle(workflowId).describe();
    expect(status.name).toBe('CANCELLED');
  });

  test('of the parent that comes too late lets the video end, and is billed once', async () => {
    const workflowId = unique();
    const asked = video({ prompt: `${unique()} [[sim queued=0 seconds=2 video=shared]]` });
    const parent = await start('once', { workflowId, video: asked });
    const jobId = await submitted(workflowId);
    await parent.cancel();
    await parent.result().catch(() => undefined);
    expect(await state(workflowId)).toBe('succeeded');
    expect(await books(jobId)).toEqual(['hold', 'settle', null]);
  });

  test('of the parent together with its start leaves nothing running and nothing held', async () => {
    const workflowId = unique();
    const parent = await start('once', { workflowId, video: video() });
    await parent.cancel();
    await parent.result().catch(() => undefined);
    const [row] = await jobs(workflowId);
    if (row) {
      expect(row['finished_at']).not.toBeNull();
      expect(await books(String(row['id']))).toEqual(['hold', expect.any(String), null]);
    }
    const { held } = await gateway.base.store.ledger.balance(gateway.workspaceId);
    const [open] = await gateway.sql(
      `SELECT coalesce(sum(price), 0)::text AS held FROM jobs WHERE finished_at IS NULL`,
    );
    expect(String(held)).toBe(open?.['held']);
  });

  test('at the API finds the workflow of the caller’s own naming', async () => {
    const workflowId = unique();
    const handle = await start(
      GENERATE_VIDEO,
      video({ prompt: `${unique()} [[sim queued=60 video=shared]]` }),
      workflowId,
    );
    const jobId = await submitted(workflowId);
    const answer = await gateway.call('DELETE', `/v1/videos/${jobId}`);
    expect(answer.json).toMatchObject({ deleted: false });
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(await state(workflowId)).toBe('canceled');
  });

  test('by cutting the workflow off is made good by the sweep, under the same workflow id', async () => {
    const workflowId = unique();
    const handle = await start(
      GENERATE_VIDEO,
      video({ prompt: `${unique()} [[sim queued=60 video=shared]]` }),
      workflowId,
    );
    const jobId = await submitted(workflowId);
    await handle.terminate('impatient');
    await until('the sweep', async () => {
      await gateway.base.client.schedule.getHandle(SWEEP_SCHEDULE).trigger();
      return (await state(workflowId)) === 'canceled' ? true : undefined;
    });
    expect(await books(jobId)).toEqual(['hold', 'release', null]);
  });
});

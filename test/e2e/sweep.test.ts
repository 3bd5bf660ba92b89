import { useTestGateway, until, uuid } from '../support/gateway';

/** What a caller wished for and the engine did not hear is made up for by the sweep, at no cost in history. */

const gateway = useTestGateway({ waits: { sweepEveryMs: 1_000, sweepAgeMs: 500 } });

const handleOf = (id: string) => gateway.base.client.workflow.getHandle(id);
const lengthOf = async (id: string): Promise<number> =>
  (await handleOf(id).describe()).historyLength;

async function accepted(id: string): Promise<void> {
  await until('the provider to accept', async () => {
    const attempt = await gateway.base.store.attempts.latest(uuid(id));
    return attempt?.state === 'accepted' ? true : undefined;
  });
}

/** The number of sweeps that have ended. */
async function sweeps(): Promise<number> {
  const { count } = await gateway.base.client.workflow.count(
    `WorkflowType = 'sweep' AND ExecutionStatus = 'Completed'`,
  );
  return count;
}

async function afterSweeps(more: number): Promise<void> {
  const before = await sweeps();
  await until(`${more} sweeps`, async () => ((await sweeps()) >= before + more ? true : undefined));
}

test('a cancel that the engine did not hear is answered all the same, and told by the sweep', async () => {
  const id = await gateway.post({ prompt: 'waiting [[sim queued=600 video=shared]]' });
  await accepted(id);
  const { engine } = gateway.base;
  const { cancelJob } = engine;
  engine.cancelJob = () => Promise.reject(new Error('the engine is away'));
  try {
    const answer = await gateway.call('DELETE', `/v1/videos/${id}`);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ id, deleted: false });
  } finally {
    engine.cancelJob = cancelJob;
  }
  const warnings = gateway.logged.filter((line) => line.includes('the sweep asks for the cancel'));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(uuid(id));
  const video = await gateway.ended(id);
  expect(video).toMatchObject({ status: 'failed', error: { code: 'canceled' } });
  expect(await gateway.run(id)).toMatchObject({ status: 'CANCELLED' });
  const ledger = await gateway.base.store.ledger.entriesOf(gateway.workspaceId, uuid(id));
  expect(ledger.map(({ kind }) => kind)).toEqual(['hold', 'release']);
});

test('a cancel that is told again and again adds nothing to the history of a job that runs on', async () => {
  const id = await gateway.post({ prompt: 'rolling [[sim queued=0 seconds=600 video=shared]]' });
  await accepted(id);
  await until('the provider to start', async () => {
    const job = await gateway.base.store.jobs.load(uuid(id));
    return job?.state === 'running' ? true : undefined;
  });
  // From the engine's side, because an endpoint that knows that the provider cannot stop any more says so at once.
  await handleOf(id).cancel();
  await until('the job to be canceling', async () => {
    const job = await gateway.base.store.jobs.load(uuid(id));
    return job?.state === 'canceling' ? true : undefined;
  });
  await until('the wait to go on', async () => {
    const { raw } = await handleOf(id).describe();
    return raw.pendingActivities?.some(({ activityId }) => activityId === 'await')
      ? true
      : undefined;
  });
  const before = await lengthOf(id);
  await gateway.base.engine.cancelJob(id);
  await gateway.base.engine.cancelJob(id);
  await afterSweeps(3);
  const told = await gateway.base.store.sweep.cancelable(Date.now(), 500, 10);
  expect(told.map(({ jobId }) => jobId)).toContain(uuid(id));
  expect(await lengthOf(id)).toBe(before);
  expect(await gateway.base.store.jobs.load(uuid(id))).toMatchObject({ state: 'canceling' });
  await handleOf(id).terminate('the test is over');
});

test('an idempotency key is forgotten once its answer has expired, and no earlier', async () => {
  const post = (key: string) =>
    gateway.call('POST', '/v1/videos', {
      headers: { 'idempotency-key': key },
      body: { model: 'seedance-2.0', prompt: 'a boat [[sim seconds=1 video=shared]]' },
    });
  for (const key of ['old', 'young']) expect((await post(key)).status).toBe(200);
  await gateway.sql(`UPDATE idempotency SET expires_at = now() WHERE key = 'old'`);
  await until('the old key to be forgotten', async () => {
    const rows = await gateway.sql(`SELECT key FROM idempotency`);
    return rows.some(({ key }) => key === 'old') ? undefined : true;
  });
  expect(await gateway.sql(`SELECT key FROM idempotency`)).toEqual([{ key: 'young' }]);
});

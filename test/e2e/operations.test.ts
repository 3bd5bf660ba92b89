import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { renderId } from '../../src/core/job/ids';
import { STOP_SIGNAL, deliveryWorkflowId } from '../../workflows/contract';
import { startTestGateway, until, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/** What gave up or waits for a person has a way out by the admin API, on a real engine; each state is written. */

let gateway: TestGateway;
let receiver: Server;
let hook: string;
/** The status that the receiver answers, and the ids of the messages it took. */
let answer = 200;
const taken: string[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      if (answer === 200) taken.push(String(request.headers['webhook-id']));
      response.writeHead(answer).end('said the receiver');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  gateway = await startTestGateway({
    waits: { sweepEveryMs: 1_000, sweepAgeMs: 500, deliverySchedule: [0, 50, 3_600_000] },
  });
});
afterAll(async () => {
  await gateway?.close();
  receiver?.closeAllConnections();
  receiver?.close();
});
beforeEach(() => {
  answer = 200;
});

const admin = (method: string, path: string, body?: unknown) =>
  gateway.call(method, `/v1/admin/${path}`, { key: gateway.keys.admin_key, body });

async function toldTo(url: string): Promise<string> {
  const id = await gateway.post({ callback_url: url });
  await gateway.ended(id);
  return id;
}

async function deliveryOf(id: string): Promise<Record<string, unknown>> {
  const { status, json } = await admin('GET', `deliveries?job=${id}`);
  expect(['the list of messages', status]).toEqual(['the list of messages', 200]);
  return json.data[0];
}
const stateIs = (id: string, state: string) =>
  until(`the message to be ${state}`, async () => {
    const delivery = await deliveryOf(id);
    return delivery?.['state'] === state ? delivery : undefined;
  });

/** Two tries were refused, and the third one waits for an hour. */
async function waiting(): Promise<{ jobId: string; id: string }> {
  answer = 500;
  const jobId = await toldTo(hook);
  const { id } = await until('two tries', async () => {
    const delivery = await deliveryOf(jobId);
    if (delivery?.['tries'] !== 2) return undefined;
    const { json } = await admin('GET', `deliveries/${String(delivery['id'])}`);
    return json.log[1].finished_at === null ? undefined : delivery;
  });
  return { jobId, id: String(id) };
}

const triesAre = (jobId: string, tries: number) =>
  until(`${tries} tries`, async () =>
    (await deliveryOf(jobId))['tries'] === tries ? true : undefined,
  );

test('a message that waits is tried at once; one that gave up says why, shows its tries, and begins its schedule anew', async () => {
  const { jobId, id } = await waiting();
  await admin('POST', `deliveries/${id}/redeliver`);
  const failed = await stateIs(jobId, 'failed');
  expect(failed).toMatchObject({ ended_because: 'gave_up', tries: 3, url: hook });
  const shown = (await admin('GET', `deliveries/${String(failed['webhook_id'])}`)).json;
  expect(shown.id).toBe(id);
  expect(shown.log).toHaveLength(3);
  const last = { number: 3, status: 500, error: null, excerpt: 'said the receiver' };
  expect(shown.log[2]).toMatchObject(last);

  const own = await gateway.call('GET', `/v1/jobs/${jobId}/deliveries`);
  expect(own.json.data).toEqual([expect.objectContaining({ state: 'failed', url: hook })]);
  expect(own.json.data[0].tries[2]).toMatchObject(last);

  expect((await admin('POST', `deliveries/${id}/redeliver`)).status).toBe(200);
  await triesAre(jobId, 5);
  expect(await deliveryOf(jobId)).toMatchObject({ state: 'pending', ended_because: null });
  answer = 200;
  await admin('POST', `deliveries/${id}/redeliver`);
  await stateIs(jobId, 'delivered');
  expect(await deliveryOf(jobId)).toMatchObject({ ended_because: 'delivered' });
  expect(taken).toContain(failed['webhook_id']);
});

test('a range of messages is sent again, each once, also those that were taken', async () => {
  // Bounds are whole seconds: the last test's message may be of the one that goes on.
  const from = Math.floor(Date.now() / 1_000) + 1;
  await until('the next second', async () => Date.now() >= from * 1_000 || undefined);
  answer = 410;
  const ids = [await toldTo(hook), await toldTo(hook)];
  for (const id of ids) {
    expect(await stateIs(id, 'failed')).toMatchObject({ ended_because: 'gone' });
  }
  answer = 200;
  expect((await admin('POST', 'deliveries/redeliver', { state: 'failed' })).status).toBe(400);
  const redelivered = await admin('POST', 'deliveries/redeliver', { from, to: from + 3_600 });
  expect(redelivered.json).toEqual({ object: 'redelivery', count: 2, has_more: false });
  for (const id of ids) await stateIs(id, 'delivered');
  const again = await admin('POST', 'deliveries/redeliver', { job: ids[0], state: 'delivered' });
  expect(again.json).toMatchObject({ count: 1 });
  const { webhook_id: message } = await deliveryOf(ids[0] ?? '');
  await until('the second copy', async () =>
    taken.filter((one) => one === message).length === 2 ? true : undefined,
  );
});

test.each<[how: string, stop: (id: string) => Promise<unknown>]>([
  ['by the route', (id) => admin('POST', `deliveries/${id}/stop`)],
  [
    'by the signal to its workflow',
    (id) =>
      gateway.base.client.workflow.getHandle(deliveryWorkflowId(uuid(id))).signal(STOP_SIGNAL),
  ],
])('a message that is stopped %s is written as stopped, and can be sent again', async (_, stop) => {
  const { jobId, id } = await waiting();
  await stop(id);
  expect(await stateIs(jobId, 'failed')).toMatchObject({ ended_because: 'stopped', tries: 2 });
  await gateway.base.client.workflow.getHandle(deliveryWorkflowId(uuid(id))).result();
  expect((await admin('POST', `deliveries/${id}/stop`)).status).toBe(409);
  answer = 200;
  await admin('POST', `deliveries/${id}/redeliver`);
  await stateIs(jobId, 'delivered');
});

async function inReview(prompt: string): Promise<string> {
  const id = await gateway.post({ prompt });
  const { workflowId } = (await gateway.base.store.jobs.load(uuid(id))) ?? { workflowId: '' };
  await until('the provider to accept', async () => {
    const attempt = await gateway.base.store.attempts.latest(uuid(id));
    return attempt?.state === 'accepted' ? true : undefined;
  });
  // As after three restarts: the row says so, and no run is there.
  await gateway.sql(`UPDATE jobs SET review = 'restarted too often', restarts = 4 WHERE id = $1`, [
    uuid(id),
  ]);
  await gateway.base.client.workflow.getHandle(workflowId).terminate('a defect');
  return id;
}

test('a job in review is listed, resumed, and ends as if nothing had been', async () => {
  const id = await inReview('waiting [[sim queued=900 video=shared]]');
  const listed = (await admin('GET', 'jobs?review=true')).json.data;
  expect(listed).toEqual([
    expect.objectContaining({ id: renderId('job', uuid(id)), review: 'restarted too often' }),
  ]);
  const resumed = await admin('POST', `jobs/${id}/resume`);
  expect(resumed.json).toMatchObject({ review: null, restarts: 0 });
  const attempt = await gateway.base.store.attempts.latest(uuid(id));
  const provided = `${gateway.simulator?.origin}/_sim/jobs/${String(attempt?.operation?.['taskId'])}`;
  expect((await gateway.call('POST', provided, { body: { to: 'end' } })).status).toBe(200);
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  const report = (await admin('GET', `jobs/${id}`)).json;
  expect(report).toMatchObject({ state: 'succeeded', attempts: [{ state: 'accepted' }] });
  expect((await admin('POST', `jobs/${id}/resume`)).status).toBe(409);
});

test('a job in review is failed with a reason: nothing is charged, and its caller reads the reason', async () => {
  const id = await inReview('waiting [[sim queued=600 video=shared]]');
  const failed = await admin('POST', `jobs/${id}/fail`, {
    code: 'provider_lost',
    message: 'The provider lost this order.',
  });
  expect(failed.status).toBe(200);
  expect(await gateway.ended(id)).toMatchObject({
    status: 'failed',
    error: { message: 'The provider lost this order.' },
  });
  const ledger = await gateway.base.store.ledger.entriesOf(gateway.workspaceId, uuid(id));
  expect(ledger.map(({ kind }) => kind)).toEqual(['hold', 'release']);
  const [row] = await gateway.sql(
    'SELECT watched_until IS NOT NULL AS watched FROM jobs WHERE id = $1',
    [uuid(id)],
  );
  expect(row).toEqual({ watched: true });
  expect((await admin('GET', 'jobs?review=true')).json.data).toHaveLength(1);
  const resolved = await admin('POST', `jobs/${id}/resolve`, { note: 'asked the provider' });
  expect(resolved.json).toMatchObject({ review: null, state: 'failed' });
  const events = await gateway.sql(
    `SELECT data FROM events WHERE job_id = $1 AND type = 'job.review.resolved'`,
    [uuid(id)],
  );
  expect(events).toEqual([{ data: { review: 'restarted too often', note: 'asked the provider' } }]);
});

test('a job whose workflow runs is not failed by mistake', async () => {
  const id = await gateway.post({ prompt: 'running [[sim queued=600 video=shared]]' });
  await until('its run', async () => {
    const job = await gateway.base.store.attempts.latest(uuid(id));
    return job?.state === 'accepted' ? true : undefined;
  });
  const refused = await admin('POST', `jobs/${id}/fail`, {});
  expect([refused.status, refused.json.error.message]).toEqual([
    409,
    expect.stringContaining('force'),
  ]);
  expect((await admin('POST', `jobs/${id}/fail`, { force: true })).status).toBe(200);
  expect(await gateway.ended(id)).toMatchObject({ status: 'failed' });
});

test('a copy that gave up is listed with its reason, resumed, and made', async () => {
  const id = await gateway.post();
  await gateway.ended(id);
  await until('the copy', async () => {
    const [keep] = await gateway.sql('SELECT finished_at FROM keeps WHERE job_id = $1', [uuid(id)]);
    return keep?.['finished_at'] ? true : undefined;
  });
  // As after a day of a provider that does not serve it.
  await gateway.sql('DELETE FROM files WHERE job_id = $1', [uuid(id)]);
  await gateway.sql(
    `UPDATE keeps SET finished_at = NULL, gave_up_at = now(), gave_up_because = 'the link is dead' WHERE job_id = $1`,
    [uuid(id)],
  );
  const listed = (await admin('GET', 'keeps?state=gave_up')).json.data;
  expect(listed).toEqual([expect.objectContaining({ because: 'the link is dead' })]);
  const resumed = await admin('POST', `keeps/${id}/resume`);
  expect(resumed.status).toBe(200);
  await until('the file', async () => {
    const files = await gateway.base.store.keeps.files(gateway.workspaceId, uuid(id));
    return files.length > 0 ? true : undefined;
  });
  expect((await admin('POST', `keeps/${id}/resume`)).status).toBe(409);
});

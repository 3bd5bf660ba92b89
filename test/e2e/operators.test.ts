import { WorkflowNotFoundError } from '@temporalio/client';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readId } from '../../src/core/job/ids';
import { startTestGateway, until } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/**
 * What an operator sees without a database client: the workflow under the id that the customer names, the reason on
 * its page, and one log line for whatever goes wrong, with its ids and its cause.
 */

const SEEDANCE = 'doubao-seedance-2-0-260128';
const price = { perJob: '10' };
const on = (channel: string) => ({ channels: [{ channel, model: SEEDANCE }], price });

/** Answers callbacks with the next status, then with the last one. */
const statuses: number[] = [];
const receiver = createServer((request, response) => {
  request.resume();
  response.statusCode = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 204;
  response.end('no');
});
/** A web server that has never heard of the provider. */
const stranger = createServer((request, response) => {
  request.resume();
  response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404</h1>');
});

let gateway: TestGateway;
let callbackUrl = '';
/** Nobody listens there; a port that was free a moment ago may be another test's by now. */
const REFUSED_HOST = '127.0.0.1:9';

const listening = async (server: typeof receiver): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  callbackUrl = `http://${await listening(receiver)}/hook/secret-path?token=secret`;
  const channel = (baseUrl: string) => ({
    provider: 'ark',
    baseUrl,
    credentials: { apiKey: 'a-key' },
  });
  gateway = await startTestGateway({
    channels: {
      'ark-simulated': { provider: 'ark', simulated: true },
      nowhere: channel('http://no-such-host.invalid/api/v3'),
      refusing: channel(`http://${REFUSED_HOST}/api/v3`),
      astray: channel(`http://${await listening(stranger)}`),
    },
    models: {
      'seedance-2.0': on('ark-simulated'),
      nowhere: on('nowhere'),
      refusing: on('refusing'),
      astray: on('astray'),
    },
    waits: { busyMs: 1_500 },
  });
});

afterAll(async () => {
  await gateway?.close();
  receiver.close();
  stranger.close();
});

interface Line {
  level: number;
  msg: string;
  jobId?: string;
  [field: string]: unknown;
}
const WARN = 40;
const ERROR = 50;
const lines = (): Line[] => gateway.logged.map((line) => JSON.parse(line) as Line);
const linesOf = (jobId: string): Line[] => lines().filter((line) => line.jobId === jobId);

const jobIdOf = (id: string): string => readId(id) ?? `no id of a job: ${id}`;
/** The start follows the answer to the create. */
const runOf = (workflowId: string) =>
  until(`${workflowId} to start`, () =>
    gateway.base.client.workflow
      .getHandle(workflowId)
      .describe()
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        return undefined;
      }),
  );

describe('the id that a caller was told', () => {
  const body = { model: 'seedance-2.0', prompt: 'a boat [[sim seconds=1 video=shared]]' };
  test.each<[string, string, string, unknown, (json: never) => string]>([
    ['videos', 'POST', '/v1/videos', body, ({ id }: { id: string }) => id],
    [
      'unified-video',
      'POST',
      '/unified-video/generate',
      { ...body, duration: 5, resolution: '720p' },
      ({ data, taskId }: { taskId?: string; data?: { taskId: string } }) =>
        taskId ?? data?.taskId ?? '',
    ],
    [
      'video-generations',
      'POST',
      '/v1/video/generations',
      body,
      ({ id, task_id }: { id?: string; task_id?: string }) => task_id ?? id ?? '',
    ],
  ])('of %s is the id of the workflow', async (_, method, path, request, idIn) => {
    const answer = await gateway.call(method, path, { body: request });
    const id = idIn(answer.json as never);
    expect(id).toMatch(/^(video|task)_[0-9a-f]{32}$/);
    expect((await runOf(id)).type).toBe('generateVideo');
  });

  test('of ula is the id of the workflow', async () => {
    const answer = await gateway.call('POST', '/v1/ula/generate-video', {
      body: {
        ...body,
        resolution: '720p',
        aspect_ratio: '16:9',
        duration: 5,
        generate_audio: false,
        camera_fixed: false,
        service_tier: 'default',
      },
      headers: { prefer: 'wait=1' },
    });
    const id = /[0-9a-f-]{36}/.exec(answer.text)?.[0] ?? answer.text;
    expect((await runOf(id)).type).toBe('generateVideo');
  });

  test('is in the log line of its request, as the job', async () => {
    const answer = await gateway.call('POST', '/v1/videos', { body });
    const requestId = answer.headers.get('x-request-id');
    const line = await until('the line', async () =>
      lines().find((one) => one.msg === 'request' && one['requestId'] === requestId),
    );
    expect(line.jobId).toBe(jobIdOf(answer.json.id));
  });
});

test('the page of a job says in words whose it is, what it holds, until when, and how the provider calls it', async () => {
  const id = await gateway.post({ prompt: 'slow [[sim queued=600 video=shared]]' });
  const jobId = jobIdOf(id);
  const attempt = await until('the provider to accept', async () => {
    const found = await gateway.base.store.attempts.latest(jobId);
    return found?.state === 'accepted' ? found : undefined;
  });
  const handle = gateway.base.client.workflow.getHandle(id);
  const run = await handle.describe();
  const { memo } = run;
  const staticSummary = await run.staticSummary();
  const staticDetails = await run.staticDetails();
  expect(staticSummary).toBe('seedance-2.0 for default, first choice ark-simulated (ark)');
  const job = await gateway.base.store.jobs.load(jobId);
  for (const words of [id, jobId, '**default**', 'ark-simulated', '10 points']) {
    expect(staticDetails).toContain(words);
  }
  expect(staticDetails).toContain(new Date(job?.deadlineAt ?? 0).toISOString());
  expect(memo).toMatchObject({ workspace: 'default', channel: 'ark-simulated' });
  const providerId = String(attempt.operation?.['taskId']);
  expect(providerId).toMatch(/^cgt-/);
  // The workflow hears of the accept after the row has it.
  await until('the current details', async () => {
    const metadata = await handle.query<{ currentDetails?: string }>(
      '__temporal_workflow_metadata',
    );
    return metadata.currentDetails?.includes(providerId) ? true : undefined;
  });
  const { events } = await handle.fetchHistory();
  expect(JSON.stringify(events?.map((event) => payloadsOf(event)))).toContain(providerId);
  await gateway.call('DELETE', `/v1/videos/${id}`);
});

/** What activities answered, as text. */
function payloadsOf(event: {
  activityTaskCompletedEventAttributes?: {
    result?: { payloads?: { data?: Uint8Array | null }[] | null } | null;
  } | null;
}): string[] {
  const payloads = event.activityTaskCompletedEventAttributes?.result?.payloads ?? [];
  return payloads.map(({ data }) => Buffer.from(data ?? []).toString('utf8'));
}

test('a job without a video fails its workflow with the code, a sentence and the provider’s own code', async () => {
  const id = await gateway.post({ prompt: 'forbidden [[sim seconds=1 fault=policy]]' });
  await gateway.ended(id);
  const failed = await gateway.base.client.workflow
    .getHandle(id)
    .result()
    .then(
      () => undefined,
      (error: { cause?: { message?: string; category?: string } }) => error.cause,
    );
  expect(failed?.message).toMatch(
    /^content_rejected: The provider rejected the content\. \(\w+, HTTP 400\)$|^content_rejected: The provider rejected the content\.( \(\w+\))?$/,
  );
  expect(failed?.category).toBe('BENIGN');
});

test('what is simulated is said at /readyz and with each model', async () => {
  const ready = await gateway.call('GET', '/readyz', { key: null });
  expect(ready.json).toMatchObject({ status: 'ok', simulated: { models: 1, all: 4 } });
  const { json } = await gateway.call('GET', '/v1/models');
  const said = json.data.map(({ id, simulated }: Line) => [id, simulated]);
  expect(said).toEqual([
    ['seedance-2.0', true],
    ['nowhere', false],
    ['refusing', false],
    ['astray', false],
  ]);
});

describe('a provider that nobody reaches', () => {
  test.each<[string, RegExp]>([
    ['nowhere', /\(ENOTFOUND\)|\(EAI_AGAIN\)/],
    ['refusing', /\(ECONNREFUSED\)/],
    ['astray', /the channel's address does not answer as ark: check its baseUrl/],
  ])('"%s" is told by its own code, and the log names host and cause', async (model, cause) => {
    const id = await gateway.post({ model });
    const video = await gateway.ended(id);
    expect(video['error']).toMatchObject({
      code: 'provider_unreachable',
      message: 'The provider could not be reached.',
    });
    const jobId = jobIdOf(id);
    const refused = linesOf(jobId).filter(({ msg }) => msg === 'the provider refused');
    expect(refused[0]).toMatchObject({ level: WARN, channel: model });
    expect(String(refused[0]?.['host'])).toMatch(/^(no-such-host\.invalid|127\.0\.0\.1:\d+)$/);
    expect(JSON.stringify(refused[0]?.['reason'])).toMatch(cause);
    expect(JSON.stringify(refused)).not.toContain('a-key');
  });
});

describe('a callback that is not taken', () => {
  test('is a warning for each try with its ids, its host and its next try, and one error at the end', async () => {
    statuses.splice(0, statuses.length, 500, 503, 500);
    const id = await gateway.post({ callback_url: callbackUrl });
    await gateway.ended(id);
    const jobId = jobIdOf(id);
    const told = await gateway.waitFor(id, 'last try', async () => {
      const found = linesOf(jobId).filter(({ msg }) => msg.startsWith('a callback was '));
      return found.some(({ level }) => level === ERROR) ? found : undefined;
    });
    expect(told.map(({ level, tryNumber, outcome }) => [level, tryNumber, outcome])).toEqual([
      [WARN, 1, 'HTTP 500'],
      [WARN, 2, 'HTTP 503'],
      [WARN, 3, 'HTTP 500'],
      [ERROR, 4, 'HTTP 500'],
    ]);
    const [delivery] = await gateway.sql<{ id: string; event_id: string }>(
      'SELECT id, event_id FROM deliveries WHERE job_id = $1',
      [jobId],
    );
    const eventId = `evt_${delivery?.event_id.replaceAll('-', '')}`;
    const host = new URL(callbackUrl).host;
    for (const line of told)
      expect(line).toMatchObject({ deliveryId: delivery?.id, eventId, host });
    expect(Date.parse(String(told[0]?.['nextTryAt']))).toBeGreaterThan(0);
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  test('says on its own page and in its history what happened, without the URL', async () => {
    statuses.splice(0, statuses.length, 500, 500, 204);
    const id = await gateway.post({ callback_url: callbackUrl });
    await gateway.ended(id);
    const jobId = jobIdOf(id);
    const delivery = await gateway.waitFor(id, 'delivery', async () => {
      const [row] = await gateway.sql<{ id: string }>(
        `SELECT id FROM deliveries WHERE job_id = $1 AND state = 'delivered'`,
        [jobId],
      );
      return row;
    });
    const handle = gateway.base.client.workflow.getHandle(`delivery:${delivery.id}`);
    await handle.result();
    const { events } = await handle.fetchHistory();
    const said = (events ?? []).flatMap((event) => payloadsOf(event)).join('\n');
    expect(said).toMatch(
      /HTTP 500 \(try 2 of evt_[0-9a-f]{32} for job [0-9a-f-]{36}\); next try at 20/,
    );
    expect(said).toMatch(/HTTP 204 \(try 3 of evt_[0-9a-f]{32} for job [0-9a-f-]{36}\)/);
    expect(said).not.toContain('secret');
    const metadata = await handle.query<{ currentDetails?: string }>(
      '__temporal_workflow_metadata',
    );
    expect(metadata.currentDetails).toContain('HTTP 204');
  });

  test('because nobody listens names the cause', async () => {
    const id = await gateway.post({ callback_url: `http://${REFUSED_HOST}/` });
    await gateway.ended(id);
    const jobId = jobIdOf(id);
    const line = await gateway.waitFor(id, 'warning', async () =>
      linesOf(jobId).find(({ msg }) => msg.startsWith('a callback was not taken')),
    );
    expect(line['outcome']).toMatch(/^connect: the host could not be reached/);
  });
});

test('a child workflow whose input has no workspace is told what the input is', async () => {
  const handle = await gateway.base.client.workflow.start('generateVideo', {
    workflowId: `child-${Date.now()}`,
    taskQueue: 'video',
    args: [{ foo: 1 }],
  });
  const refusal = await handle.result().then(
    () => undefined,
    (error: { cause?: { message?: string; type?: string } }) => error.cause,
  );
  expect(refusal).toMatchObject({
    type: 'InvalidRequest',
    message: 'workspace: is required: the input is {workspace: its name or id, request}.',
  });
});

import type { FileConfigInput } from '../../src/config';
import { arkError, running, startFakeArk, taskOf } from '../support/fake-ark';
import type { FakeArk, FakeReply, Script } from '../support/fake-ark';
import { startTestGateway, until, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/**
 * What a provider says is believed as far as it is its own word and can be seen to be true: a stranger's 404 ends no
 * job, a success is one when its result is a video, and every other end comes soon, with its reason.
 */

let gateway: TestGateway;
let ark: FakeArk;

/** Several looks fit into each grace, also where a busy machine makes some of them late. */
const GRACE_MS = 6_000;
const WAITS = {
  goneGraceMs: GRACE_MS,
  noOutputGraceMs: GRACE_MS,
  unreadableGraceMs: GRACE_MS,
  lookRetryAfterMaxMs: 500,
  unknownMs: 3_000,
  sendMs: 5_000,
  lateLookMs: 500,
  sweepEveryMs: 1_000,
  sweepAgeMs: 300,
} satisfies FileConfigInput['waits'];

beforeAll(async () => {
  ark = await startFakeArk();
  gateway = await startTestGateway(
    {
      channels: { 'ark-simulated': { provider: 'ark', simulated: true }, ...ark.channels },
      models: {
        fake: ark.model,
        bare: {
          ...ark.model,
          channels: [{ channel: 'bare', model: 'doubao-seedance-2-0-260128' }],
        },
      },
      waits: WAITS,
    },
    // Nobody listens there: a provider's callback arrives only when a test sends it.
    { env: { REELAY_PUBLIC_URL: 'http://127.0.0.1:9' } },
  );
});

afterAll(async () => {
  await gateway?.close();
  await ark?.close();
});

let made = 0;

interface Job {
  tag: string;
  id: string;
  jobId: string;
}

async function post(script: Script, body: Record<string, unknown> = {}): Promise<Job> {
  const tag = `job${(made += 1)}`;
  ark.script(tag, script);
  const id = await gateway.post({ model: 'fake', prompt: `tag:${tag}`, ...body });
  return { tag, id, jobId: uuid(id) };
}

const row = async ({ jobId }: Job): Promise<Record<string, unknown> | undefined> =>
  (
    await gateway.sql(
      `SELECT state, failure->>'code' AS code, failure->'provider'->>'message' AS said, charged,
              review, (SELECT count(*)::int FROM files WHERE job_id = jobs.id) AS files,
              (SELECT tokens FROM usage WHERE job_id = jobs.id) AS tokens
       FROM jobs WHERE id = $1`,
      [jobId],
    )
  )[0];

const logged = ({ jobId }: Job, text: string): Record<string, unknown>[] =>
  gateway.logged
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['jobId'] === jobId && String(line['msg']).includes(text));

const box = (type: string, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};

/** The head of an MP4 of 1248 x 704 and 5.04 s, and some frames. */
const video = (): Buffer => {
  const movie = Buffer.alloc(100);
  movie.writeUInt32BE(1_000, 12);
  movie.writeUInt32BE(5_040, 16);
  const track = Buffer.alloc(84);
  track.writeUInt16BE(1_248, 76);
  track.writeUInt16BE(704, 80);
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\0\0isom')),
    box('moov', box('mvhd', movie), box('trak', box('tkhd', track))),
    box('mdat', Buffer.alloc(1_000, 7)),
  ]);
};

const asVideo = (): FakeReply => ({ headers: { 'content-type': 'video/mp4' }, body: video() });
const succeeded =
  (change: Record<string, unknown> = {}) =>
  (_: number, taskId: string) =>
    taskOf(ark, taskId, change);

/** Looks are answered like that for this long after the first such one, and then as a success. */
function forAWhile(ms: number, reply: (taskId: string) => FakeReply): Script['look'] {
  let since: number | undefined;
  return (number, taskId) => {
    if (number < 4) return running(taskId);
    since ??= Date.now();
    return Date.now() - since < ms ? reply(taskId) : taskOf(ark, taskId);
  };
}

const PROXY = { status: 404, body: { message: 'no Route matched with those values' } };

describe('a job that its provider is said not to know', () => {
  test.concurrent.each([404, 410])(
    'goes on when its looks are not found (%d) for a moment',
    async (status) => {
      const look = forAWhile(1_000, () => arkError(status, 'ResourceNotFound'));
      let runsUntil = Infinity;
      const job = await post({
        // Older than the grace, which counts from the first such answer.
        look: (number, taskId) => (Date.now() < runsUntil ? running(taskId) : look(number, taskId)),
        result: asVideo,
      });
      runsUntil = Date.now() + GRACE_MS;
      expect(await gateway.ended(job.id)).toMatchObject({ status: 'completed' });
    },
  );

  test.concurrent.each([
    ['a proxy’s JSON', PROXY],
    ['a proxy’s JSON, for good as it says', { ...PROXY, status: 410 }],
    ['another API’s error', { status: 404, body: { error: { message: 'x', code: 'not_found' } } }],
    ['a page', { status: 404, body: '<html>404 Not Found</html>' }],
  ])('goes on when a stranger says so, however long: %s', async (_, reply) => {
    const job = await post({ look: forAWhile(GRACE_MS + 1_500, () => reply), result: asVideo });
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'completed' });
  });

  test.concurrent(
    'five jobs at once lose nothing to a key of another account, put right in time',
    async () => {
      let runsUntil = Infinity;
      const jobs = await Promise.all(
        Array.from({ length: 5 }, () => {
          let isWrong = false;
          return post({
            // Each is older than the grace at its one wrong look; a second one could be a whole grace later.
            look(_, taskId) {
              if (Date.now() < runsUntil) return running(taskId);
              if (isWrong) return taskOf(ark, taskId);
              isWrong = true;
              return arkError(404, 'ResourceNotFound');
            },
            result: asVideo,
          });
        }),
      );
      runsUntil = Date.now() + GRACE_MS;
      for (const { id } of jobs)
        expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
    },
  );

  test.concurrent(
    'is lost when the provider says nothing else for the grace, and its late word is our cost',
    async () => {
      let isBack = false;
      const job = await post({
        look: (number, taskId) =>
          number < 3
            ? running(taskId)
            : isBack
              ? taskOf(ark, taskId)
              : arkError(404, 'ResourceNotFound'),
      });
      expect(await gateway.ended(job.id)).toMatchObject({
        status: 'failed',
        error: { code: 'provider_lost' },
      });
      expect(await row(job)).toMatchObject({ charged: '0', said: 'as the test wants it' });
      isBack = true;
      const late = () =>
        gateway.sql(
          `SELECT verdict->>'state' AS state, tokens FROM late_verdicts WHERE job_id = $1`,
          [job.jobId],
        );
      expect(await until('the late word', async () => (await late())[0])).toEqual({
        state: 'succeeded',
        tokens: '108900',
      });
      expect(await row(job)).toMatchObject({
        state: 'failed',
        code: 'provider_lost',
        charged: '0',
      });
    },
  );
});

describe('a result that is no video', () => {
  const RESULTS: [string, FakeReply][] = [
    ['a page', { headers: { 'content-type': 'video/mp4' }, body: '<html>quota</html>' }],
    ['JSON', { body: { error: 'quota' } }],
    ['nothing', { headers: { 'content-type': 'video/mp4' }, body: '' }],
    ['an encoded file', { headers: { 'content-encoding': 'gzip' }, body: video() }],
  ];

  test.concurrent.each(RESULTS)('fails its job, free for the caller: %s', async (_, reply) => {
    const job = await post({ look: succeeded(), result: () => reply });
    expect(await gateway.ended(job.id)).toMatchObject({
      status: 'failed',
      error: { code: 'result_unreadable' },
    });
    expect(await row(job)).toMatchObject({
      charged: '0',
      tokens: '108900',
      files: 0,
      review: expect.stringContaining('succeeded at the provider without a video') as unknown,
    });
    expect((await gateway.call('GET', `/v1/videos/${job.id}/content`)).status).toBe(404);
  });

  test.concurrent('is looked at again: a file that is written late is delivered', async () => {
    let tries = 0;
    const job = await post({
      look: succeeded(),
      result: () => ((tries += 1) < 3 ? { body: 'not yet' } : asVideo()),
    });
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'completed' });
    await until('the copy', async () => ((await row(job))?.['files'] === 1 ? true : undefined));
    const { status, headers } = await gateway.call('GET', `/v1/videos/${job.id}/content`);
    expect([status, headers.get('content-length')]).toEqual([200, String(video().length)]);
  });

  test.concurrent('is never stored when it turns into one after the end', async () => {
    let tries = 0;
    const job = await post({
      look: succeeded(),
      result: () => ((tries += 1) === 2 ? { body: '<html>quota</html>' } : asVideo()),
    });
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'completed' });
    await until('the copy', async () => ((await row(job))?.['files'] === 1 ? true : undefined));
    const { headers } = await gateway.call('GET', `/v1/videos/${job.id}/content`);
    expect(headers.get('content-length')).toBe(String(video().length));
  });
});

describe('a success without a link', () => {
  test.concurrent.each([
    ['no content', { content: null }],
    ['an empty link', { content: { video_url: '' } }],
  ])('ends soon, shown as running meanwhile: %s', async (_, change) => {
    const job = await post({ look: succeeded(change) });
    await until('a look', async () => ark.seen(job.tag).looks > 1 || undefined);
    expect((await gateway.call('GET', `/v1/videos/${job.id}`)).json.status).toBe('in_progress');
    expect(await gateway.ended(job.id)).toMatchObject({
      status: 'failed',
      error: { code: 'provider_error' },
    });
    expect(await row(job)).toMatchObject({ charged: '0', tokens: '108900' });
  });

  test.concurrent('ends with the task’s own reason where it has one', async () => {
    const error = { code: 'OutputVideoSensitiveContentDetected', message: 'risky' };
    const job = await post({ look: succeeded({ content: null, error }) });
    expect(await gateway.ended(job.id)).toMatchObject({ error: { code: 'content_rejected' } });
    expect(await row(job)).toMatchObject({ charged: '0', said: 'risky' });
  });

  test.concurrent('that gets its link a moment later is a video', async () => {
    const job = await post({
      look: (number, taskId) => taskOf(ark, taskId, number < 4 ? { content: {} } : {}),
      result: asVideo,
    });
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'completed' });
  });
});

describe('a result that we do not fetch', () => {
  const LINKS: [string, string, string][] = [
    ['relative', '/files/a.mp4', 'must be an absolute URL'],
    ['ftp', 'ftp://files.example/a.mp4?signature=secret', 'must be an https URL'],
    ['http', 'http://files.example/a.mp4?signature=secret', 'must be an https URL'],
    ['private', 'https://10.0.0.7/a.mp4?signature=secret', 'must name a public host'],
  ];

  test.concurrent.each(LINKS)('is said once and waits for review: %s', async (_, url, problem) => {
    const job = await post({ look: succeeded({ content: { video_url: url } }) });
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'completed' });
    expect(await row(job)).toMatchObject({
      charged: '25000000',
      review: expect.stringContaining(problem) as unknown,
    });
    const [line, ...more] = logged(job, 'the result cannot be fetched');
    expect(more).toEqual([]);
    expect(line).toMatchObject({ cause: expect.stringContaining(problem) as unknown });
    expect(gateway.logged.join('\n')).not.toContain('signature=secret');
  });

  test.concurrent(
    'because its store refuses is settled, and waits for review until its copy is there',
    async () => {
      let isOpen = false;
      const job = await post({
        look: succeeded(),
        result: () => (isOpen ? asVideo() : { status: 403 }),
      });
      expect(await gateway.ended(job.id)).toMatchObject({ status: 'completed' });
      expect(await row(job)).toMatchObject({
        review: 'result not fetched: the link answers HTTP 403',
      });
      isOpen = true;
      await until('the copy', async () => ((await row(job))?.['files'] === 1 ? true : undefined));
      expect(await row(job)).toMatchObject({ review: null, charged: '25000000' });
    },
  );

  test.concurrent('is none at the channel’s own base URL', async () => {
    const job = await post({ look: succeeded(), result: asVideo }, { model: 'bare' });
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'completed' });
    expect((await gateway.call('GET', `/v1/videos/${job.id}/content`)).status).toBe(200);
  });
});

describe('the video as it was made', () => {
  const adaptive = { duration: undefined, resolution: undefined, aspect_ratio: 'adaptive' };

  test.concurrent(
    'is shown by its size, ratio and length, and the request as it was made',
    async () => {
      const told = { ratio: '16:9', resolution: '720p' };
      const job = await post({ look: succeeded(told), result: asVideo }, adaptive);
      expect(await gateway.ended(job.id)).toMatchObject({
        size: '1248x704',
        aspect_ratio: '16:9',
        resolution: '720p',
        parameters: { aspect_ratio: 'adaptive' },
      });
      const { json } = await gateway.call('GET', `/v1/video/generations/${job.id}`);
      expect(json.data.metadata).toMatchObject({ width: 1_248, height: 704, aspect_ratio: '16:9' });
      const ula = await gateway.call('GET', `/v1/ula/videos/${job.id}`);
      expect(ula.json.data.resolution).toBe('1248*704');
    },
  );

  test.concurrent('is read off the file where the provider says nothing', async () => {
    const job = await post({ look: succeeded(), result: asVideo }, adaptive);
    expect(await gateway.ended(job.id)).toMatchObject({ size: '1248x704', aspect_ratio: '16:9' });
  });
});

test.concurrent(
  'a job of the provider that is another’s is not taken, whoever names it',
  async () => {
    const mine = await post({ look: succeeded(), result: asVideo });
    await gateway.ended(mine.id);
    const other = await post({ submit: () => 'drop', look: (_, taskId) => running(taskId) });
    const { callbackToken } = await until('the submit', async () => {
      const seen = ark.seen(other.tag);
      return seen.callbackToken ? seen : undefined;
    });
    const hint = await gateway.call('POST', `/callbacks/ark/${callbackToken ?? ''}`, {
      key: null,
      body: { id: ark.seen(mine.tag).taskId, status: 'succeeded' },
    });
    expect(hint.status).toBe(200);
    expect(await gateway.ended(other.id)).toMatchObject({
      status: 'failed',
      error: { code: 'submission_unknown' },
    });
    expect(await row(other)).toMatchObject({ charged: '0' });
    expect(logged(other, 'another attempt has')).toHaveLength(1);
  },
);

test.concurrent('a provider that asks for hours of patience is looked at sooner', async () => {
  const job = await post({
    look: (number, taskId) =>
      number === 2
        ? { ...arkError(429, 'ServerOverloaded'), headers: { 'retry-after': '6000' } }
        : number < 4
          ? running(taskId)
          : taskOf(ark, taskId),
    result: asVideo,
  });
  expect(await gateway.ended(job.id)).toMatchObject({ status: 'completed' });
});

test.concurrent('words that nobody knows throw out of no look, and the job goes on', async () => {
  const odd: unknown[] = [
    'null',
    [],
    { id: 7 },
    { status: 'succeeded' },
    { id: '', status: null },
    { id: 'other', status: 'failed' },
  ];
  const job = await post({
    look: (number, taskId) =>
      number <= odd.length
        ? { body: odd[number - 1] }
        : number === odd.length + 1
          ? { body: { id: taskId } }
          : number === odd.length + 2
            ? { body: { id: taskId, status: 'dreaming' } }
            : taskOf(ark, taskId, { usage: 'much', seed: [], error: 5, ratio: {} }),
    result: asVideo,
  });
  expect(await gateway.ended(job.id)).toMatchObject({ status: 'completed' });
  expect(logged(job, 'failed unexpectedly')).toEqual([]);
});

test('every call about a job names the request that made it: submit, look and cancel, the log and the workflow', async () => {
  const tag = 'named';
  let isCanceled = false;
  ark.script(tag, {
    look: (_, taskId) =>
      isCanceled
        ? taskOf(ark, taskId, { status: 'cancelled' })
        : { body: { id: taskId, status: 'queued' } },
  });
  const headers = { 'x-request-id': 'cat-7' };
  const body = { model: 'fake', prompt: `tag:${tag}` };
  const { json } = await gateway.call('POST', '/v1/videos', { body, headers });
  const { requestIds } = ark.seen(tag);
  await until('two looks', async () => (requestIds.length > 2 ? true : undefined));
  await gateway.call('DELETE', `/v1/videos/${json.id}`, { headers: { 'x-request-id': 'dog-8' } });
  await until('the cancel', async () =>
    requestIds.some((seen) => seen.startsWith('DELETE')) ? true : undefined,
  );
  isCanceled = true;
  await gateway.ended(json.id);

  expect(new Set(requestIds)).toEqual(new Set(['POST cat-7', 'GET cat-7', 'DELETE cat-7']));
  const job = { tag, id: json.id, jobId: uuid(json.id) };
  expect(logged(job, 'accepted the job')).toMatchObject([{ requestId: 'cat-7' }]);
  const { memo } = await gateway.base.client.workflow.getHandle(json.id).describe();
  expect(memo).toMatchObject({ requestId: 'cat-7' });
});

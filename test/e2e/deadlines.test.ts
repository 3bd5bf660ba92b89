import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startWorker } from '../../src/run/worker';
import { SWEEP_SCHEDULE } from '../../workflows/contract';
import { startTestGateway, until, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { record } from '../support/report';
import { startWire, wireError } from '../support/wire';
import type { Rule, Wire } from '../support/wire';

/**
 * A deadline is our patience, not the provider's verdict: whatever was down meanwhile, the provider is asked once more
 * before a job fails, and what it says after that is our cost and never the customer's.
 */

/** These leave a busy machine seconds for whatever a test waits for within one of them. */
const WAITS = {
  sendMs: 5_000,
  unknownGraceMs: 300,
  unknownMs: 700,
  exchangeMs: 5_000,
  lookRetryMs: 200,
  lastLookMs: 30_000,
  cancelMs: 30_000,
  goneGraceMs: 300,
  deniedGraceMs: 12_000,
  sweepEveryMs: 1_000,
  sweepAgeMs: 300,
  lateLookMs: 500,
  watchMinMs: 120_000,
};
const PRICE = '25000000';

/** A gateway and the wire between it and its provider. */
interface World {
  gateway: TestGateway;
  wire: Wire;
  close(): Promise<void>;
}

let world: World;
let gateway: TestGateway;
let wire: Wire;

async function startWorld(extra: { own?: boolean } = {}): Promise<World> {
  const ownWire = await startWire();
  const { channels, models } = ownWire.config;
  const started = await startTestGateway(
    {
      channels,
      models: {
        // Until then a job of a gateway that has just started must be accepted.
        short: { ...models.wired, deadlineSeconds: 10 },
        longer: { ...models.wired, deadlineSeconds: 20 },
        long: { ...models.wired, deadlineSeconds: 600 },
      },
      waits: WAITS,
    },
    // Without an address the gateway launches an engine of its own.
    { env: { ...ownWire.env, ...(extra.own ? { TEMPORAL_ADDRESS: '' } : {}) } },
  );
  ownWire.toward(started.simulator?.origin ?? '');
  await drawClip(started);
  return {
    gateway: started,
    wire: ownWire,
    async close() {
      await started.close();
      await ownWire.close();
    },
  };
}

/** The clip of all jobs is drawn when it is first asked for; no last look of a test must wait for that. */
async function drawClip(at: TestGateway): Promise<void> {
  const simulator = at.simulator?.origin ?? '';
  const { json } = await at.call('POST', `${simulator}/ark/contents/generations/tasks`, {
    key: 'simulated',
    body: {
      model: 'doubao-seedance-2-0-260128',
      content: [{ type: 'text', text: '[[sim video=shared]]' }],
    },
  });
  await at.call('POST', `${simulator}/_sim/jobs/${json.id}`, { body: { to: 'end' } });
  expect((await at.call('GET', `${simulator}/_media/${json.id}/video.mp4`)).status).toBe(200);
}

beforeAll(async () => {
  world = await startWorld();
  ({ gateway, wire } = world);
});

afterAll(() => world?.close());

interface Job {
  tag: string;
  id: string;
  jobId: string;
}

let made = 0;

async function post(model: string, directives: string, at = world, rule?: Rule): Promise<Job> {
  const tag = `job-${(made += 1)}`;
  if (rule) at.wire.bend(tag, rule);
  const prompt = `tag:${tag} [[sim video=shared ${directives}]]`;
  const id = await at.gateway.post({ model, prompt });
  return { tag, id, jobId: uuid(id) };
}

interface Books {
  state: string;
  code: string | null;
  charged: string;
  review: string | null;
  usage: number;
  ends: string[];
}

async function books({ jobId }: Job, at = world): Promise<Books> {
  const [row] = await at.gateway.sql<Books>(
    `SELECT state, failure->>'code' AS code, charged, review,
            (SELECT count(*)::int FROM usage WHERE job_id = jobs.id) AS usage,
            (SELECT array_agg(kind ORDER BY id) FROM ledger WHERE job_id = jobs.id AND kind <> 'hold') AS ends
     FROM jobs WHERE id = $1`,
    [jobId],
  );
  if (!row) throw new Error(`no job ${jobId}`);
  return row;
}

const SUCCEEDED = {
  state: 'succeeded',
  code: null,
  charged: PRICE,
  review: null,
  usage: 1,
  ends: ['settle'],
};
const failedWith = (code: string): Books => ({
  state: 'failed',
  code,
  charged: '0',
  review: null,
  usage: 1,
  ends: ['release'],
});

const late = ({ jobId }: Job): Promise<Record<string, unknown>[]> =>
  gateway.sql(
    `SELECT verdict->>'state' AS verdict, tokens, seconds FROM late_verdicts WHERE job_id = $1`,
    [jobId],
  );

const LATE_SUCCESS = { verdict: 'succeeded', tokens: '108900', seconds: 5 };

const atProvider = ({ tag }: Job, at: World): string =>
  `${at.gateway.simulator?.origin}/_sim/jobs/${at.wire.seen(tag).taskId ?? ''}`;

async function truth(job: Job, at = world): Promise<string> {
  return (await at.gateway.call('GET', atProvider(job, at))).json.state;
}

const deadlinePassed = ({ jobId }: Job, at = world): Promise<unknown> =>
  until('the deadline', async () => {
    const passed = 'SELECT 1 FROM jobs WHERE id = $1 AND deadline_at < now()';
    return (await at.gateway.sql(passed, [jobId]))[0];
  });

/** Moves the provider's job to its end, so that no test races the clock. */
async function finish(job: Job, at = world): Promise<void> {
  const answer = await at.gateway.call('POST', atProvider(job, at), { body: { to: 'end' } });
  expect(answer.json).toMatchObject({ state: 'succeeded' });
}

const accepted = ({ jobId }: Job, at = world): Promise<unknown> =>
  until('the accept', async () => {
    const attempt = await at.gateway.base.store.attempts.latest(jobId);
    return attempt?.state === 'accepted' ? true : undefined;
  });

/** No look that left before a rule was changed is still under way. */
const looksAnswered = ({ tag }: Job): Promise<unknown> =>
  until('the looks under way', async () => {
    const { exchanges, answered } = wire.seen(tag);
    return exchanges['GET'] === answered['GET'] || undefined;
  });

const hint = async ({ tag }: Job): Promise<void> => {
  const { callbackToken, taskId } = wire.seen(tag);
  const answer = await gateway.call('POST', `/callbacks/ark/${callbackToken ?? ''}`, {
    key: null,
    body: { id: taskId, status: 'succeeded' },
  });
  expect(answer.status).toBe(200);
};

function say(name: string, { state, code, charged, review }: Books, more = ''): void {
  const end = code === null ? state : `${state} (${code})`;
  const bill = Number(charged) > 0 ? 'billed' : 'not billed';
  record(
    'deadlines',
    name,
    review ? `review: ${review}, nothing settled` : `${end}, ${bill}${more}`,
  );
}

test.concurrent(
  'a video that was finished and not yet seen at the deadline succeeds and is billed',
  async () => {
    let isOpen = false;
    const job = await post('short', 'queued=0 seconds=900', world, async ({ method, forward }) =>
      method === 'GET' && !isOpen ? wireError(500) : forward(),
    );
    await accepted(job);
    await finish(job);
    await deadlinePassed(job);
    isOpen = true;
    await gateway.ended(job.id);
    expect(await books(job)).toEqual(SUCCEEDED);
    expect((await gateway.run(job.id)).status).toBe('COMPLETED');
    say('finished, unseen at the deadline', await books(job));
  },
);

test.concurrent(
  'a video that still runs at the deadline fails, costs nothing, and what finishes later is our cost',
  async () => {
    const job = await post('short', 'queued=0 seconds=900');
    await gateway.ended(job.id);
    expect(await books(job)).toEqual(failedWith('timed_out'));
    // Ark takes a DELETE of a running task for nothing, and one of a finished task as "forget it".
    expect(wire.seen(job.tag).exchanges['DELETE']).toBeUndefined();
    const before = await gateway.sql('SELECT * FROM jobs WHERE id = $1', [job.jobId]);
    await finish(job);
    expect(await until('the late word', async () => (await late(job))[0])).toEqual(LATE_SUCCESS);
    expect(await gateway.sql('SELECT * FROM jobs WHERE id = $1', [job.jobId])).toEqual(before);
    expect(await books(job)).toEqual(failedWith('timed_out'));
    say('still running at the deadline, finishes later', await books(job), ', late success booked');
  },
);

test.concurrent(
  'a job still queued at the provider is canceled there at the deadline',
  async () => {
    const job = await post('short', 'queued=900');
    await gateway.ended(job.id);
    expect(await books(job)).toEqual(failedWith('timed_out'));
    expect(wire.seen(job.tag).exchanges['DELETE']).toBe(1);
    expect(await truth(job)).toBe('canceled');
    expect(await until('the late word', async () => (await late(job))[0])).toMatchObject({
      verdict: 'canceled',
      tokens: '0',
    });
    say('queued at the provider at the deadline', await books(job), ', canceled there');
  },
);

test.concurrent('a late word that comes by a callback is booked once, at our cost', async () => {
  let isOpen = true;
  const job = await post('short', 'queued=0 seconds=900', world, async ({ method, forward }) =>
    method === 'GET' && !isOpen ? wireError(500) : forward(),
  );
  await gateway.ended(job.id);
  isOpen = false;
  await looksAnswered(job);
  await finish(job);
  expect(await late(job)).toEqual([]);
  isOpen = true;
  await hint(job);
  expect(await late(job)).toEqual([LATE_SUCCESS]);
  await hint(job);
  expect(await late(job)).toEqual([LATE_SUCCESS]);
  expect(await books(job)).toEqual(failedWith('timed_out'));
});

test.concurrent(
  'an accept that is told after submission_unknown is watched, and its success is our cost',
  async () => {
    const job = await post('longer', 'queued=0 seconds=900', world, async ({ method, forward }) => {
      const reply = await forward();
      return method === 'POST' ? 'drop' : reply;
    });
    await gateway.ended(job.id);
    expect(await books(job)).toEqual(failedWith('submission_unknown'));
    const before = await gateway.sql('SELECT * FROM jobs WHERE id = $1', [job.jobId]);
    await finish(job);
    await hint(job);
    expect(await until('the late word', async () => (await late(job))[0])).toEqual(LATE_SUCCESS);
    expect(await gateway.sql('SELECT * FROM jobs WHERE id = $1', [job.jobId])).toEqual(before);
    expect(await books(job)).toEqual(failedWith('submission_unknown'));
    expect(wire.seen(job.tag).exchanges['POST']).toBe(1);
    say('accepted after submission_unknown', await books(job), ', late success booked');
  },
);

const refused = ({ jobId }: Job): Promise<unknown> =>
  until('a look that is refused', async () => {
    const attempt = await gateway.base.store.attempts.latest(jobId);
    return attempt?.doubt;
  });

test.concurrent.each([401, 403])(
  'looks that are refused (%d) for a while cost no job',
  async (status) => {
    let isOpen = false;
    const job = await post('long', 'queued=0 seconds=900', world, async ({ method, forward }) =>
      method === 'GET' && !isOpen ? wireError(status) : forward(),
    );
    await refused(job);
    isOpen = true;
    await finish(job);
    await gateway.ended(job.id);
    expect(await books(job)).toEqual(SUCCEEDED);
    say(`looks refused (${status}) for a while`, await books(job));
  },
);

test.concurrent(
  'looks that stay refused end the job, and what it becomes is our cost',
  async () => {
    let isOpen = false;
    const job = await post('long', 'queued=0 seconds=900', world, async ({ method, forward }) =>
      method === 'GET' && !isOpen ? wireError(401) : forward(),
    );
    await gateway.ended(job.id);
    expect(await books(job)).toEqual(failedWith('provider_denied'));
    expect(await gateway.run(job.jobId)).toEqual({ events: 23, status: 'FAILED' });
    const [row] = await gateway.sql(`SELECT failure->'provider' AS said FROM jobs WHERE id = $1`, [
      job.jobId,
    ]);
    expect(row).toMatchObject({ said: { status: 401 } });
    expect(await late(job)).toEqual([]);
    isOpen = true;
    await finish(job);
    expect(await until('the late word', async () => (await late(job))[0])).toEqual(LATE_SUCCESS);
    expect(await books(job)).toEqual(failedWith('provider_denied'));
    say('looks stay refused, finishes later', await books(job), ', late success booked');
  },
);

test.concurrent('a cancel whose looks are refused goes on when they are not', async () => {
  let isOpen = false;
  const job = await post('long', 'queued=900', world, async ({ method, forward }) =>
    method === 'GET' && !isOpen ? wireError(401) : forward(),
  );
  await accepted(job);
  await gateway.call('DELETE', `/v1/videos/${job.id}`);
  await refused(job);
  isOpen = true;
  await until('the cancel', async () =>
    (await books(job)).state === 'canceled' ? true : undefined,
  );
  expect(await truth(job)).toBe('canceled');
});

test.concurrent(
  'a worker that is down past the deadline costs no job: the last look wins',
  async () => {
    const other = await startWorld();
    try {
      const job = await post('short', 'queued=0 seconds=900', other);
      await accepted(job, other);
      await other.gateway.worker.stop();
      await deadlinePassed(job, other);
      await finish(job, other);
      const again = await startWorker(other.gateway.base, () => undefined);
      try {
        await other.gateway.ended(job.id);
        expect(await books(job, other)).toEqual(SUCCEEDED);
        say('worker down past the deadline', await books(job, other));
      } finally {
        await again.stop();
      }
    } finally {
      await other.close();
    }
  },
);

test.concurrent(
  'an engine that hangs past the deadline costs no job: the last look wins',
  async () => {
    const other = await startWorld({ own: true });
    try {
      const job = await post('short', 'queued=0 seconds=900', other);
      await accepted(job, other);
      const file = readFileSync(join(other.gateway.data, 'run', 'engine.json'), 'utf8');
      const { pid } = JSON.parse(file) as { pid: number };
      process.kill(pid, 'SIGSTOP');
      try {
        await deadlinePassed(job, other);
        await finish(job, other);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await other.gateway.ended(job.id);
      expect(await books(job, other)).toEqual(SUCCEEDED);
      say('engine hangs past the deadline', await books(job, other));
    } finally {
      await other.close();
    }
  },
);

test.concurrent(
  'a job whose history was deleted is found at its deadline and ends as the provider says',
  async () => {
    let isOpen = true;
    const job = await post('short', 'queued=0 seconds=900', world, async ({ method, forward }) =>
      method === 'GET' && !isOpen ? wireError(500) : forward(),
    );
    await accepted(job);
    // No look may find the end before the history is gone.
    isOpen = false;
    await looksAnswered(job);
    await finish(job);
    const { client, namespace } = gateway.base;
    const workflowExecution = { workflowId: job.id };
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
    isOpen = true;
    await gateway.ended(job.id);
    expect(await books(job)).toEqual(SUCCEEDED);
    expect(wire.seen(job.tag).exchanges['POST']).toBe(1);
    say('history deleted', await books(job));
  },
);

test.concurrent('a terminated job that has finished meanwhile succeeds', async () => {
  let isOpen = false;
  const job = await post('long', 'queued=0 seconds=900', world, async ({ method, forward }) =>
    method === 'GET' && !isOpen ? wireError(500) : forward(),
  );
  await accepted(job);
  await gateway.base.client.workflow.getHandle(job.id).terminate('by hand');
  await finish(job);
  isOpen = true;
  await gateway.ended(job.id);
  expect(await books(job)).toEqual(SUCCEEDED);
  say('terminated, finished meanwhile', await books(job));
});

test.concurrent(
  'a job that was restarted three times in vain goes to review, and is told of once',
  async () => {
    const job = await post('long', 'queued=0 seconds=900');
    await accepted(job);
    const handle = gateway.base.client.workflow.getHandle(job.id);
    const review = await until('the review', async () => {
      const { status } = await handle.describe();
      if (status.name === 'RUNNING') await handle.terminate('by hand').catch(() => undefined);
      return (await books(job)).review ?? undefined;
    });
    expect(review).toBe('restarted too often');
    const [row] = await gateway.sql('SELECT restarts, charged FROM jobs WHERE id = $1', [
      job.jobId,
    ]);
    expect(row).toEqual({ restarts: 4, charged: null });
    const schedule = gateway.base.client.schedule.getHandle(SWEEP_SCHEDULE);
    const { numActionsTaken } = (await schedule.describe()).info;
    await until('two more sweeps', async () => {
      const { info } = await schedule.describe();
      return info.numActionsTaken >= numActionsTaken + 3 || undefined;
    });
    const told = gateway.logged
      .map((line) => JSON.parse(line) as { level: number; jobId?: string; msg: string })
      .filter(({ jobId, msg }) => jobId === job.jobId && msg.includes('review'));
    expect(told).toMatchObject([{ level: 50 }]);
    say('terminated four times', await books(job));
  },
);

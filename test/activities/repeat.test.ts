import { submit } from '../../activities/submit';
import type { ActivityDeps } from '../../activities';
import { readConfig } from '../../src/config';
import type { Attempt } from '../../src/core/provider/attempt';
import type { Call } from '../../src/core/provider/exchange';
import type { Outbound } from '../../src/core/ports/outbound';
import { kling } from '../../src/providers/kling';
import { kling as simulation } from '../../simulators/kling';
import { NOW, createdJob, newAttempt, newJob, useTestDatabase } from '../support/database';
import { createSimulatedProvider } from '../support/simulated-provider';
import type { SimulatedProvider } from '../support/simulated-provider';
import { sweepDeps } from '../support/sweep-deps';

/**
 * A submit that Kling has never had by its own lookups may be made once more under the same id, where the operator asks
 * for it. Whatever dies on the way, there is one task at the most, and no third submit.
 */

const database = useTestDatabase();

let upstream: SimulatedProvider;
/** What became of each call, in their order: `find`, `submit`. */
let calls: string[];
beforeEach(() => {
  upstream = createSimulatedProvider(kling, simulation);
  calls = [];
});

/** What the network does with a call of that kind. */
type Network = Partial<Record<'find' | 'submit', 'lost' | 'dies-before' | 'dies-after'>>;

interface World {
  /** Unix milliseconds. */
  now: number;
  network?: Network;
  asked?: boolean;
  apiKey?: string;
  /** The version of the config that the worker has by now; jobs were planned by `v1`. */
  version?: string;
}

function outboundOf(network: Network): Outbound {
  const call = (sent: Call, { about }: { about: { kind: string } }) => {
    const kind = about.kind === 'find' ? 'find' : 'submit';
    calls.push(kind);
    const fate = network[kind];
    if (fate === 'dies-before') return Promise.reject(new Error('the worker is killed'));
    const reply = upstream.sendUnsigned(sent);
    if (fate === 'lost') return Promise.resolve({ kind: 'no_reply', reason: 'timeout' });
    if (fate === 'dies-after') return Promise.reject(new Error('the worker is killed'));
    return Promise.resolve({ kind: 'reply', reply });
  };
  // Sound: a submit and its lookup make calls and nothing else.
  return { call } as unknown as Outbound;
}

function depsOf(world: World): ActivityDeps {
  const { now, network = {}, asked = true, apiKey = 'simulated', version = 'v1' } = world;
  const channel = {
    name: 'kling',
    baseUrl: 'https://kling.example',
    credentials: { apiKey },
    repeatsLostSubmits: asked,
  };
  return {
    ...sweepDeps(database, { now }),
    catalog: { channel: () => ({ channel, provider: kling }), version: () => version },
    outbound: outboundOf(network),
    health: { isShut: () => Promise.resolve(false), heard: () => undefined },
    sending: { within: (_bytes: number, _ms: number, work: () => unknown) => work() },
    stopping: new AbortController().signal,
    callbackBase: () => undefined,
    newToken: () => `token-${String(now)}-${String(calls.length)}`,
    random: () => 0.5,
  } as unknown as ActivityDeps; // what these tries stand on
}

async function opened(model = 'kling-3.0'): Promise<Attempt> {
  const own = { channel: 'kling', provider: 'kling', model, config: 'v1' };
  const routes = [own, { ...own, channel: 'other' }] as const;
  const job = await createdJob(database, newJob(database.workspace, { routes }));
  const attempt = await database.store.attempts.open(newAttempt(job, own));
  if (!attempt) throw new Error('not opened');
  return attempt;
}

const nextTry = ({ jobId, number }: Attempt, world: World) =>
  submit(depsOf(world))({ jobId, number });

const { waits } = readConfig({ REELAY_CONFIG: '' });
/** A submit that was found in `sending` is in doubt from here on, and at `LATER` its window is over. */
const DOUBT = NOW + 60_000 + waits.unknownGraceMs;
const LATER = DOUBT + waits.unknownMs;

/** The same is true of the repeat from here on. */
const AGAIN = LATER + waits.sendMs + waits.unknownGraceMs;

const PENDING = { type: 'ProviderPending' };
const GIVEN_UP = { state: 'ended', ruling: { kind: 'failure', code: 'submission_unknown' } };
const ACCEPTED = { state: 'accepted', channel: 'kling' };

/** Leaves a submit in doubt for its whole window, and makes the try that would give it up. */
async function givenUp(attempt: Attempt, world: Partial<World> = {}) {
  await expect(nextTry(attempt, { now: DOUBT, ...world, network: {} })).rejects.toMatchObject(
    PENDING,
  );
  return nextTry(attempt, { now: LATER, ...world });
}

const submits = (): number => calls.filter((kind) => kind === 'submit').length;
const latest = (attempt: Attempt) => database.store.attempts.latest(attempt.jobId);

test('a submit that Kling never had is made once more, under the same id', async () => {
  const attempt = await opened();
  await expect(givenUp(attempt)).resolves.toMatchObject(ACCEPTED);
  expect([submits(), upstream.jobs()]).toEqual([1, 1]);
  expect(await latest(attempt)).toMatchObject({ id: attempt.id, sends: 2, repeatedAt: LATER });
  const found = kling.find?.({ attemptId: attempt.id, model: 'kling-3.0', mode: 'text' });
  const reply = found && upstream.send(found);
  expect(JSON.parse(String(reply && Buffer.from(reply.body)))).toMatchObject({
    data: [{ external_id: attempt.id }],
  });
});

test.each<[string, Partial<World>, string]>([
  ['nobody has asked for it', { asked: false }, 'kling-3.0'],
  ['the last lookup had no answer', { network: { find: 'lost' } }, 'kling-3.0'],
  ['the model is one of the older wire', {}, 'kling-v3'],
  ['the channel may lead to another account by now', { version: 'v2' }, 'kling-3.0'],
])('it is not where %s', async (_, world, model) => {
  await expect(givenUp(await opened(model), world)).resolves.toEqual(GIVEN_UP);
  expect([submits(), upstream.jobs()]).toEqual([0, 0]);
});

test('it is not where somebody wants the job canceled', async () => {
  const attempt = await opened();
  await expect(nextTry(attempt, { now: DOUBT })).rejects.toMatchObject(PENDING);
  await database.sql('UPDATE jobs SET cancel_requested_at = now() WHERE id = $1', [attempt.jobId]);
  await expect(nextTry(attempt, { now: LATER })).resolves.toEqual(GIVEN_UP);
  expect(submits()).toBe(0);
});

test('a submit that is there is found and not repeated', async () => {
  const attempt = await opened();
  await expect(nextTry(attempt, { now: DOUBT })).rejects.toMatchObject(PENDING);
  const [job] = [await database.store.jobs.load(attempt.jobId)];
  if (!job) throw new Error('the job is there');
  const sent = { attemptId: attempt.id, model: 'kling-3.0', mode: 'text' as const };
  upstream.send(kling.submit({ ...sent, applied: job.applied, blobs: new Map() }));
  await expect(nextTry(attempt, { now: LATER })).resolves.toMatchObject(ACCEPTED);
  expect([submits(), upstream.jobs()]).toEqual([0, 1]);
});

describe('a worker that is killed while it repeats', () => {
  test('before the bytes leave: the job is looked for anew, and never submitted a third time', async () => {
    const attempt = await opened();
    const network = { submit: 'dies-before' } as const;
    await expect(givenUp(attempt, { network })).rejects.toThrow('killed');
    expect(await latest(attempt)).toMatchObject({ state: 'sending', sends: 2 });
    await expect(nextTry(attempt, { now: LATER + 1 })).rejects.toMatchObject(PENDING);
    await expect(nextTry(attempt, { now: AGAIN })).rejects.toMatchObject(PENDING);
    const end = AGAIN + waits.unknownMs;
    await expect(nextTry(attempt, { now: end })).resolves.toEqual(GIVEN_UP);
    expect([submits(), upstream.jobs()]).toEqual([1, 0]);
  });

  test('after Kling took it: the task is found', async () => {
    const attempt = await opened();
    const network = { submit: 'dies-after' } as const;
    await expect(givenUp(attempt, { network })).rejects.toThrow('killed');
    await expect(nextTry(attempt, { now: AGAIN })).resolves.toMatchObject(ACCEPTED);
    expect([submits(), upstream.jobs()]).toEqual([1, 1]);
  });

  test('and another that does the same at that moment: one of them submits', async () => {
    const attempt = await opened();
    await expect(nextTry(attempt, { now: DOUBT })).rejects.toMatchObject(PENDING);
    await Promise.allSettled([1, 2].map(() => nextTry(attempt, { now: LATER })));
    expect([submits(), upstream.jobs()]).toEqual([1, 1]);
    await expect(nextTry(attempt, { now: LATER })).resolves.toMatchObject(ACCEPTED);
  });
});

test('a repeat whose answer is lost is in doubt again, and its task is found', async () => {
  const attempt = await opened();
  const network = { submit: 'lost' } as const;
  await expect(givenUp(attempt, { network })).rejects.toMatchObject(PENDING);
  expect(await latest(attempt)).toMatchObject({ state: 'unknown', sends: 2 });
  await expect(nextTry(attempt, { now: AGAIN })).resolves.toMatchObject(ACCEPTED);
  expect([submits(), upstream.jobs()]).toEqual([1, 1]);
});

test.each([1303, 1302, 1102])(
  'a repeat that is refused with %i ends the job, and no other channel makes it',
  async (code) => {
    const attempt = await opened();
    const refused = await givenUp(attempt, { apiKey: `refused-${String(code)}` });
    expect(refused).toEqual({ state: 'ended', ruling: { kind: 'refused' } });
    expect([submits(), upstream.jobs()]).toEqual([1, 0]);
  },
);

import type { FileConfigInput } from '../../src/config';
import type { ExchangeFault, ExchangeKind } from '../../simulators/server/faults';
import { ANSWERED_WRONGLY, NOT_DONE, SHOWN_WRONGLY, taken, upstreamOf } from '../support/evil';
import { useTestGateway, uuid } from '../support/gateway';
import { LIVING_MODELS, type LivingModel } from '../support/living-models';
import { plainShape } from '../support/plain-request';

/**
 * Whatever a provider answers to a cancel, to a lookup by our own id or to a look at many jobs: no job ends otherwise than
 * the provider has it, none is made twice, and none is left running. Every registered provider that can be asked is in it.
 */

const DONE = [...ANSWERED_WRONGLY, 'drop-after-accept', 'hang'] as const;
const UNDONE = [...NOT_DONE, 'drop-before-accept'] as const;

/** The first model of each provider that makes a video of a text and of which the rest holds. */
function firstModels(holds: (one: LivingModel) => boolean): readonly LivingModel[] {
  const models = LIVING_MODELS.filter((one) => one.capabilities.modes.text && holds(one));
  const firsts = new Map([...models].reverse().map((one) => [one.provider.name, one]));
  return [...firsts.values()];
}
const CANCELED = firstModels(({ capabilities }) => capabilities.cancel !== 'none');
const FOUND = firstModels(({ capabilities }) => capabilities.idempotency.includes('lookup'));
const LISTED = firstModels((one) => {
  const { many } = one.provider;
  return many !== undefined && many.shows?.(taken(one, upstreamOf(one), '').operation) !== false;
});

/** So few that looks wait, and are made together. */
const PER_MINUTE = 60;
const DEADLINE_SECONDS = 90;

function configOf(): FileConfigInput {
  const channelOf = (name: string, more: object): [string, object] => [
    `${name}${Object.keys(more).length > 0 ? '-slowly' : ''}`,
    { provider: name, simulated: true, ...more },
  ];
  const modelOf = ({ model }: LivingModel, channel: string): [string, object] => [
    `${channel} ${model}`,
    {
      channels: [{ channel, model }],
      price: { perVideo: '10' },
      deadlineSeconds: DEADLINE_SECONDS,
    },
  ];
  const names = [...CANCELED, ...FOUND].map(({ provider }) => provider.name);
  return {
    channels: Object.fromEntries([
      ...names.map((name) => channelOf(name, {})),
      ...LISTED.map(({ provider }) => channelOf(provider.name, { requestsPerMinute: PER_MINUTE })),
    ]),
    models: Object.fromEntries([
      ...[...CANCELED, ...FOUND].map((one) => modelOf(one, one.provider.name)),
      ...LISTED.map((one) => modelOf(one, `${one.provider.name}-slowly`)),
    ]),
    waits: { sendMs: 4_000, unknownMs: 12_000, exchangeMs: 2_000, lookRetryMs: 300 },
  } as FileConfigInput; // names that only these loops know
}
const gateway = useTestGateway(configOf());

const create = (one: LivingModel, channel: string, prompt: string): Promise<string> =>
  gateway.create({
    model: `${channel} ${one.model}`,
    prompt,
    ...plainShape(one.capabilities),
  });

const control = async (method: string, path: string, body?: unknown) => {
  const url = `${gateway.simulator?.origin ?? ''}/_sim/${path}`;
  const { status, json } = await gateway.call(method, url, body === undefined ? {} : { body });
  expect([path, status]).toEqual([path, 200]);
  return json;
};
const setFault = (fault: ExchangeFault, on: ExchangeKind, count?: number) =>
  control('POST', 'faults', { fault, on, ...(count === undefined ? {} : { count }) });

interface SimulatorJob {
  id: string;
  state: string;
  submits: number;
  submits_accepted: number;
}
/** The jobs that the provider made of prompts with that text. */
const madeOf = async (text: string): Promise<SimulatorJob[]> =>
  (await control('GET', `jobs?contains=${encodeURIComponent(text)}`)).jobs as SimulatorJob[];

/** How a job ended here, and what was booked. */
async function endOf(id: string): Promise<{ state: string; code: string | null; ledger: string }> {
  await gateway.ended(id);
  const [job] = await gateway.sql<{ state: string; code: string | null; ledger: string }>(
    `SELECT state, failure->>'code' AS code,
            (SELECT string_agg(kind, ', ' ORDER BY id) FROM ledger WHERE job_id = jobs.id) AS ledger
     FROM jobs WHERE id = $1`,
    [uuid(id)],
  );
  if (!job) throw new Error(`no job ${id}`);
  return job;
}
const SUCCEEDS = { state: 'succeeded', code: null, ledger: 'hold, settle' };

afterEach(() => control('DELETE', 'faults'));

/** Cancels a job whose cancels meet the fault so often, and returns its id and the text that its prompt begins with. */
async function canceled(one: LivingModel, fault: ExchangeFault, count: number) {
  const channel = one.provider.name;
  const text = `${channel} ${fault} ${String(count)} times`;
  const token = `[[sim queued=900 video=shared fault=${fault} on=cancel count=${String(count)}]]`;
  const id = await create(one, channel, `${text} ${token}`);
  await gateway.waitFor(id, 'look', async () => {
    const attempt = await gateway.base.store.attempts.latest(uuid(id));
    return (attempt?.polls ?? 0) > 0 || undefined;
  });
  const { status } = await gateway.call('DELETE', `/v1/videos/${id}`);
  expect([text, status]).toEqual([text, 200]);
  return { id, text };
}
const timesAsked = (id: string): number =>
  gateway.logged.filter(
    (line) => line.includes(uuid(id)) && line.includes('asked the provider to cancel'),
  ).length;

test('a cancel is believed by the look after it, and asked for again where nobody took it', async () => {
  const cells = CANCELED.flatMap((one) => [...DONE, ...UNDONE].map((fault) => ({ one, fault })));
  const jobs = await Promise.all(
    cells.map(async ({ one, fault }) => ({ fault, ...(await canceled(one, fault, 1)) })),
  );
  for (const { fault, id, text } of jobs) {
    // None of them has begun, so that nobody was charged anything.
    const ends = { state: 'canceled', ledger: 'hold, release' };
    expect([text, await endOf(id)]).toMatchObject([text, ends]);
    expect([text, await madeOf(text)]).toMatchObject([text, [{ state: 'canceled', submits: 1 }]]);
    const asked = UNDONE.some((known) => known === fault) ? 2 : 1;
    expect([text, timesAsked(id)]).toEqual([text, asked]);
  }
});

test('a cancel that nobody ever takes leaves the job to its end', async () => {
  const jobs = await Promise.all(CANCELED.map((one) => canceled(one, 'html', 1_000)));
  for (const { id, text } of jobs) {
    await gateway.waitFor(id, 'second cancel', async () => timesAsked(id) > 1 || undefined);
    const [made] = await madeOf(text);
    await control('POST', `jobs/${made?.id ?? ''}`, { to: 'end' });
    expect([text, await endOf(id)]).toEqual([text, SUCCEEDS]);
    expect(await madeOf(text)).toMatchObject([{ state: 'succeeded', submits: 1 }]);
  }
});

test('a look at many that is answered wrongly loses no job and makes none again', async () => {
  const kinds = [...DONE, ...UNDONE, ...SHOWN_WRONGLY];
  for (const fault of kinds) await setFault(fault, 'list', LISTED.length);
  const token = '[[sim seconds=15 video=shared fault=callback-missing]]';
  const ids = await Promise.all(
    LISTED.flatMap((one) =>
      Array.from({ length: 8 }, (_, number) => {
        const channel = `${one.provider.name}-slowly`;
        return create(one, channel, `listed ${channel} ${String(number)} ${token}`);
      }),
    ),
  );
  for (const id of ids) expect(await endOf(id)).toEqual(SUCCEEDS);
  const jobs = await madeOf('listed ');
  expect(jobs.map(({ submits }) => submits)).toEqual(ids.map(() => 1));
  const { faults: left } = await control('GET', 'faults');
  expect(left.length).toBeLessThan(kinds.length);
});

/** Lets the answer to the next submit be lost, and nothing else name its job. */
async function lost(one: LivingModel, text: string): Promise<string> {
  await setFault('drop-after-accept', 'submit', 1);
  const token = '[[sim seconds=1 video=shared fault=callback-missing]]';
  const id = await create(one, one.provider.name, `${text} ${token}`);
  await gateway.waitFor(id, 'submit', async () => (await madeOf(text))[0]);
  return id;
}
/** A vendor is asked for a job by our own id in one of these two ways. */
const LOOKUPS = ['poll', 'list'] as const satisfies readonly ExchangeKind[];

test.each(FOUND)('a lookup that is answered wrongly says nothing: $provider.name', async (one) => {
  const text = `found at ${one.provider.name}`;
  const id = await lost(one, text);
  for (const on of LOOKUPS) {
    for (const fault of [...DONE, ...UNDONE]) await setFault(fault, on, 1);
  }
  expect(await endOf(id)).toEqual(SUCCEEDS);
  expect(await madeOf(text)).toMatchObject([{ submits: 1, submits_accepted: 1 }]);
  const { faults } = (await control('GET', 'faults')) as { faults: { on: string }[] };
  expect(new Set(faults.map(({ on }) => on)).size).toBeLessThan(LOOKUPS.length);
});

test('a lookup that is never answered rightly leaves a submit in doubt, which costs nothing', async () => {
  const textOf = (one: LivingModel): string => `in doubt at ${one.provider.name}`;
  const ids: string[] = [];
  for (const one of FOUND) ids.push(await lost(one, textOf(one)));
  for (const on of LOOKUPS) await setFault('wrong-types', on);
  const doubt = { state: 'failed', code: 'submission_unknown', ledger: 'hold, release' };
  for (const id of ids) expect(await endOf(id)).toEqual(doubt);
  for (const one of FOUND) {
    expect(await madeOf(textOf(one))).toMatchObject([{ submits: 1, submits_accepted: 1 }]);
  }
});

test('no job was left running past its deadline', async () => {
  const late = await gateway.sql(
    `SELECT id, state FROM jobs
     WHERE finished_at IS NULL OR finished_at > created_at + $1 * interval '1 second'`,
    [DEADLINE_SECONDS],
  );
  expect(late).toEqual([]);
});

import { startTestGateway, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';

/**
 * The answer to every submit of this file is lost after the provider has made the job. On each wire, whatever then
 * becomes of that job and however far it is when it is found, it stays the only one (P1 "one submit"), and its end is the
 * end that the caller hears of and pays.
 */

let gateway: TestGateway;
/** The job of each row. */
const posts = new Map<string, string>();

const price = { perJob: '10' };
const WIRES = {
  ark: { channel: 'ark-simulated', model: 'doubao-seedance-2-0-260128' },
  'kling-older': { channel: 'kling-simulated', model: 'kling-v2-5-turbo' },
  'kling-newer': { channel: 'kling-simulated', model: 'kling-3.0' },
} as const;
type Wire = keyof typeof WIRES;

beforeAll(async () => {
  gateway = await startTestGateway({
    channels: {
      'ark-simulated': { provider: 'ark', simulated: true },
      'kling-simulated': { provider: 'kling', simulated: true },
    },
    models: {
      ark: { channels: [WIRES.ark], price },
      'kling-older': { channels: [WIRES['kling-older']], price },
      'kling-newer': { channels: [WIRES['kling-newer']], price },
      // Another channel at hand is no reason to make the video there as well.
      'ark-or-kling': { channels: [WIRES.ark, WIRES['kling-newer']], price },
      'kling-older-or-ark': { channels: [WIRES['kling-older'], WIRES.ark], price },
      'kling-newer-or-ark': { channels: [WIRES['kling-newer'], WIRES.ark], price },
    },
    waits: { sendMs: 5_000, unknownMs: 10_000 },
  });
  const fault = { fault: 'drop-after-accept', on: 'submit' };
  const set = await gateway.call('POST', `${gateway.simulator?.origin}/_sim/faults`, {
    body: fault,
  });
  expect(set.status).toBe(200);
  // Together, since each is mostly waiting.
  await Promise.all(
    ROWS.map(async (row) => {
      const [model] = row;
      posts.set(row.join(), await gateway.create({ model, prompt: promptOf(row) }));
    }),
  );
});
afterAll(() => gateway?.close());

/** How the job is named again, and how far it is then. `polls` makes the provider send no callback. */
const FOUND = {
  'by a callback, in flight': 'seconds=2 queued=1',
  'by a callback, at its end': 'seconds=0 queued=0',
  'by our own id, in flight': 'polls=3',
  'by our own id, at its end': 'polls=1',
} as const;
type Found = keyof typeof FOUND;
/** Ark has no lookup: without a callback its job stays in doubt, which test/e2e/faults.test.ts has. */
const BY_CALLBACK: readonly Found[] = ['by a callback, in flight', 'by a callback, at its end'];
const EVERY_WAY: readonly Found[] = [
  ...BY_CALLBACK,
  'by our own id, in flight',
  'by our own id, at its end',
];

/** What becomes of the job at the provider: its directive, and the code that the caller hears. */
const ENDS = {
  succeeds: ['', undefined],
  fails: ['fault=fail', 'provider_error'],
  'is rejected': ['fault=policy', 'content_rejected'],
} as const;
type End = keyof typeof ENDS;
const EVERY_END: readonly End[] = ['succeeds', 'fails', 'is rejected'];

type Row = [model: string, wire: Wire, end: End, found: Found];
const rowsOf = (model: string, wire: Wire): Row[] =>
  EVERY_END.flatMap((end) =>
    (wire === 'ark' ? BY_CALLBACK : EVERY_WAY).map((found): Row => [model, wire, end, found]),
  );
const ROWS = [
  ...rowsOf('ark', 'ark'),
  ...rowsOf('kling-older', 'kling-older'),
  ...rowsOf('kling-newer', 'kling-newer'),
  ...rowsOf('ark-or-kling', 'ark'),
  ...rowsOf('kling-older-or-ark', 'kling-older'),
  ...rowsOf('kling-newer-or-ark', 'kling-newer'),
];

function promptOf([model, , end, found]: Row): string {
  const token = [FOUND[found], ENDS[end][0], 'video=shared'].filter(Boolean).join(' ');
  return `${model}, ${end}, ${found} [[sim ${token}]]`;
}

async function submits(prompt: string): Promise<unknown> {
  const { json } = await gateway.call('GET', `${gateway.simulator?.origin}/_sim/counters`);
  return json.by_prompt[prompt];
}

/** What the lookups of that job by our own id were answered. */
const lookups = (id: string): unknown[] =>
  gateway.logged
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ jobId, msg }) => jobId === uuid(id) && String(msg).includes('by our own id'))
    .map(({ answer }) => answer);

test.each(ROWS)('%s (%s): the lost job %s, found %s', async (...row) => {
  const [, wire, end, found] = row;
  const [, code] = ENDS[end];
  const id = posts.get(row.join()) ?? '';
  expect(await gateway.ended(id)).toMatchObject(
    code === undefined ? { status: 'completed' } : { status: 'failed', error: { code } },
  );
  expect(await submits(promptOf(row))).toMatchObject({ seen: 1, accepted: 1 });
  expect(
    await gateway.sql('SELECT channel, state, sends FROM attempts WHERE job_id = $1', [uuid(id)]),
  ).toEqual([{ channel: WIRES[wire].channel, state: 'accepted', sends: 1 }]);
  const ledger = await gateway.sql('SELECT kind FROM ledger WHERE job_id = $1 ORDER BY id', [
    uuid(id),
  ]);
  expect(ledger.map(({ kind }) => kind)).toEqual([
    'hold',
    code === undefined ? 'settle' : 'release',
  ]);
  if (!BY_CALLBACK.includes(found)) expect(lookups(id)).toEqual(['found']);
});

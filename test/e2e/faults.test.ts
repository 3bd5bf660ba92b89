import { ENDS, FAULT_ENDS } from '../../demo/fault-ends';
import type { FaultEnd } from '../../demo/fault-ends';
import { FAULTS } from '../../simulators/server/faults';
import { startTestGateway, until, uuid } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { endOf } from '../support/fault-end';
import { record } from '../support/report';
import { startWire } from '../support/wire';
import type { Wire } from '../support/wire';

/** Everything that the simulated provider can do wrong, once through the whole gateway. */

const MADE: FaultEnd = FAULT_ENDS['callback-missing'];
const DOUBT: FaultEnd = FAULT_ENDS['drop-before-accept'];

/** Directives and how the job ends. `polls` makes the provider send no callback. */
const CASES: readonly [directives: string, end: FaultEnd][] = [
  ...Object.entries(ENDS),
  // Nothing names the job: it stays in doubt, and the provider's work is our cost.
  ['fault=drop-after-accept polls=3', { ...DOUBT, submits: 1 }],
  ['fault=slow polls=3', { ...DOUBT, submits: 1 }],
  ['fault=empty polls=3', { ...DOUBT, submits: 1 }],
  ['fault=hang polls=3', { ...DOUBT, submits: 1 }],
  ['word=frozen count=3 polls=5', MADE],
  ['fault=429 count=3', MADE],
  // What strikes a look never ends a job.
  ...(
    [
      'drop-after-accept',
      'drop-before-accept',
      '429',
      '5xx',
      'html',
      'slow',
      'empty',
      'hang',
      'no-status',
      'unknown-status',
      'empty-202',
      '200-error',
      'truncated',
      'wrong-types',
      'redirect',
    ] as const
  ).map((fault): [string, FaultEnd] => [`fault=${fault} on=poll count=3 polls=5`, MADE]),
];

const MODEL = {
  channels: [{ channel: 'ark-simulated', model: 'doubao-seedance-2-0-260128' }],
  price: { perJob: '25' },
};

let gateway: TestGateway;
let wire: Wire;
const posts = new Map<string, Promise<string>>();

beforeAll(async () => {
  wire = await startWire();
  gateway = await startTestGateway({
    channels: wire.config.channels,
    models: {
      wired: wire.config.models.wired,
      // Only the one that is stuck is to meet its deadline, however busy the machine is.
      simulated: { ...MODEL, deadlineSeconds: 120 },
      impatient: { ...MODEL, deadlineSeconds: 25 },
    },
    // Shorter than the simulator's slow reply.
    waits: {
      sendMs: 8_000,
      unknownMs: 2_000,
      exchangeMs: 3_000,
      lastLookMs: 3_000,
      goneGraceMs: 2_000,
      noOutputGraceMs: 2_000,
      unreadableGraceMs: 2_000,
    },
  });
  wire.toward(gateway.simulator?.origin ?? '');
  // Together, since each is mostly waiting; one that is stuck lasts until its deadline.
  for (const [directives] of CASES) {
    const prompt = `case "${directives}" [[sim seconds=1 video=shared ${directives}]]`;
    const model = directives === 'fault=stuck' ? 'impatient' : 'simulated';
    posts.set(directives, gateway.post({ model, prompt }));
  }
  await Promise.all(posts.values());
});

afterAll(async () => {
  await gateway?.close();
  await wire?.close();
});

test('the table has a row for every fault', () => {
  expect(Object.keys(FAULT_ENDS).sort()).toEqual(Object.keys(FAULTS).sort());
});

test.each(CASES)('%s ends as documented', async (directives, end) => {
  const id = (await posts.get(directives)) ?? '';
  expect(await endOf(gateway, id, `case "${directives}"`)).toEqual(end);
  record(
    'faults',
    directives,
    [
      end.code === null ? end.state : `${end.state} (${end.code})`,
      `${String(end.submits)} accepted by the provider`,
      end.billed ? 'billed' : 'not billed',
      ...(end.state === 'succeeded' && !end.file ? ['no file to be had'] : []),
    ].join(', '),
  );
});

test('a result whose link has died is a 502 that says so, and not a lost job', async () => {
  const id = (await posts.get('fault=link-expired')) ?? '';
  await gateway.ended(id);
  const content = await gateway.call('GET', `/v1/videos/${id}/content`);
  expect(content.status).toBe(502);
  expect(content.json.error.message).toBe('The provider no longer serves the result.');
  const [keep] = await gateway.sql('SELECT finished_at FROM keeps WHERE job_id = $1', [uuid(id)]);
  expect(keep).toEqual({ finished_at: null });
});

test('a link that has died is asked for anew, and the copy is served from then on', async () => {
  let isFirst = true;
  wire.bend('dead', async ({ method, forward }) => {
    const reply = await forward();
    const text = String(reply.body);
    if (method !== 'GET' || !text.includes('video_url') || !isFirst) return reply;
    isFirst = false;
    return {
      ...reply,
      body: text.replace(
        /"video_url":"[^"]*"/,
        `"video_url":"${wire.origin}/_media/gone/video.mp4"`,
      ),
    };
  });
  const id = await gateway.post({
    model: 'wired',
    prompt: 'tag:dead [[sim seconds=1 video=shared]]',
  });
  expect((await gateway.ended(id))['status']).toBe('completed');
  await until('the copy', async () => {
    const [file] = await gateway.sql('SELECT 1 FROM files WHERE job_id = $1', [uuid(id)]);
    return file;
  });
  expect(isFirst).toBe(false);
  expect((await gateway.call('GET', `/v1/videos/${id}/content`)).status).toBe(200);
});

import type { Operation } from '../../src/core/job/outcome';
import { simulations } from '../../simulators';
import { startUpstream, until, type Upstream } from '../support/simulator';
import { stateOf, vendorClient, type Look, type VendorClient } from '../support/vendor-client';

/** What a provider may do wrong in its replies and its links: every registered one, as its adapter asks and reads. */

const START = Date.parse('2026-11-21T12:00:00Z');
let upstream: Upstream;
let clock = START;
beforeEach(async () => {
  clock = START;
  upstream = await startUpstream({ now: () => clock, slowReplyMs: 1 });
});
afterEach(() => upstream.stop());

const setFaults = (body: unknown): Promise<Response> =>
  fetch(`${upstream.url}/_sim/faults`, { method: 'POST', body: JSON.stringify(body) });

const VENDORS = Object.keys(simulations);
/** Steers the next job, and gives the prompt to create it with. */
const WAYS: Readonly<Record<string, (directives: string) => Promise<string>>> = {
  'a token in the prompt': (directives) => Promise.resolve(`a cat [[sim ${directives}]]`),
  'POST /_sim/faults': async (directives) => {
    expect((await setFaults({ directives, count: 1 })).status).toBe(200);
    return 'a cat';
  },
};
const EACH = VENDORS.flatMap((vendor) =>
  Object.keys(WAYS).map((way): [string, string] => [vendor, way]),
);

describe.each(EACH)('%s, told by %s', (vendor, way) => {
  const client = clientOf(vendor);
  const job = async (directives: string): Promise<Operation> => {
    const prompt = await WAYS[way]?.(directives);
    return client().submit(prompt ?? '');
  };
  const shown = (operation: Operation): Promise<Look> => client().read(operation);
  const finished = async (directives: string): Promise<Look> => {
    const operation = await job(directives);
    clock += 10_000;
    return shown(operation);
  };
  const link = async (directives: string): Promise<string> =>
    linkOf(await finished(directives)) ?? 'no link';
  const video = async (directives: string): Promise<Response> => {
    return client().file(await link(`video=shared ${directives}`));
  };

  test('word= stands in place of the status word, once unless count= says more', async () => {
    const id = await job('word=frozen count=2');
    const frozen = { kind: 'verdict', verdict: { state: 'running', unknownStatus: 'frozen' } };
    expect((await shown(id)).reading).toMatchObject(frozen);
    expect((await shown(id)).reading).toMatchObject(frozen);
    clock += 10_000;
    expect(stateOf(await shown(id))).toBe('succeeded');
  });

  test('no-status leaves the status word out of a look, and the job is as it was', async () => {
    const without = await job('fault=no-status count=2');
    expect(stateOf(await shown(without))).not.toBe('succeeded');
    clock += 10_000;
    const [second, third] = [await shown(without), await shown(without)];
    expect([stateOf(second) === 'succeeded', stateOf(third)]).toEqual([false, 'succeeded']);
    const fields = fieldsOf(second.text);
    expect(fieldsOf(third.text).filter((field) => !fields.includes(field))).toHaveLength(1);
  });

  test('empty on=poll answers a look with its usual status and no body', async () => {
    const id = await job('fault=empty on=poll');
    const [empty, usual] = [await client().look(id), await client().look(id)];
    expect([empty.status, await empty.text()]).toEqual([usual.status, '']);
    expect(await usual.text()).not.toBe('');
  });

  test('hang on=poll never answers a look; the next one is answered', async () => {
    const id = await job('fault=hang on=poll');
    const answers = noting(client().look(id));
    await until(async () => (await upstream.counters())['gets'] === 1);
    // A later look is answered while the first is not.
    expect(stateOf(await shown(id))).toBe('running');
    expect(answers).toEqual([]);
  });

  /** A vendor without links has each file at a path that is known beforehand. */
  const hasLinks = !simulations[vendor]?.lacks?.includes('links');

  test('done-no-output is done and has no file', async () => {
    const state = stateOf(await finished('fault=done-no-output'));
    if (hasLinks) expect(state).toBe('empty');
    else expect((await video('fault=done-no-output')).status).toBe(404);
  });

  test('usage= is what the finished job reports as used, where it reports anything', async () => {
    const { reading } = await finished('usage=4321');
    const reports = simulations[vendor]?.reportsUsage !== false;
    // Some report it in a header.
    expect(/(?<!\w)4321(?!\w)/.test(JSON.stringify(reading))).toBe(reports);
  });

  test('gone= answers as for an unknown task from that look on, for count= looks or for good', async () => {
    const states = async (operation: Operation, looks: number): Promise<string[]> => {
      const seen = [];
      for (let look = 0; look < looks; look += 1) seen.push(stateOf(await shown(operation)));
      return seen;
    };
    const back = await job('gone=2 count=2');
    expect(await states(back, 4)).toEqual(['running', 'gone', 'gone', 'running']);
    expect(await states(await job('gone=1'), 3)).toEqual(['gone', 'gone', 'gone']);
  });

  test('result=html serves a page in place of the video', async () => {
    const reply = await video('result=html');
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect(await reply.text()).toMatch(/^<html>/);
  });

  test('result=empty serves no byte as a video', async () => {
    const reply = await video('result=empty');
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    expect((await reply.arrayBuffer()).byteLength).toBe(0);
  });

  test('result=private names a private address', async () => {
    const privately = hasLinks ? 'result=private' : 'result=redirect-private';
    const named = hasLinks
      ? await link(privately)
      : (await video(privately)).headers.get('location');
    expect(named).toMatch(/^http:\/\/10\.255\.255\.1\/_media\/.+\/video\.mp4(\?shown=\d+)?$/);
  });

  test('result=redirect leads to a link that serves the video', async () => {
    const reply = await video('result=redirect');
    expect(reply.status).toBe(302);
    const next = new URL(reply.headers.get('location') ?? '', upstream.url);
    const file = await fetch(next, { redirect: 'manual', headers: { connection: 'close' } });
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    expect(
      Buffer.from(await file.arrayBuffer())
        .subarray(4, 8)
        .toString(),
    ).toBe('ftyp');
  });

  test('result=redirect-private leads to a private address', async () => {
    const reply = await video('result=redirect-private');
    expect(reply.status).toBe(302);
    expect(reply.headers.get('location')).toMatch(/^http:\/\/10\.255\.255\.1\//);
  });
});

describe.each(VENDORS)('a submit at %s', (vendor) => {
  const client = clientOf(vendor);

  test.each(['prompt', 'endpoint'])(
    'is taken and answered with its usual status and no body: empty, by %s',
    async (way) => {
      if (way === 'endpoint') await setFaults({ fault: 'empty', count: 1 });
      const reply = await client().create(way === 'endpoint' ? 'a' : 'a [[sim fault=empty]]');
      const text = await reply.text();
      expect(await upstream.counters()).toMatchObject({ submits_seen: 1, submits_accepted: 1 });
      const usual = await client().create('b');
      expect([reply.status, text]).toEqual([usual.status, '']);
    },
  );

  test.each(['prompt', 'endpoint'])('is taken and never answered: hang, by %s', async (way) => {
    if (way === 'endpoint') await setFaults({ fault: 'hang', count: 1 });
    const answers = noting(client().create(way === 'endpoint' ? 'a' : 'a [[sim fault=hang]]'));
    await until(async () => (await upstream.counters())['submits_accepted'] === 1);
    // A later submit is answered while the first is not.
    await client().submit('b');
    expect(answers).toEqual([]);
  });
});

test('looks of anybody meet a fault of theirs that POST /_sim/faults sets', async () => {
  const jobs: { client: VendorClient; operation: Operation }[] = [];
  for (const client of VENDORS.map((vendor) => clientOf(vendor)())) {
    jobs.push({ client, operation: await client.submit('a [[sim seconds=0.001]]') });
  }
  clock += 1;
  await setFaults({ fault: 'no-status', count: jobs.length });
  const look = async (): Promise<string[]> => {
    const states = [];
    for (const { client, operation } of jobs) states.push(stateOf(await client.read(operation)));
    return states;
  };
  expect(await look()).not.toContain('succeeded');
  expect(new Set(await look())).toEqual(new Set(['succeeded']));
});

test.each(VENDORS)(
  'what a prompt says itself comes first, and a count runs out: %s',
  async (vendor) => {
    const client = clientOf(vendor)();
    await setFaults({ directives: 'word=frozen usage=7', count: 2 });
    const words = [];
    for (const prompt of ['a', 'b [[sim word=paused]]', 'c']) {
      const { reading } = await client.read(await client.submit(prompt));
      words.push(
        reading.kind === 'verdict' &&
          reading.verdict.state === 'running' &&
          reading.verdict.unknownStatus,
      );
    }
    expect(words).toEqual(['frozen', 'paused', undefined]);
    expect((await (await fetch(`${upstream.url}/_sim/faults`)).json()) as unknown).toEqual({
      faults: [],
    });
  },
);

test.each([
  [{ directives: 'word=a/b' }, 'word takes a word of letters'],
  [{ directives: 'gone=0' }, 'gone takes a whole number from 1'],
  [{ directives: 'result=gif' }, 'result takes html | empty | private | redirect'],
  [{ directives: 'usage=many' }, 'usage takes a whole number'],
  [{ directives: 'fault=hang' }, 'send {"fault": "hang"}'],
  [{ directives: 'fault=no-status on=submit' }, 'no-status strikes what shows jobs: on=poll'],
  [{ fault: 'no-status', on: 'submit' }, 'no-status strikes what shows jobs: poll, list'],
  [{ fault: 'no-status', on: 'cancel' }, 'no-status strikes what shows jobs: poll, list'],
  [{ fault: 'stuck', on: 'cancel' }, 'stuck does not strike a cancel'],
  [{ directives: 'fault=html on=list' }, 'on takes submit | poll | cancel, not "list"'],
])('POST /_sim/faults %j is refused with what it takes', async (body, problem) => {
  const response = await setFaults(body);
  expect(response.status).toBe(400);
  expect(JSON.stringify(await response.json()).replaceAll('\\"', '"')).toContain(problem);
});

/** Notes what a call came to, when it comes to something. */
function noting(call: Promise<Response>): string[] {
  const notes: string[] = [];
  call.then(
    ({ status }) => notes.push(String(status)),
    () => notes.push('cut off'),
  );
  return notes;
}

function clientOf(vendor: string): () => VendorClient {
  return () => vendorClient(vendor, upstream, () => clock);
}

function linkOf({ reading }: Look): string | undefined {
  if (reading.kind !== 'verdict' || reading.verdict.state !== 'succeeded') return undefined;
  return reading.verdict.outputs.find(({ kind }) => kind === 'video')?.url;
}

/** Names every field of a JSON text by its path: `data.task_status`. */
function fieldsOf(text: string): string[] {
  const walk = (value: unknown, path: string): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => walk(inner, `${path}.${key}`))
      : [path];
  return walk(JSON.parse(text), '');
}

import { arkClient, klingClient, type VendorClient } from '../support/vendor-client';
import { json, startUpstream, until, type Upstream } from '../support/simulator';

/** What a provider may do wrong in its replies and its links, at each vendor's own endpoint, told in either way. */

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

const VENDORS: Readonly<Record<string, () => VendorClient>> = {
  ark: () => arkClient(upstream),
  kling: () => klingClient(upstream, () => clock),
};
/** Steers the next job, and gives the prompt to create it with. */
const WAYS: Readonly<Record<string, (directives: string) => Promise<string>>> = {
  'a token in the prompt': (directives) => Promise.resolve(`a cat [[sim ${directives}]]`),
  'POST /_sim/faults': async (directives) => {
    expect((await setFaults({ directives, count: 1 })).status).toBe(200);
    return 'a cat';
  },
};
const EACH = Object.keys(VENDORS).flatMap((vendor) =>
  Object.keys(WAYS).map((way): [string, string] => [vendor, way]),
);

describe.each(EACH)('%s, told by %s', (vendor, way) => {
  const client = (): VendorClient => {
    const make = VENDORS[vendor];
    if (!make) throw new Error(vendor);
    return make();
  };
  const job = async (directives: string): Promise<string> => {
    const prompt = await WAYS[way]?.(directives);
    return client().submit(prompt ?? '');
  };
  const shown = async (id: string) => client().read(await json(await client().look(id)));
  const finished = async (directives: string) => {
    const id = await job(directives);
    clock += 10_000;
    return { id, ...(await shown(id)) };
  };
  const video = async (directives: string): Promise<Response> => {
    const { link } = await finished(`video=shared ${directives}`);
    return fetch(String(link), { redirect: 'manual', headers: { connection: 'close' } });
  };

  test('word= stands in place of the status word, once unless count= says more', async () => {
    const id = await job('word=frozen count=2');
    expect((await shown(id)).word).toBe('frozen');
    expect((await shown(id)).word).toBe('frozen');
    clock += 10_000;
    expect((await shown(id)).word).toBe(client().done);
  });

  test('no-status leaves the status word out of a look, and the job is as it was', async () => {
    const id = await job('fault=no-status count=2');
    expect((await shown(id)).word).toBeUndefined();
    clock += 10_000;
    expect(await shown(id)).toMatchObject({ word: undefined, link: expect.any(String) as unknown });
    expect((await shown(id)).word).toBe(client().done);
  });

  test('empty on=poll answers a look with 200 and no body', async () => {
    const id = await job('fault=empty on=poll');
    const reply = await client().look(id);
    expect([reply.status, await reply.text()]).toEqual([200, '']);
    expect((await shown(id)).word).toEqual(expect.any(String));
  });

  test('hang on=poll never answers a look; the next one is answered', async () => {
    const id = await job('fault=hang on=poll');
    const answers = noting(client().look(id));
    await until(async () => (await upstream.job(id))['gets'] === 1);
    // A later look is answered while the first is not.
    expect((await shown(id)).word).toEqual(expect.any(String));
    expect(answers).toEqual([]);
  });

  test('done-no-output is done and has no link', async () => {
    expect(await finished('fault=done-no-output')).toMatchObject({
      word: client().done,
      link: undefined,
    });
  });

  test('usage= is what the finished job reports as used', async () => {
    const { usage } = await finished('usage=4321');
    expect(Number(usage)).toBe(4_321);
  });

  test('gone= answers as for an unknown task from that look on, for count= looks or for good', async () => {
    const unknown = async (id: string): Promise<boolean> => {
      const reply = await client().look(id);
      return client().saysUnknown(reply.status, await json(reply));
    };
    const back = await job('gone=2 count=2');
    expect([await unknown(back), await unknown(back), await unknown(back)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(await unknown(back)).toBe(false);
    const lost = await job('gone=1');
    expect([await unknown(lost), await unknown(lost), await unknown(lost)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(await unknown('0')).toBe(true);
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
    const { link } = await finished('result=private');
    expect(String(link)).toMatch(/^http:\/\/10\.255\.255\.1\/_media\/.+\/video\.mp4$/);
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

describe.each(Object.keys(VENDORS))('a submit at %s', (vendor) => {
  const client = (): VendorClient => {
    const make = VENDORS[vendor];
    if (!make) throw new Error(vendor);
    return make();
  };

  test.each(['prompt', 'endpoint'])(
    'is taken and answered with 200 and no body: empty, by %s',
    async (way) => {
      if (way === 'endpoint') await setFaults({ fault: 'empty', count: 1 });
      const reply = await client().create(way === 'endpoint' ? 'a' : 'a [[sim fault=empty]]');
      expect([reply.status, await reply.text()]).toEqual([200, '']);
      expect(await upstream.counters()).toMatchObject({ submits_seen: 1, submits_accepted: 1 });
    },
  );

  test.each(['prompt', 'endpoint'])('is taken and never answered: hang, by %s', async (way) => {
    if (way === 'endpoint') await setFaults({ fault: 'hang', count: 1 });
    const answers = noting(client().create(way === 'endpoint' ? 'a' : 'a [[sim fault=hang]]'));
    await until(async () => (await upstream.counters())['submits_accepted'] === 1);
    // A later submit is answered while the first is not.
    expect((await client().create('b')).status).toBe(200);
    expect(answers).toEqual([]);
  });
});

test('looks of anybody meet a fault of theirs that POST /_sim/faults sets', async () => {
  const [ark, kling] = [arkClient(upstream), klingClient(upstream, () => clock)];
  const [first, second] = [await ark.submit('a'), await kling.submit('b')];
  await setFaults({ fault: 'no-status', count: 2 });
  expect(ark.read(await json(await ark.look(first))).word).toBeUndefined();
  expect(kling.read(await json(await kling.look(second))).word).toBeUndefined();
  expect(ark.read(await json(await ark.look(first))).word).toBe('queued');
});

test('what a prompt says itself comes before what steers the next jobs, and a count runs out', async () => {
  const ark = arkClient(upstream);
  await setFaults({ directives: 'word=frozen usage=7', count: 2 });
  const ids = [
    await ark.submit('a'),
    await ark.submit('b [[sim word=paused]]'),
    await ark.submit('c'),
  ];
  const words = [];
  for (const id of ids) words.push(ark.read(await json(await ark.look(id))).word);
  expect(words).toEqual(['frozen', 'paused', 'queued']);
  expect((await (await fetch(`${upstream.url}/_sim/faults`)).json()) as unknown).toEqual({
    faults: [],
  });
});

test.each([
  [{ directives: 'word=a/b' }, 'word takes a word of letters'],
  [{ directives: 'gone=0' }, 'gone takes a whole number from 1'],
  [{ directives: 'result=gif' }, 'result takes html | empty | private | redirect'],
  [{ directives: 'usage=many' }, 'usage takes a whole number'],
  [{ directives: 'fault=hang' }, 'send {"fault": "hang"}'],
  [{ directives: 'fault=no-status on=submit' }, 'no-status strikes on=poll only'],
  [{ fault: 'no-status', on: 'submit' }, 'no-status strikes polls only'],
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

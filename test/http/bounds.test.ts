import { sendStalled, type StalledRequest } from '../support/stalled';
import { KEY, OTHER_KEY, PNG, startTestApp, until, type TestApp } from './test-app';
import { MODEL } from './memory-gateway';

/** What one caller holds, by bodies that never end, is not what another caller needs. */

const KIB = 1024;
const LIMITS = {
  jsonBytesMax: 64 * KIB,
  bodyMemoryBytesMax: 256 * KIB,
  bodyMemoryFactor: 1,
  smallBodyBytesMax: 4 * KIB,
  smallBodiesMemoryBytesMax: 64 * KIB,
  fileBytesMax: 64 * KIB,
  formBytesMax: 128 * KIB,
  uploadBytesMax: 512 * KIB,
  bodyIdleMs: 60_000,
  bodyBytesPerSecond: 0,
};

let app: TestApp;
const open: StalledRequest[] = [];
afterEach(async () => {
  for (const stalled of open.splice(0)) stalled.end();
  await app.close();
});

const stall = (
  key: string,
  bytes: number,
  type = 'application/json',
  start = '',
): StalledRequest => {
  const body = Buffer.alloc(bytes, 'x');
  body.write(start, 'latin1');
  const stalled = sendStalled(app.origin, '/v1/videos', {
    headers: { authorization: `Bearer ${key}`, 'content-type': type },
    declared: bytes + 10,
    body,
  });
  open.push(stalled);
  return stalled;
};

/** Whatever could not be held was answered at once. */
const isRefused = (stalled: readonly StalledRequest[]): boolean =>
  stalled.some(({ text }) => /^HTTP\/1\.1 (429|503) /.test(text()));

/** A create whose body is so much longer than its words. */
const create = async (key: string, spaces: number) => {
  const answer = await app.send('/v1/videos', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: MODEL, prompt: 'a' }) + ' '.repeat(spaces),
  });
  return answer.status;
};

test('four large bodies that stop before their end are no matter for another workspace', async () => {
  app = await startTestApp({ limits: LIMITS });
  const stalled = Array.from({ length: 8 }, () => stall(KEY, 60 * KIB));
  await until('some to be refused', () => isRefused(stalled));
  for (let round = 0; round < 5; round += 1) expect(await create(OTHER_KEY, 50 * KIB)).toBe(200);
  expect(await create(OTHER_KEY, 10)).toBe(200);
  expect(await create(KEY, 10)).toBe(200);
});

test('a share is given back with the connection that held it', async () => {
  app = await startTestApp({ limits: LIMITS });
  const stalled = Array.from({ length: 8 }, () => stall(KEY, 60 * KIB));
  await until('some to be refused', () => isRefused(stalled));
  for (const one of open.splice(0)) one.end();
  let status = 0;
  for (let round = 0; round < 50 && status !== 200; round += 1)
    status = await create(KEY, 50 * KIB);
  expect(status).toBe(200);
});

test.each([
  ['JSON', 'application/json', '{"model":"'],
  [
    'form',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="a"\r\n',
  ],
])('a %s body of which nothing comes any more is refused after the idle limit', async (...row) => {
  const [, type, start] = row;
  app = await startTestApp({ limits: { ...LIMITS, bodyIdleMs: 200 } });
  const stalled = stall(KEY, 1 * KIB, type, start);
  expect(await stalled.status()).toBe(408);
  expect(stalled.text()).toContain('nothing came for 0.2 s');
});

test('a body that goes on slowly is read to its end', async () => {
  const idleMs = 2_000;
  app = await startTestApp({ limits: { ...LIMITS, bodyIdleMs: idleMs } });
  const body = Buffer.from(JSON.stringify({ model: MODEL, prompt: 'a slow caller' }));
  const slow = sendStalled(app.origin, '/v1/videos', {
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    declared: body.length,
    body: body.subarray(0, 0),
  });
  open.push(slow);
  for (const byte of body.subarray(0, 8)) {
    slow.socket.write(Buffer.from([byte]));
    // Far from the limit each, past it together.
    await new Promise((resolve) => setTimeout(resolve, idleMs / 6));
  }
  slow.socket.write(body.subarray(8));
  expect(await slow.status()).toBe(200);
});

test('forms that never end fill no more of the disk than their share', async () => {
  app = await startTestApp({ limits: LIMITS });
  const start =
    '--b\r\nContent-Disposition: form-data; name="input_reference"; filename="a.png"\r\n\r\n' +
    PNG.toString('latin1');
  const stalled = Array.from({ length: 12 }, () =>
    stall(KEY, 60 * KIB, 'multipart/form-data; boundary=b', start),
  );
  await until('a refusal', () => isRefused(stalled));
  await until('their files to go', () => app.blobFiles().length <= 2);
  expect(app.blobFiles().length).toBeGreaterThan(0);
});

test('a form larger than the limit is refused by its declared length, before a byte is stored', async () => {
  app = await startTestApp({ limits: LIMITS });
  const stalled = sendStalled(app.origin, '/v1/videos', {
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'multipart/form-data; boundary=b' },
    declared: 129 * KIB,
    body: Buffer.from('--b\r\n'),
  });
  open.push(stalled);
  expect(await stalled.status()).toBe(413);
  expect(stalled.text()).toContain('larger than 131072 bytes');
  expect(app.blobFiles()).toEqual([]);
});

test('a body counts as often as reading it holds it: bytes, text, values, files', async () => {
  app = await startTestApp({ limits: { bodyMemoryBytesMax: 100 * KIB, smallBodyBytesMax: KIB } });
  expect(await create(KEY, 40 * KIB)).toBe(503);
  expect(await create(KEY, 20 * KIB)).toBe(200);
});

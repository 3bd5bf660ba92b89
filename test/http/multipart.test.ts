import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { sendStalled } from '../support/stalled';
import { KEY, MP4, startTestApp, PNG, until, type TestApp } from './test-app';
import { MODEL } from './memory-gateway';

type Parts = [
  name: string,
  value: string | Buffer | { text: Buffer } | { bytes: Buffer; type?: string; name?: string },
][];

const BOUNDARY = 'xxBOUNDARYxx';
const FORM = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

function encode(parts: Parts, end = `--${BOUNDARY}--\r\n`): Buffer {
  const chunks = parts.flatMap(([name, value]) => {
    const file = Buffer.isBuffer(value)
      ? { bytes: value }
      : typeof value === 'object' && 'bytes' in value
        ? value
        : undefined;
    const content =
      file?.bytes ?? (typeof value === 'object' && 'text' in value ? value.text : value);
    const head =
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"` +
      (file
        ? `; filename="${file.name ?? 'file.bin'}"\r\nContent-Type: ${file.type ?? 'image/png'}`
        : '');
    return [head, '\r\n\r\n', content as string | Buffer, '\r\n'];
  });
  return Buffer.concat([...chunks, end].map((chunk) => Buffer.from(chunk)));
}

const good: Parts = [
  ['model', MODEL],
  ['prompt', 'a cat'],
];

describe('a multipart form', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({
      limits: { fileBytesMax: 200_000, fieldBytesMax: 10_000, jsonBytesMax: 50_000 },
    });
  });
  afterAll(() => app.close());

  const post = (parts: Parts, headers: Record<string, string> = {}, end?: string) =>
    app.send('/v1/videos', {
      method: 'POST',
      headers: { ...FORM, ...headers },
      body: encode(parts, end),
    });
  const errorOf = async (response: Response) =>
    ((await response.json()) as { error: { message: string; param: string | null } }).error;

  test('carries every kind of field as text', async () => {
    const response = await post([
      ...good,
      ['duration', '5'],
      ['resolution', '720p'],
      ['aspect_ratio', '9:16'],
      ['generate_audio', 'true'],
      ['seed', '7'],
      ['watermark', 'false'],
      ['return_last_frame', 'true'],
      ['execution_expires_after', '3600'],
      ['safety_identifier', 'user-1'],
      ['callback_url', 'https://example.com/hook'],
      ['metadata', '{"order": 7}'],
      ['request_id', 'r-1'],
      ['frame_images[][type]', 'image_url'],
      ['frame_images[][frame_type]', 'first_frame'],
      ['frame_images[][image_url][url]', 'https://example.com/1.png'],
      ['frame_images[][type]', 'image_url'],
      ['frame_images[][frame_type]', 'last_frame'],
      ['frame_images[][image_url][url]', 'https://example.com/2.png'],
    ]);
    expect(response.status).toBe(200);
    expect(app.gateway.creations.at(-1)).toMatchObject({
      request: {
        seconds: 5,
        resolution: '720p',
        aspectRatio: '9:16',
        generateAudio: true,
        seed: 7,
        watermark: false,
        returnLastFrame: true,
        expiresAfterSeconds: 3600,
        safetyIdentifier: 'user-1',
        inputs: [
          { role: 'first_frame', media: { url: 'https://example.com/1.png' } },
          { role: 'last_frame', media: { url: 'https://example.com/2.png' } },
        ],
      },
      callbackUrl: { url: 'https://example.com/hook', param: 'callback_url' },
      metadata: { order: 7 },
      echo: { request_id: 'r-1' },
    });
  });

  test('takes indexed lists, JSON lists and bracketed metadata', async () => {
    await post([
      ...good,
      ['input_references[1][image_url]', 'https://example.com/2.png'],
      ['input_references[0][video_url][url]', 'https://example.com/1.mp4'],
      ['metadata[order]', '7'],
    ]);
    expect(app.gateway.creations.at(-1)).toMatchObject({
      metadata: { order: '7' },
      request: {
        inputs: [
          { role: 'reference_video', media: { url: 'https://example.com/1.mp4' } },
          { role: 'reference_image', media: { url: 'https://example.com/2.png' } },
        ],
      },
    });
    await post([
      ...good,
      ['input_references', '[{"type":"image_url","image_url":{"url":"asset://ta_1"}}]'],
    ]);
    expect(app.gateway.creations.at(-1)?.request.inputs).toEqual([
      { role: 'reference_image', media: { asset: 'ta_1' } },
    ]);
  });

  test.each<[problem: string, parts: Parts, status: number, param: string | null, said: string]>([
    ['an unknown field', [...good, ['colour', 'red']], 400, 'colour', 'is not a known field'],
    ['a field given twice', [...good, ['prompt', 'b']], 400, 'prompt', 'is given twice'],
    [
      '__proto__',
      [...good, ['metadata[__proto__][x]', '1']],
      400,
      'metadata[__proto__][x]',
      'known',
    ],
    [
      'deep brackets',
      [...good, ['metadata[a][b][c][d][e]', '1']],
      400,
      'metadata[a][b][c][d][e]',
      '4 levels',
    ],
    ['half a bracket', [...good, ['metadata[a', '1']], 400, 'metadata[a', 'is not a field name'],
    [
      'a long name',
      [...good, [`a${'['.repeat(5_000)}`, '1']],
      400,
      `a${'['.repeat(49)}...`,
      'longer than 200 bytes',
    ],
    ['a file of another field', [...good, ['photo', PNG]], 400, 'photo', 'input_reference'],
    [
      'two files',
      [...good, ['input_reference', PNG], ['input_reference', PNG]],
      400,
      'input_reference',
      'more than once',
    ],
    [
      'a video as first frame',
      [...good, ['input_reference', MP4]],
      400,
      'input_reference',
      'must be an image',
    ],
    [
      'a file and a URL',
      [...good, ['input_reference', PNG], ['input_reference[image_url]', 'https://e.com/a']],
      400,
      'input_reference',
      'more than once',
    ],
    [
      'HTML as an image',
      [...good, ['input_reference', Buffer.from('<html><script>1</script>')]],
      415,
      'input_reference',
      'PNG',
    ],
    [
      'SVG',
      [
        ...good,
        ['input_reference', { bytes: Buffer.from('<svg xmlns="x"/>'), type: 'image/svg+xml' }],
      ],
      415,
      'input_reference',
      'PNG',
    ],
    [
      'an empty file',
      [...good, ['input_reference', Buffer.alloc(0)]],
      415,
      'input_reference',
      'PNG',
    ],
    [
      'a large file',
      [...good, ['input_reference', Buffer.concat([PNG, Buffer.alloc(200_000)])]],
      413,
      'input_reference',
      '200000 bytes',
    ],
    [
      'a large field',
      [...good, ['safety_identifier', 'x'.repeat(10_001)]],
      413,
      'safety_identifier',
      '10000 bytes',
    ],
    [
      'much text in many fields',
      Array.from({ length: 6 }, (_, index): Parts[number] => [
        `f${String(index)}`,
        'x'.repeat(9_000),
      ]),
      413,
      null,
      '50000 bytes',
    ],
    [
      'too many files',
      [...good, ...Array.from({ length: 13 }, (): Parts[number] => ['input_reference', PNG])],
      413,
      null,
      '12 files',
    ],
    [
      'too many parts',
      Array.from({ length: 300 }, (_, index): Parts[number] => [`f${String(index)}`, '1']),
      413,
      null,
      '200 parts',
    ],
    [
      'text that is not UTF-8',
      [
        ['model', MODEL],
        ['prompt', { text: Buffer.from([0xc3, 0xa8, 0xb6, 0xb9]) }],
      ],
      400,
      'prompt',
      'is not valid UTF-8',
    ],
    ['a nameless part', [...good, ['', '1']], 400, 'body', 'without a name'],
  ])('is refused for %s', async (_problem, parts, status, param, said) => {
    const creations = app.gateway.creations.length;
    const response = await post(parts);
    const error = await errorOf(response);
    expect(response.status).toBe(status);
    if (param !== null) expect(error.param).toBe(param);
    expect(error.message).toContain(said);
    expect(error.message.length).toBeLessThan(300);
    expect(app.gateway.creations.length).toBe(creations);
  });

  test.each<[problem: string, headers: Record<string, string>, end: string | undefined]>([
    ['without a boundary', { 'content-type': 'multipart/form-data' }, undefined],
    ['that stops before its end', {}, ''],
  ])('%s is 400 and leaves nothing', async (_problem, headers, end) => {
    const before = app.blobFiles();
    const response = await post(
      [...good, ['input_reference', Buffer.concat([PNG, Buffer.from('end')])]],
      headers,
      end,
    );
    expect(response.status).toBe(400);
    expect(app.blobFiles()).toEqual(before);
  });

  test('keeps no file of a form of which a later part is refused', async () => {
    const before = app.blobFiles();
    const unseen = Buffer.concat([PNG, Buffer.from('never stored')]);
    const response = await post([
      ...good,
      ['input_reference', unseen],
      ['input_reference', Buffer.from('no image')],
    ]);
    expect(response.status).toBe(415);
    expect(app.blobFiles()).toEqual(before);
  });

  test('leaves nothing when the caller goes away in the middle', async () => {
    const before = app.blobFiles();
    const socket = connect(app.port, '127.0.0.1');
    const whole = encode([
      ...good,
      ['input_reference', { bytes: Buffer.concat([PNG, Buffer.alloc(100_000, 9)]) }],
    ]);
    socket.write(
      `POST /v1/videos HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${KEY}\r\nX-Request-Id: gone\r\n` +
        `Content-Type: ${FORM['content-type']}\r\nContent-Length: ${String(whole.length)}\r\n\r\n`,
    );
    socket.write(whole.subarray(0, 50_000));
    await until('a temporary file', () => app.blobFiles().length > before.length);
    socket.destroy();
    await until('the file is gone', () => app.blobFiles().length === before.length);
    await until('one log line', () => app.log.some((line) => line['requestId'] === 'gone'));
    expect(app.log.filter((line) => line['requestId'] === 'gone')).toHaveLength(1);
    expect(app.log.filter((line) => line['requestId'] === 'gone' && line['level'] === 50)).toEqual(
      [],
    );
  });

  test.each([
    ['a field', encode([['prompt', 'x'.repeat(60_000)]], '').subarray(0, -2)],
    ['the headers of a part', Buffer.from(`--${BOUNDARY}\r\nX: ${'x'.repeat(60_000)}`)],
  ])('counts %s that never ends as it arrives', async (_, start) => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { ...FORM, authorization: `Bearer ${KEY}` };
      const call = httpRequest(`${app.origin}/v1/videos`, { method: 'POST', headers }, (answer) => {
        resolve(answer.statusCode);
        call.destroy();
      });
      call.once('error', reject);
      call.write(start);
    });
    expect(status).toBe(413);
  });

  test('answers a caller who is still sending', async () => {
    const size = 3_000_000;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        `${app.origin}/v1/videos`,
        {
          method: 'POST',
          headers: { ...FORM, authorization: `Bearer ${KEY}`, 'content-length': size },
        },
        (response) => {
          response.resume().once('end', () => resolve(response.statusCode));
        },
      );
      request.once('error', reject);
      const start = encode(
        [['input_reference', Buffer.concat([PNG, Buffer.alloc(10_000)])]],
        '',
      ).subarray(0, -2);
      request.end(Buffer.concat([start, Buffer.alloc(size - start.length)]));
    });
    expect(status).toBe(413);
  });

  test('answers a caller who is still sending and wants the connection closed, and takes the rest before that', async () => {
    const size = 3_000_000;
    const call = sendStalled(app.origin, '/v1/videos', {
      headers: { ...FORM, connection: 'close' },
      declared: size,
      body: Buffer.alloc(1_000),
    });
    expect(await call.status()).toBe(401);
    const closed = new Promise((resolve) => call.socket.once('end', resolve));
    for (let sent = 1_000; sent < size; sent += 1_000) {
      const failed = await new Promise((resolve) =>
        call.socket.write(Buffer.alloc(1_000), resolve),
      );
      expect(failed ?? undefined).toBeUndefined();
    }
    await closed;
    call.end();
  });

  test('is the same request whatever its boundary, and another one with another file', async () => {
    const seen: string[] = [];
    const spy = await startTestApp();
    const create = spy.gateway.create;
    spy.gateway.create = (principal, creation) => {
      seen.push(creation.idempotency?.fingerprint ?? '');
      return create(principal, creation);
    };
    const sendForm = async (boundary: string, file: Buffer) => {
      const text = encode([...good, ['input_reference', file]]).toString('latin1');
      await spy.send('/v1/videos', {
        method: 'POST',
        headers: {
          'content-type': `multipart/form-data; boundary=${boundary}`,
          'idempotency-key': 'k',
        },
        body: Buffer.from(text.replaceAll(BOUNDARY, boundary), 'latin1'),
      });
    };
    await sendForm('one', PNG);
    await sendForm('two', PNG);
    await sendForm('one', Buffer.concat([PNG, Buffer.from('x')]));
    await spy.close();
    expect(seen).toHaveLength(3);
    expect(seen[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(seen[1]).toBe(seen[0]);
    expect(seen[2]).not.toBe(seen[0]);
  });
});

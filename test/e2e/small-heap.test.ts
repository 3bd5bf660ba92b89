import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { until } from '../support/gateway';

/**
 * Nothing that a caller sends ends the process: a gateway of its own with a heap of 512 MiB, over real HTTP, is sent
 * what would not fit into it, and goes on serving others.
 */

const MIB = 1024 * 1024;
const data = mkdtempSync(join(tmpdir(), 'reelay-heap-'));
let child: ChildProcess;
let errors = '';
let ready: { api: string; key: string; pid: number };

beforeAll(async () => {
  chmodSync(data, 0o711);
  let out = '';
  child = spawn(
    process.execPath,
    [
      '--max-old-space-size=512',
      'scripts/reelay.mjs',
      ...['start', '--json', '--data', data, '--port', '0'],
    ],
    {
      env: {
        ...process.env,
        TEMPORAL_ADDRESS: process.env['REELAY_TEST_ENGINE'],
        TEMPORAL_NAMESPACE: `test-${randomBytes(6).toString('hex')}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  ready = await until('the READY line', async () => {
    if (child.exitCode !== null) throw new Error(errors);
    return out.includes('\n') ? (JSON.parse(out) as typeof ready) : undefined;
  });
}, 200_000);

afterAll(async () => {
  const ended = new Promise((resolve) => child.once('close', resolve));
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(data, { recursive: true, force: true });
});

interface Answer {
  status: number;
  text: string;
}

/** Streams a body that the test itself never holds; 0 where the connection broke off before an answer. */
function send(path: string, type: string, parts: readonly (Buffer | number)[]): Promise<Answer> {
  const length = parts.reduce<number>(
    (n, part) => n + (typeof part === 'number' ? part : part.length),
    0,
  );
  return new Promise((resolve) => {
    const call = request(`${ready.api}${path}`, {
      method: 'POST',
      agent: false,
      headers: {
        authorization: `Bearer ${ready.key}`,
        'content-type': type,
        'content-length': length,
        prefer: 'wait=0',
      },
    });
    call.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', () => undefined);
      response.on('close', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on('error', () => setTimeout(() => resolve({ status: 0, text: '' }), 200));
    Readable.from(bytesOf(parts)).pipe(call);
  });
}

const CHUNK = Buffer.alloc(MIB, 'A');

async function* bytesOf(parts: readonly (Buffer | number)[]): AsyncIterable<Buffer> {
  for (const part of parts) {
    if (typeof part !== 'number') yield await Promise.resolve(part);
    else {
      for (let left = part; left > 0; left -= CHUNK.length) {
        yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
      }
    }
  }
}

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

function form(fields: Record<string, string>, field: string, files: readonly number[]) {
  const boundary = 'b0undary';
  const head = (name: string, more = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const texts = Object.entries(fields).map(([name, value]) => `${head(name)}${value}\r\n`);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    parts: [
      Buffer.from(texts.join('')),
      ...files.flatMap((bytes, index) => [
        // Each file is another one.
        Buffer.concat([
          Buffer.from(head(field, `; filename="${index}.png"`)),
          PNG,
          randomBytes(16),
        ]),
        bytes,
        Buffer.from('\r\n'),
      ]),
      Buffer.from(`--${boundary}--\r\n`),
    ],
  };
}

const TEXT = { model: 'seedance-2.0', prompt: 'x [[sim seconds=1 video=shared]]' };
const ULA = {
  ...TEXT,
  resolution: '720P',
  aspect_ratio: '16:9',
  duration: '5',
  generate_audio: 'true',
  camera_fixed: 'false',
  service_tier: 'default',
};
const ENDPOINTS: [path: string, fields: Record<string, string>, field: string][] = [
  ['/v1/ula/generate-video', ULA, 'files'],
  ['/v1/video/generations', TEXT, 'images'],
  ['/v1/videos', TEXT, 'input_reference'],
];

async function livesAndServes(): Promise<void> {
  expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: null, signal: null });
  const body = Buffer.from(JSON.stringify({ ...TEXT, duration: 5 }));
  const made = await send('/v1/videos', 'application/json', [body]);
  expect(made.status).toBe(200);
  const { id } = JSON.parse(made.text) as { id: string };
  await until(`${id} to end`, async () => {
    const answer = await fetch(`${ready.api}/v1/videos/${id}`, {
      headers: { authorization: `Bearer ${ready.key}` },
    });
    const { status } = (await answer.json()) as { status: string };
    if (status === 'failed') throw new Error('the job failed');
    return status === 'completed' ? true : undefined;
  });
}

test.each(ENDPOINTS)(
  'nine files of 46 MiB at %s are refused by a sentence, and others are served',
  async (...endpoint) => {
    const [path, fields, field] = endpoint;
    const { type, parts } = form(fields, field, Array<number>(9).fill(46 * MIB));
    const answer = await send(path, type, parts);
    expect([400, 413]).toContain(answer.status);
    expect(answer.text).toMatch(/MiB/);
    await livesAndServes();
  },
);

test.each(ENDPOINTS.slice(0, 2))(
  'files at %s that are too large together for their provider are refused at create',
  async (...endpoint) => {
    const [path, fields, field] = endpoint;
    const { type, parts } = form(fields, field, [25 * MIB, 25 * MIB]);
    const answer = await send(path, type, parts);
    // ula calls bad input 422.
    expect([400, 422]).toContain(answer.status);
    expect(answer.text).toMatch(/50\.0 MiB.*at most 64\.0 MiB/);
    await livesAndServes();
  },
);

test('a file at /v1/videos that its provider does not take is refused at create', async () => {
  const { type, parts } = form(TEXT, 'input_reference', [50 * MIB]);
  const answer = await send('/v1/videos', type, parts);
  expect(answer.status).toBe(400);
  expect(answer.text).toMatch(/input_reference.*at most/);
  await livesAndServes();
});

test('many large files at once are sent one after the other', async () => {
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => {
      const { type, parts } = form(TEXT, 'input_reference', [28 * MIB]);
      return send('/v1/videos', type, parts);
    }),
  );
  const made = answers.filter(({ status }) => status === 200);
  expect(made.length).toBeGreaterThan(0);
  for (const { status } of answers) expect([200, 429, 503]).toContain(status);
  for (const { text } of made) {
    const { id } = JSON.parse(text) as { id: string };
    await until(`${id} to end`, async () => {
      const answer = await fetch(`${ready.api}/v1/videos/${id}`, {
        headers: { authorization: `Bearer ${ready.key}` },
      });
      const { status } = (await answer.json()) as { status: string };
      return status === 'completed' || status === 'failed' ? true : undefined;
    });
  }
  await livesAndServes();
}, 300_000);

test('many large data URLs at once are taken or told to come again', async () => {
  const start = Buffer.from(
    `{"model":"seedance-2.0","prompt":"海","input_reference":"data:image/png;base64,`,
  );
  const png = Buffer.from(PNG.toString('base64').replace(/=+$/, ''));
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      send('/v1/videos', 'application/json', [start, png, 60 * MIB, Buffer.from('"}')]),
    ),
  );
  for (const { status } of answers) expect([0, 200, 400, 429, 503]).toContain(status);
  await livesAndServes();
}, 300_000);

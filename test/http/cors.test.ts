import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Request } from 'playwright-core';
import { servePage, startBrowser, type ServedPage } from '../support/browser';
import { programPath } from '../support/programs';
import { MODEL } from './memory-gateway';
import { ADMIN_KEY, KEY, startTestApp, type TestApp } from './test-app';

/** Which pages may read answers in a browser: those of origins that the operator named, and no others. */

const SECONDS = 10;
let folder = '';
let pages: ServedPage[] = [];
let named = '';
let stranger = '';
let app: TestApp;
let closed: TestApp;
let browser: Browser;
let link = '';

/**
 * Draws a clip with many key frames, so that a seek lands in its middle, and with noise, so that it is far longer than
 * what a browser reads ahead.
 */
function drawClip(): Buffer {
  const path = join(folder, 'clip.mp4');
  const source = `testsrc=duration=${String(SECONDS)}:size=640x360:rate=24,noise=alls=100:allf=t`;
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '12', '-pix_fmt', 'yuv420p'];
  const shape = ['-g', '24', '-movflags', '+faststart'];
  const drawing = ['-v', 'error', '-f', 'lavfi', '-i', source, ...coding, ...shape, path];
  execFileSync(programPath('ffmpeg'), drawing);
  return readFileSync(path);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reelay-cors-'));
  pages = [await servePage(), await servePage()];
  [named = '', stranger = ''] = pages.map(({ origin }) => origin);
  [app, closed] = await Promise.all([startTestApp({ corsOrigins: [named] }), startTestApp()]);
  app.gateway.file = drawClip();
  const created = await app.postJson('/v1/videos', { model: MODEL, prompt: 'a cat' });
  const { id } = (await created.json()) as { id: string };
  link = app.gateway.link(app.gateway.finish(id), 'video');
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([app?.close(), closed?.close()]);
  await Promise.all(pages.map((page) => page.close()));
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page of that origin and runs the text of a function in it; `hear` is told what the page asks for. */
async function inPage(
  origin: string,
  run: string,
  input: string | Wish,
  hear: (request: Request) => void = () => undefined,
): Promise<unknown> {
  const page = await browser.newPage();
  page.on('request', hear);
  try {
    await page.goto(origin);
    return await page.evaluate(`(${run})(${JSON.stringify(input)})`);
  } finally {
    await page.close();
  }
}

/** Plays a link with CORS, seeks into its middle, and tells where it is and whether its pixels may be read. */
const PLAY = `async (url) => {
  const video = document.createElement('video');
  video.crossOrigin = 'anonymous';
  video.muted = true;
  const heard = (name) =>
    new Promise((resolve, reject) => {
      video.addEventListener(name, resolve, { once: true });
      video.addEventListener('error', () => reject(new Error('refused')), { once: true });
    });
  const loaded = heard('loadeddata');
  video.src = url;
  await loaded;
  await video.play();
  const sought = heard('seeked');
  video.currentTime = 7;
  await sought;
  const canvas = document.createElement('canvas');
  canvas.getContext('2d').drawImage(video, 0, 0);
  const pixels = canvas.toDataURL().length > 100;
  return { at: Math.round(video.currentTime), length: Math.round(video.duration), pixels };
}`;

/** Tells from which byte on a request asks for a file (`bytes=40123-`), and its answer's status. */
async function partOf(request: Request): Promise<{ status: number | undefined; from: number }> {
  const response = await request.response();
  const { range = '' } = await request.allHeaders();
  return { status: response?.status(), from: Number(/^bytes=(\d+)-/.exec(range)?.[1]) };
}

interface Wish {
  url: string;
  headers: Record<string, string>;
  method?: string;
}

/** Fetches in the page; an answer that it may not read is `refused`. */
const READ = `async ({ url, headers, method = 'GET' }) => {
  try {
    const response = await fetch(url, { headers, method });
    const size = (await response.arrayBuffer()).byteLength;
    const [id, range] = ['x-request-id', 'content-range'].map((name) => response.headers.get(name));
    return { status: response.status, size, id, range };
  } catch {
    return 'refused';
  }
}`;

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('in a browser, a page of a named origin', () => {
  test('plays a result by its signed link, seeks by asking for that part alone and may read its pixels', async () => {
    const parts: ReturnType<typeof partOf>[] = [];
    const played = await inPage(named, PLAY, link, (request) => {
      if (request.url() === link) parts.push(partOf(request));
    });
    expect(played).toEqual({ at: 7, length: SECONDS, pixels: true });
    const answers = await Promise.all(parts);
    const middle = app.gateway.file.length / 2;
    expect(answers[0]).toEqual({ status: 206, from: 0 });
    expect(answers.filter(({ from }) => from > middle)).toContainEqual({
      status: 206,
      from: expect.any(Number),
    });
  });

  test('reads a part of a result, and of an answer the headers that clients go by', async () => {
    const part = await inPage(named, READ, { url: link, headers: { range: 'bytes=0-99' } });
    expect(part).toMatchObject({
      status: 206,
      size: 100,
      range: expect.stringMatching(/^bytes 0-99/),
    });
    const headers = { ...bearer(KEY), 'x-request-id': 'cat-7' };
    const list = await inPage(named, READ, { url: `${app.origin}/v1/videos`, headers });
    expect(list).toMatchObject({ status: 200, id: 'cat-7' });
  });

  test('reads its errors', async () => {
    const url = `${app.origin}/v1/videos/none`;
    const answer = await inPage(named, READ, { url, headers: bearer(KEY), method: 'DELETE' });
    expect(answer).toMatchObject({ status: 404 });
  });

  test('reads nothing of the admin API, whatever its key', async () => {
    const url = `${app.origin}/v1/admin/workspaces`;
    expect(await inPage(named, READ, { url, headers: bearer(ADMIN_KEY) })).toBe('refused');
  });
});

test('a page of another origin reads nothing in a browser, not even by a signed link', async () => {
  await expect(inPage(stranger, PLAY, link)).rejects.toThrow('refused');
  expect(await inPage(stranger, READ, { url: link, headers: {} })).toBe('refused');
  const url = `${app.origin}/v1/videos`;
  expect(await inPage(stranger, READ, { url, headers: bearer(KEY) })).toBe('refused');
});

const asking = (origin: string) => ({ headers: { origin, ...bearer(KEY) } });

test.each(['null', 'http://127.0.0.1', 'https://evil.example', 'HTTP://127.0.0.1'])(
  'the origin %s is told nothing, and caches learn that answers differ',
  async (origin) => {
    const { status, headers } = await app.send('/v1/videos', asking(origin));
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, null]);
    expect(headers.get('vary')).toContain('Origin');
  },
);

test('no answer ever allows cookies', async () => {
  const { headers } = await app.send('/v1/videos', asking(named));
  expect(headers.get('access-control-allow-origin')).toBe(named);
  expect(headers.get('access-control-allow-credentials')).toBeNull();
});

test('where no origin is named, no answer speaks of origins', async () => {
  for (const method of ['GET', 'OPTIONS']) {
    const { headers } = await closed.send('/v1/videos', { ...asking(named), method });
    const spoken = [...headers.keys()].filter((name) => name.startsWith('access-control-'));
    expect(spoken).toEqual([]);
  }
});

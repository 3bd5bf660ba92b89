import { inflateSync } from 'node:zlib';
import { createFile, MP4BoxBuffer, type Movie } from 'mp4box';
import { readRange } from '../../simulators/server/media';
import { startUpstream, type Upstream } from '../support/simulator';

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.stop());

/** A finished job's links. */
async function finished(
  prompt: string,
  more: Record<string, unknown> = {},
): Promise<Record<string, string>> {
  const id = await upstream.submit(prompt, { return_last_frame: true, ...more });
  upstream.advance(6_000);
  const task = await upstream.task(id);
  return task['content'] as Record<string, string>;
}

async function bytesOf(url: string | undefined): Promise<Buffer> {
  const response = await fetch(url ?? '');
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

async function parse(bytes: Buffer): Promise<Movie> {
  const file = createFile();
  const movie = new Promise<Movie>((resolve, reject) => {
    file.onReady = resolve;
    file.onError = reject;
  });
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(new Uint8Array(bytes).buffer, 0));
  file.flush();
  return movie;
}

test.each([
  [4, '480p', '16:9', 864, 496],
  [5, '720p', '16:9', 1280, 720],
  [5, '720p', '21:9', 1470, 630],
  [7, '720p', '9:16', 720, 1280],
])('a video of %d s at %s %s plays that long at that size', async (...row) => {
  const [duration, resolution, ratio, width, height] = row;
  const { video_url: url } = await finished('a cat', { duration, resolution, ratio });
  const movie = await parse(await bytesOf(url));
  const [track, ...others] = movie.tracks;
  expect(movie.duration / movie.timescale).toBe(duration);
  expect(track?.codec).toMatch(/^avc1\./);
  expect(track?.video).toEqual({ width, height });
  expect(others).toEqual([]);
});

test('a person sees which job it is: other prompts and seeds give other pictures', async () => {
  const size = { duration: 4, resolution: '480p' };
  const one = await bytesOf((await finished('a cat', size))['last_frame_url']);
  const two = await bytesOf((await finished('a dog', size))['last_frame_url']);
  expect(one.equals(two)).toBe(false);
});

test('the last frame is a PNG of the size of the video', async () => {
  const more = { duration: 4, resolution: '480p', ratio: '1:1' };
  const { last_frame_url: url } = await finished('a cat', more);
  const png = await bytesOf(url);
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([640, 640]);
  const data = png.indexOf('IDAT');
  const pixels = inflateSync(png.subarray(data + 4, data + 4 + png.readUInt32BE(data - 4)));
  expect(pixels.length).toBe(640 * (640 * 4 + 1));
});

describe('the file server', () => {
  let url: string;
  let whole: Buffer;
  beforeAll(async () => {
    url = (await finished('ranges', { duration: 4, resolution: '480p' }))['video_url'] ?? '';
    whole = await bytesOf(url);
  });

  test('gives the same bytes to everybody who asks at once', async () => {
    const fresh = await finished('together', { duration: 4, resolution: '480p' });
    const [one, two] = await Promise.all([1, 2].map(() => bytesOf(fresh['video_url'])));
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
  });

  test.each([
    ['bytes=0-99', 0, 100],
    ['bytes=100-', 100, undefined],
    ['bytes=-50', -50, undefined],
    ['bytes=0-99999999', 0, undefined],
  ])('serves the range %s', async (range, start, end) => {
    const response = await fetch(url, { headers: { range } });
    const body = Buffer.from(await response.arrayBuffer());
    const expected = whole.subarray(start, end);
    const first = start < 0 ? whole.length + start : start;
    expect(response.status).toBe(206);
    expect(body.equals(expected)).toBe(true);
    expect(response.headers.get('content-range')).toBe(
      `bytes ${String(first)}-${String(first + expected.length - 1)}/${String(whole.length)}`,
    );
    expect(response.headers.get('content-length')).toBe(String(expected.length));
  });

  test('answers 416 past the end and names the size', async () => {
    const response = await fetch(url, { headers: { range: 'bytes=99999999-' } });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${String(whole.length)}`);
  });

  test('answers HEAD with the length and no body', async () => {
    const response = await fetch(url, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(whole.length));
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    expect(response.headers.get('content-type')).toBe('video/mp4');
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });

  test('has no file before the job succeeded, and none of a failed or unknown one', async () => {
    const running = await upstream.submit('[[sim seconds=60]]');
    const failed = await upstream.submit('[[sim fault=fail seconds=1]]');
    upstream.advance(2_000);
    for (const path of [`${running}/video.mp4`, `${failed}/video.mp4`, 'nobody/video.mp4']) {
      expect((await fetch(`${upstream.url}/_media/${path}`)).status).toBe(404);
    }
  });

  test('refuses a link after 24 hours, and at once with fault=link-expired', async () => {
    const expired = await finished('[[sim fault=link-expired]]', { resolution: '480p' });
    const response = await fetch(expired['video_url'] ?? '');
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('<Code>AccessDenied</Code>');
    const late = await finished('late', { resolution: '480p' });
    upstream.advance(86_400_000);
    expect((await fetch(late['video_url'] ?? '')).status).toBe(403);
  });

  test('video=shared serves one clip for all', async () => {
    const one = await finished('one [[sim video=shared]]');
    const two = await finished('two [[sim video=shared]]', { duration: 9 });
    const [first, second] = [await bytesOf(one['video_url']), await bytesOf(two['video_url'])];
    expect(first.equals(second)).toBe(true);
    const movie = await parse(first);
    expect(movie.duration / movie.timescale).toBe(5);
  });
});

test.each([
  [undefined, undefined],
  ['bytes=0-1,4-5', undefined],
  ['bytes=5-2', undefined],
  ['bytes=-', undefined],
  ['lines=0-1', undefined],
  ['bytes=0-0', { start: 0, end: 0 }],
  ['bytes=9-', { start: 9, end: 9 }],
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=-99', { start: 0, end: 9 }],
])('reads the range header %s of a file of ten bytes', (header, expected) => {
  expect(readRange(header, 10)).toEqual(expected);
});

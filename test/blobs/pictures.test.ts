import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createPictures, type PictureOptions } from '../../src/blobs/pictures';
import { pathOf } from '../../src/blobs/places';
import type { Picture, PictureKind } from '../../src/core/ports/pictures';
import { defaultsOf } from '../../src/core/settings/setting';
import { PICTURE_LIMITS, PICTURE_WAITS } from '../../src/core/settings/pictures';
import { until } from '../support/kill/until';
import { programPath } from '../support/programs';

/** Pictures of real videos by the real ffmpeg, and what bounds it. */

const folder = mkdtempSync(join(tmpdir(), 'reelay-pictures-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ffmpeg = programPath('ffmpeg');
const ffprobe = programPath('ffprobe');

const LIMITS = defaultsOf(PICTURE_LIMITS);
const WAITS = defaultsOf(PICTURE_WAITS);
/** The caller stays. */
const HERE = new AbortController().signal;
const picturesWith = (
  limits: Partial<PictureOptions['limits']> = {},
  pictureMs = WAITS.pictureMs,
) =>
  createPictures({
    program: ffmpeg,
    folder,
    limits: { ...LIMITS, ...limits },
    waits: { pictureMs },
  });

/** Puts a file where a blob of its bytes lies, and gives its id. */
function kept(path: string): string {
  const id = createHash('sha256').update(readFileSync(path)).digest('hex');
  mkdirSync(dirname(pathOf(folder, id)), { recursive: true });
  copyFileSync(path, pathOf(folder, id));
  return id;
}
/** A film that is red, then green, then blue, for two seconds each. */
function film(size: string, name: string): string {
  const path = join(folder, name);
  const colors = ['red', 'lime', 'blue'].flatMap((color) => [
    ...['-f', 'lavfi', '-i', `color=${color}:size=${size}:rate=12:duration=2`],
  ]);
  const joined = ['-filter_complex', '[0][1][2]concat=n=3:v=1:a=0', '-pix_fmt', 'yuv420p'];
  execFileSync(ffmpeg, ['-v', 'error', '-y', ...colors, ...joined, path]);
  return kept(path);
}
/** The pixels of a picture, red, green and blue of each. */
function pixelsOf({ bytes }: Picture): { width: number; height: number; at: Pixel } {
  const path = join(folder, 'picture');
  writeFileSync(path, bytes);
  const asked = ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', path];
  const [width = 0, height = 0] = execFileSync(ffprobe, asked, { encoding: 'utf8' })
    .trim()
    .split(',')
    .map(Number);
  const raw = ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  const pixels = execFileSync(ffmpeg, raw, { maxBuffer: 64 * 1024 * 1024 });
  return {
    width,
    height,
    at: (x, y) => [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)].map(strong),
  };
}
type Pixel = (x: number, y: number) => number[];
const strong = (value: number): number => (value > 127 ? 1 : 0);
const [RED, GREEN, BLUE] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

test.each<[file: string, size: string, mime: string, thumbnail: number[], sprites: number[]]>([
  ['wide.mp4', '1280x720', 'video/mp4', [640, 360], [1600, 900]],
  ['high.mp4', '720x1280', 'video/mp4', [360, 640], [900, 1600]],
  ['small.mp4', '160x90', 'video/mp4', [160, 90], [800, 450]],
  ['wide.webm', '640x360', 'video/webm', [640, 360], [1600, 900]],
])(
  '%s of %s has a thumbnail, and a spritesheet from begin to end',
  async (file, size, mime, [width, height], [wide, high]) => {
    const source = { blob: film(size, file), mime, seconds: 6 };
    const thumbnail = await picturesWith().make('thumbnail', source, HERE);
    expect(thumbnail.mime).toBe('image/webp');
    const frame = pixelsOf(thumbnail);
    expect(frame).toMatchObject({ width, height });
    expect(frame.at(20, 20)).toEqual(RED);

    const sheet = await picturesWith().make('spritesheet', source, HERE);
    expect(sheet.mime).toBe('image/jpeg');
    const sprites = pixelsOf(sheet);
    expect(sprites).toMatchObject({ width: wide, height: high });
    const middleOf = (index: number): number[] => {
      const [column, row] = [index % 5, Math.floor(index / 5)];
      const [across, down] = [sprites.width / 5, sprites.height / 5];
      return sprites.at(Math.floor((column + 0.5) * across), Math.floor((row + 0.5) * down));
    };
    expect([0, 12, 23].map(middleOf)).toEqual([RED, GREEN, BLUE]);
  },
);

test('a video whose length nobody knows has a spritesheet too', async () => {
  const source = { blob: film('320x180', 'some.mp4'), mime: 'video/mp4', seconds: undefined };
  const sheet = pixelsOf(await picturesWith().make('spritesheet', source, HERE));
  expect(sheet).toMatchObject({ width: 1600, height: 900 });
});

describe('ffmpeg is ended, and the caller told, where a picture', () => {
  const made = (kind: PictureKind, pictures: ReturnType<typeof picturesWith>) =>
    pictures.make(
      kind,
      { blob: film('640x360', `${kind}.mp4`), mime: 'video/mp4', seconds: 6 },
      HERE,
    );
  test.each([
    ['takes too long', picturesWith({}, 1)],
    ['is too large', picturesWith({ pictureBytesMax: 100 })],
    ['needs too much memory', picturesWith({ pictureMemoryBytesMax: 4 * 1024 * 1024 })],
  ])('%s', async (_why, pictures) => {
    await expect(made('spritesheet', pictures)).rejects.toMatchObject({
      code: 'upstream',
      retryable: false,
      message: expect.stringContaining('no picture of this video'),
    });
    // Its place is free again.
    await expect(made('thumbnail', picturesWith())).resolves.toMatchObject({ mime: 'image/webp' });
  });

  test('is waited for by nobody any more', async () => {
    const [program, pidFile] = [join(folder, 'endless'), join(folder, 'pid')];
    writeFileSync(program, `#!/bin/sh\necho $$ > ${pidFile}\nexec sleep 600\n`, { mode: 0o755 });
    const pictures = createPictures({ program, folder, limits: LIMITS, waits: WAITS });
    const leaving = new AbortController();
    const source = { blob: film('160x90', 'left.mp4'), mime: 'video/mp4', seconds: 6 };
    const left = expect(pictures.make('spritesheet', source, leaving.signal)).rejects.toMatchObject(
      { code: 'unavailable', retryAfterSeconds: 1 },
    );
    const pid = await until('the program', async () => readWhole(pidFile));
    leaving.abort();
    await left;
    await until('its end', async () => (isAlive(pid) ? undefined : true));
  });
});

/** The number in a file that is written to its end. */
function readWhole(path: string): number | undefined {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text.endsWith('\n') ? Number(text) : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The bounds that the system holds, as the program itself finds them. */
test('the program may have so much address space and so many seconds of work', async () => {
  const program = join(folder, 'bounds');
  writeFileSync(program, '#!/bin/sh\nulimit -v\nulimit -t\n', { mode: 0o755 });
  const limits = { ...LIMITS, pictureMemoryBytesMax: 64 * 1024 * 1024 };
  const pictures = createPictures({ program, folder, limits, waits: { pictureMs: 4_500 } });
  const source = { blob: film('160x90', 'any.mp4'), mime: 'video/mp4', seconds: 6 };
  const { bytes } = await pictures.make('thumbnail', source, HERE);
  expect(Buffer.from(bytes).toString()).toBe('65536\n6\n');
});

test.each<[what: string, bytes: (other: string) => string, mime: string]>([
  ['a playlist', (other) => `#EXTM3U\n#EXTINF:1,\nfile:${other}\n#EXT-X-ENDLIST\n`, 'video/mp4'],
  ['a list of files', (other) => `ffconcat version 1.0\nfile '${other}'\n`, 'video/mp4'],
  ['no video', () => 'no video at all', 'video/mp4'],
  ['of a kind that is not named', () => 'GIF89a', 'image/gif'],
])('what is %s gives no picture, and names no other file that is read', async (_, bytes, mime) => {
  const other = join(folder, 'other.mp4');
  copyFileSync(pathOf(folder, film('320x180', 'secret.mp4')), other);
  const path = join(folder, 'given');
  writeFileSync(path, bytes(other));
  const source = { blob: kept(path), mime, seconds: 6 };
  await expect(picturesWith().make('thumbnail', source, HERE)).rejects.toMatchObject({
    code: 'upstream',
    message: expect.stringContaining('There is no picture of this video'),
  });
});

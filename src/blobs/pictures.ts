import { execFile } from 'node:child_process';
import { GatewayError } from '../core/errors';
import {
  PICTURE_MIMES,
  type Picture,
  type PictureKind,
  type Pictures,
  type PictureSource,
} from '../core/ports/pictures';
import type { Limits } from '../core/settings/limits';
import type { Waits } from '../core/settings/waits';
import { pathOf } from './places';

/**
 * Pictures of kept videos by ffmpeg, in a child that reads one file of ours and nothing else: the container is said, so
 * that no playlist is believed, and no protocol but `file` is open to it. Time, memory and output are bounded by settings.
 */
export interface PictureOptions {
  /** The path of ffmpeg; undefined where this machine has none. */
  program: string | undefined;
  /** The folder of the blobs. */
  folder: string;
  limits: Pick<Limits, 'pictureBytesMax' | 'pictureMemoryBytesMax'>;
  waits: Pick<Waits, 'pictureMs'>;
}

export function createPictures(options: PictureOptions): Pictures {
  const { program } = options;
  if (program === undefined) {
    const problem =
      'ffmpeg is not installed where the gateway runs; on Debian: apt-get install ffmpeg';
    return { problem, make: () => Promise.reject(new Error(problem)) };
  }
  return {
    problem: undefined,
    make: (kind, source, signal) => made({ ...options, program, signal }, kind, source),
  };
}

/** What one picture is made with. */
interface Making extends PictureOptions {
  program: string;
  signal: AbortSignal;
}

async function made(
  options: Making,
  kind: PictureKind,
  { blob, mime, seconds }: PictureSource,
): Promise<Picture> {
  const container = CONTAINERS[mime];
  if (container === undefined) throw unmade(`the video is ${mime}`);
  const { filter, codec } = shapeOf(kind, seconds);
  const input = ['-f', container, '-i', `file:${pathOf(options.folder, blob)}`];
  const args = [...READ, ...input, ...FRAMES_ONLY, '-vf', filter, ...codec, ...WRITE];
  const bytes = await run(options, args);
  if (bytes.byteLength === 0) throw unmade('it has no frame that can be read');
  return { mime: PICTURE_MIMES[kind], bytes };
}

const CONTAINERS: Readonly<Record<string, string>> = {
  'video/mp4': 'mov',
  'video/webm': 'matroska',
};

/** 8K, above which a few frames alone would fill the memory. */
const PIXELS_MAX = 7680 * 4320;
const READ = [
  ...['-v', 'error', '-nostdin', '-threads', '1', '-protocol_whitelist', 'file'],
  ...['-max_pixels', String(PIXELS_MAX)],
];
const FRAMES_ONLY = ['-an', '-sn', '-dn', '-filter_threads', '1', '-frames:v', '1'];
const WRITE = ['-threads', '1', '-f', 'image2pipe', 'pipe:1'];

/** The longer side of a thumbnail and of each frame of a spritesheet, in pixels. */
const THUMBNAIL_PIXELS = 640;
const SPRITE_PIXELS = 320;
/** A spritesheet is so many frames wide and high. */
const SPRITES = 5;

function shapeOf(kind: PictureKind, seconds: number | undefined) {
  if (kind === 'thumbnail') {
    // The frame that is most like the others of the first 24, so that no first black frame is taken.
    const filter = `thumbnail=24,${fit(THUMBNAIL_PIXELS)}`;
    return { filter, codec: ['-c:v', 'libwebp', '-quality', '80'] };
  }
  const frames = SPRITES * SPRITES;
  const rate = `fps=${String(frames)}/${String(seconds ?? frames)}`;
  const filter = `${rate},${fit(SPRITE_PIXELS)},tile=${String(SPRITES)}x${String(SPRITES)}`;
  return { filter, codec: ['-c:v', 'mjpeg', '-q:v', '4'] };
}

/** A smaller picture stays as it is. */
const fit = (side: number): string => {
  const [across, down] = [`min(${String(side)},iw)`, `min(${String(side)},ih)`];
  return `scale=w='if(gt(iw,ih),${across},-2)':h='if(gt(iw,ih),-2,${down})'`;
};

/** Gives what ffmpeg writes to its output. */
function run(
  { program, limits, waits, signal }: Making,
  args: readonly string[],
): Promise<Uint8Array> {
  const kib = String(Math.floor(limits.pictureMemoryBytesMax / 1024));
  // One thread works so long at most; this ends it also when nobody is left who could.
  const cpuSeconds = String(Math.ceil(waits.pictureMs / 1_000) + 1);
  // Only Linux holds a process to its address space; the shell then becomes the program, with its pid.
  const [command, given] =
    process.platform === 'linux'
      ? [
          '/bin/sh',
          ['-c', `ulimit -v ${kib} && ulimit -t ${cpuSeconds} && exec "$0" "$@"`, program, ...args],
        ]
      : [program, [...args]];
  return new Promise((resolve, reject) => {
    execFile(
      command,
      given,
      {
        encoding: 'buffer',
        env: {},
        cwd: '/',
        timeout: waits.pictureMs,
        killSignal: 'SIGKILL',
        maxBuffer: limits.pictureBytesMax,
        signal,
      },
      (error, stdout, stderr) => {
        if (signal.aborted) reject(stopped());
        else if (error)
          reject(unmade('ffmpeg did not make one of it', { error, said: lastOf(stderr) }));
        else resolve(stdout);
      },
    );
  });
}

const SAID_LENGTH_MAX = 500;
const lastOf = (stderr: Buffer): string => stderr.toString('utf8').slice(-SAID_LENGTH_MAX);

const stopped = (): GatewayError =>
  new GatewayError('unavailable', {
    message: 'The picture was not made to its end; try again shortly.',
    retryAfterSeconds: 1,
  });

/** `reason` completes a sentence of the public; what was behind it is for the log. */
const unmade = (reason: string, cause?: unknown): GatewayError =>
  new GatewayError('upstream', {
    message: `There is no picture of this video: ${reason}.`,
    retryable: false,
    cause,
  });

import { given } from '../json/fields';
import type { VideoFacts } from '../job/outcome';

/**
 * Returns size and length of a video as the head of its MP4 says them. Reads as much as there is of a file's first
 * bytes: empty where the movie's header lies behind the frames, or the file is of another kind. Never throws, whatever
 * the bytes.
 */
export function readMp4Head(head: Uint8Array): Pick<VideoFacts, 'width' | 'height' | 'seconds'> {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const movie = boxesIn(bytes).find(({ type }) => type === 'moov');
  if (!movie) return {};
  const parts = boxesIn(movie.body);
  const tracks = parts.filter(({ type }) => type === 'trak').flatMap(({ body }) => boxesIn(body));
  const sizes = tracks.filter(({ type }) => type === 'tkhd').map(({ body }) => sizeOf(body));
  const header = parts.find(({ type }) => type === 'mvhd');
  const seconds = header && secondsOf(header.body);
  return {
    ...sizes.find((size) => size !== undefined),
    ...given({ seconds }),
  };
}

interface Box {
  /** Four letters, `moov`. */
  type: string;
  /** What is there of it: the last box may be cut off. */
  body: Buffer;
}

/** More than the head of any real file has on one level. */
const BOXES_MAX = 64;
const HEADER_BYTES = 8;

function boxesIn(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length && boxes.length < BOXES_MAX) {
    const size = bytes.readUInt32BE(at);
    // 0 = to the end of the file, 1 = a 64-bit size: only frames are ever so large.
    if (size < HEADER_BYTES) break;
    const type = bytes.toString('latin1', at + 4, at + HEADER_BYTES);
    boxes.push({ type, body: bytes.subarray(at + HEADER_BYTES, at + size) });
    at += size;
  }
  return boxes;
}

/** Reads the size of a track; a track of sound has 0 x 0. Sides are 16.16 fixed-point numbers at the end of the box. */
function sizeOf(body: Buffer): Pick<VideoFacts, 'width' | 'height'> | undefined {
  const at = body[0] === 1 ? 88 : 76;
  if (body.length < at + 8) return undefined;
  const width = body.readUInt16BE(at);
  const height = body.readUInt16BE(at + 4);
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/** Reads the length of a movie; undefined for a file in fragments, which says 0. */
function secondsOf(body: Buffer): number | undefined {
  const isWide = body[0] === 1;
  const at = isWide ? 20 : 12;
  if (body.length < at + (isWide ? 12 : 8)) return undefined;
  const scale = body.readUInt32BE(at);
  const duration = isWide ? Number(body.readBigUInt64BE(at + 4)) : body.readUInt32BE(at + 4);
  const isUnknown = scale === 0 || duration === 0 || (!isWide && duration === 0xffffffff);
  return isUnknown ? undefined : rounded(duration / scale);
}

/** Rounds a length: 5.04 is a video of 5 s, since encoders add a frame. */
function rounded(seconds: number): number | undefined {
  const whole = Math.round(seconds);
  if (whole > 0 && Math.abs(seconds - whole) <= 0.2) return whole;
  const tenths = Math.round(seconds * 10) / 10;
  return tenths > 0 && tenths < SECONDS_MAX ? tenths : undefined;
}

/** No model makes a day of video; a header that says so is broken. */
const SECONDS_MAX = 86_400;

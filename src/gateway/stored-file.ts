import { Readable } from 'node:stream';
import { GatewayError } from '../core/errors';
import type { ContentAnswer } from '../core/job/files';
import { askedRange, isHeld, isMeant, readRange, type RangeWish } from '../core/media/range';
import { sniffMediaType, SNIFF_BYTES } from '../core/media/sniff';
import { startOf } from '../core/media/streams';
import type { Blobs } from '../core/ports/blobs';
import type { Headers } from '../core/provider/exchange';

/** Answers with a file that is stored, or with the part of it that is wanted. Its id is its ETag. */
export function fromBlob(
  blobs: Pick<Blobs, 'open'>,
  file: { blob: string; bytes: number; mime: string },
  wish: RangeWish,
): ContentAnswer {
  const etag = `"${file.blob}"`;
  if (isHeld(wish, etag)) return unchanged({ etag, 'content-type': file.mime });
  const part = isMeant(wish, etag) ? readRange(askedRange(wish), file.bytes) : undefined;
  const common = { 'content-type': file.mime, 'accept-ranges': 'bytes', etag };
  if (!part) {
    return {
      status: 200,
      headers: { ...common, 'content-length': String(file.bytes) },
      stream: blobs.open(file.blob),
    };
  }
  return {
    status: 206,
    headers: {
      ...common,
      'content-length': String(part.end - part.start + 1),
      'content-range': `bytes ${String(part.start)}-${String(part.end)}/${String(file.bytes)}`,
    },
    stream: blobs.open(file.blob, part),
  };
}

/** Answers 304. The answer has the file's own headers, since a cache overwrites with them what it holds. */
export const unchanged = (headers: Headers): ContentAnswer => ({
  status: 304,
  headers,
  stream: Readable.from([]),
});

/** Opens a file that a caller gave, for the provider that is to fetch it. Throws `not_found` once it was erased. */
export async function openInput(
  blobs: Pick<Blobs, 'stat' | 'open'>,
  blob: string,
  wish: RangeWish,
): Promise<ContentAnswer> {
  const found = await blobs.stat(blob);
  if (!found) throw new GatewayError('not_found', { message: 'This file is here no more.' });
  const start = await startOf(blobs.open(blob, { start: 0, end: SNIFF_BYTES - 1 }), SNIFF_BYTES);
  const mime = sniffMediaType(start) ?? 'application/octet-stream';
  return fromBlob(blobs, { blob, bytes: found.bytes, mime }, wish);
}

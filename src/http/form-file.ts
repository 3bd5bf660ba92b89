import type { Readable } from 'node:stream';
import type { UploadedFile } from '../core/api/route';
import { GatewayError } from '../core/errors';
import type { Blobs } from '../core/ports/blobs';
import { SNIFF_BYTES, sniffMediaType } from '../core/media/sniff';

/** Opens once for everybody who waits at it, or fails for all of them. */
export interface FormBarrier {
  opened: Promise<void>;
  open(): void;
  fail(error: Error): void;
}

export function createFormBarrier(): FormBarrier {
  let open: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  // A form without files has nobody waiting at the gate.
  opened.catch(() => undefined);
  return { opened, open, fail };
}

/** `atGate` settles first: all bytes are read and good. `stored` follows when the gate opens. Both fail together. */
export interface PendingFile {
  atGate: Promise<unknown>;
  stored: Promise<UploadedFile>;
}

/**
 * Streams one file of a form into the blob store, which keeps it only when the gate opens. The type is what the first
 * bytes say; any other than the listed ones is refused before a byte is written.
 */
export function storeFile(
  field: string,
  stream: Readable,
  ports: { blobs: Blobs; bytesMax: number; gate: Promise<void> },
): PendingFile {
  const arrival = createFormBarrier();
  let mime = '';
  const bytes = gated(stream, {
    check: (start) => {
      mime = mediaTypeOf(field, start);
    },
    gate: () => {
      arrival.open();
      return ports.gate;
    },
  });
  const stored = ports.blobs
    .put(bytes, ports.bytesMax)
    .then((blob) => ({ field, blob: blob.id, mime }));
  return { atGate: Promise.race([arrival.opened, stored]), stored };
}

function mediaTypeOf(field: string, start: Uint8Array): string {
  const mime = sniffMediaType(start);
  if (mime) return mime;
  throw new GatewayError('unsupported_media_type', {
    param: field,
    message: `${field}: is none of PNG, JPEG, WebP, GIF, MP4, WebM, WAV, MP3.`,
  });
}

/** Passes the bytes on once their start is known to be good, and ends only when the gate opens. */
async function* gated(
  stream: AsyncIterable<Buffer>,
  { check, gate }: { check: (start: Uint8Array) => void; gate: () => Promise<void> },
): AsyncGenerator<Uint8Array> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of stream) {
    if (start === undefined) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < SNIFF_BYTES) continue;
    check(start);
    yield start;
    start = undefined;
  }
  if (start !== undefined) {
    check(start);
    yield start;
  }
  await gate();
}

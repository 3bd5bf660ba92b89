import pino from 'pino';
import { GatewayError } from '../../src/core/errors';
import type { FileKind } from '../../src/core/job/files';
import { createPictures } from '../../src/blobs/pictures';
import type { ContentDeps } from '../../src/gateway/content';
import type { PictureDeps } from '../../src/gateway/pictures';

export interface PaperFile {
  kind: FileKind;
  bytes: Buffer;
  mime: string;
}

/** Files in memory as what every job has kept; the real code makes answers of them. No provider is asked. */
export function keptFiles(files: readonly PaperFile[]): ContentDeps {
  const bytesOf = (blob: string): Buffer => {
    const found = files.find(({ kind }) => blobOf(kind) === blob);
    if (!found) throw new GatewayError('not_found');
    return found.bytes;
  };
  const rows = files.map(({ kind, bytes, mime }) => ({
    kind,
    blob: blobOf(kind),
    bytes: bytes.length,
    mime,
  }));
  return {
    store: { keeps: { files: async () => rows } },
    blobs: {
      stat: async (blob) => ({ bytes: bytesOf(blob).length }),
      open: (blob, { start, end } = { start: 0, end: Infinity }) =>
        chunksOf(bytesOf(blob).subarray(start, end + 1)),
    },
    outbound: { open: () => Promise.reject(new Error('there is no provider')) },
    catalog: { channel: () => undefined },
    now: Date.now,
    waits: { contentTimeoutMs: 1_000 },
    log: pino({ level: 'silent' }),
  };
}

/** The same on a machine without ffmpeg. */
export function keptPictures(files: readonly PaperFile[]): PictureDeps {
  const { store, blobs } = keptFiles(files);
  return {
    store: { keeps: { ...store.keeps, pending: async () => undefined } },
    blobs,
    gate: (_workspaceId, work) => work(),
    pictures: createPictures({
      program: undefined,
      folder: '',
      limits: { pictureBytesMax: 1, pictureMemoryBytesMax: 1 },
      waits: { pictureMs: 1 },
    }),
  };
}

const blobOf = (kind: FileKind): string => `paper-${kind}`;

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 65_536) {
    yield bytes.subarray(start, start + 65_536);
  }
}

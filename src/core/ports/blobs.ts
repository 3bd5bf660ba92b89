import type { ByteRange } from '../media/range';

/** Bytes by content: the id is the SHA-256 in hex. */
export interface Blobs {
  /** Stores a stream; throws `payload_too_large` past the limit and keeps nothing. */
  put(source: AsyncIterable<Uint8Array>, bytesMax: number): Promise<{ id: string; bytes: number }>;
  stat(id: string): Promise<{ bytes: number } | undefined>;
  /** Says that it is in use, as a put of the same bytes does; undefined when it is not there. */
  touch(id: string, now: number): Promise<{ bytes: number } | undefined>;
  /** Opens a blob or a part of it. One that is not there is told by the first read; ask `stat` before. */
  open(id: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  read(id: string): Promise<Uint8Array>;
  /**
   * Blobs that nobody has put or touched since `before`, in the order of their ids after that place. It looks at so
   * many places at most; `next` is where to go on, undefined at the end.
   */
  stale(
    before: number,
    walk: { after: string | undefined; looksMax: number },
  ): Promise<{ ids: string[]; next: string | undefined }>;
  /** Removes it unless somebody has put or touched it since `before`; says whether this call did. Repeatable. */
  remove(id: string, before: number): Promise<boolean>;
}

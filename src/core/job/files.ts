import type { Headers } from '../provider/exchange';

export type FileKind = 'video' | 'last_frame';

export interface ContentAnswer {
  /** 304 where the caller holds it already: its stream is empty. */
  status: 200 | 206 | 304;
  headers: Headers;
  stream: AsyncIterable<Uint8Array>;
}

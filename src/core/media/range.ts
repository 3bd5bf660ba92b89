import { GatewayError } from '../errors';
import type { Headers } from '../provider/exchange';

/** What a request says about the file, or the part of one, that it wants: its method and three headers as they came. */
export interface RangeWish {
  method: string;
  range?: string | undefined;
  ifRange?: string | undefined;
  ifNoneMatch?: string | undefined;
}

/** Reads what a request says of the file that it wants; names of headers are in small letters. */
export const wishOf = (method: string, headers: Headers): RangeWish => ({
  method,
  range: headers['range'],
  ifRange: headers['if-range'],
  ifNoneMatch: headers['if-none-match'],
});

/**
 * Says whether the caller holds the file with that ETag already (RFC 9110, 13.1.2: weak comparison), so that 304 will
 * do.
 */
export function isHeld({ ifNoneMatch }: RangeWish, etag: string | undefined): boolean {
  if (ifNoneMatch === undefined || etag === undefined) return false;
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').map(bare).includes(bare(etag));
}

/** Both ends inclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Returns the Range header that may count, as a server can be asked for it (`bytes=0-99`); undefined asks for the whole
 * file. Only a GET has ranges (RFC 9110, 14.2), one range in bytes is served, and If-Range leaves it alone only with a
 * strong ETag (13.1.5).
 */
export function askedRange({ method, range, ifRange }: RangeWish): string | undefined {
  const text = range?.trim() ?? '';
  if (method !== 'GET' || !rangeIn(text)) return undefined;
  return ifRange === undefined || STRONG_ETAG.test(ifRange) ? text : undefined;
}

/** Says whether the file with that ETag is the one whose part is wanted; without If-Range every file is. */
export function isMeant({ ifRange }: RangeWish, etag: string | undefined): boolean {
  return ifRange === undefined || (STRONG_ETAG.test(ifRange) && ifRange === etag);
}

const STRONG_ETAG = /^"[^"]*"$/;

/**
 * Reads one byte range (`bytes=100-199`) of a file of that size (RFC 9110, 14.1.2). Returns undefined when the file is
 * to be sent whole: no header, several ranges, or another unit. Throws `range_not_satisfiable` for a range that starts
 * outside.
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const asked = rangeIn(header?.trim() ?? '');
  if (!asked) return undefined;
  const { from, to } = asked;
  const start = from ?? Math.max(0, size - (to ?? 0));
  const end = from === undefined ? size - 1 : Math.min(to ?? size - 1, size - 1);
  if (start >= size || end < start) {
    throw new GatewayError('range_not_satisfiable', { fileBytes: size });
  }
  return { start, end };
}

/** Reads the two ends of `bytes=100-199`. `from` alone is to the end; `to` alone is how many at the end. */
function rangeIn(text: string): { from: number | undefined; to: number | undefined } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text) ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? undefined : Number(first);
  const to = last === '' ? undefined : Number(last);
  return from !== undefined && to !== undefined && to < from ? undefined : { from, to };
}

import { GatewayError } from './errors';

/**
 * One byte range of a file of that size (RFC 9110, 14.1.2), both ends inclusive. Undefined = send it whole: no header,
 * several ranges, or another unit. Throws `range_not_satisfiable` for a range that starts outside.
 */
export function readRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, from = '', to = ''] = match;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (start >= size || end < start) throw new GatewayError('range_not_satisfiable');
  return { start, end };
}

import { invalid } from '../../core/errors';

/** Two moments in one unit, the first of them within what is asked for and the second not; either may be left out. */
interface Span {
  from?: number | undefined;
  to?: number | undefined;
}

/**
 * Returns what was asked for, unless its span holds no moment: an answer without a row would look like one in which nothing
 * happened. Throws `invalid_request` for the end, by the caller's own names of both edges.
 */
export function checkedSpan<Asked extends Span>(
  asked: Asked,
  names: Readonly<Record<'from' | 'to', string>> = { from: 'from', to: 'to' },
): Asked {
  const { from, to } = asked;
  if (from !== undefined && to !== undefined && to <= from) {
    throw invalid(names.to, `is not after ${names.from}`);
  }
  return asked;
}

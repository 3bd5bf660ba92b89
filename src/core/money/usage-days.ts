import { DAY } from '../settings/setting';
import type { UsageFilter } from './usage';

/** A span of time in Unix milliseconds; `from` belongs to it, `to` does not, and without one it has no end there. */
export type Span = Pick<UsageFilter, 'from' | 'to'>;

/** Numbers of days in UTC since 1970; `to` does not belong to them. */
export interface Days {
  from: number;
  to: number;
}

/** The years that are written with four digits. */
const FIRST_DAY = Date.parse('0001-01-01T00:00:00Z') / DAY;
const DAYS_END = Date.parse('9999-12-31T00:00:00Z') / DAY + 1;

/**
 * Splits a span into its whole days, which are summed, and the rest at its edges, whose rows are read: from
 * `2026-11-01T12:00Z` without an end it is all days from 2 November on, and the second half of the 1st.
 */
export function daysOf({ from, to }: Span): { days: Days | undefined; edges: Span[] } {
  const days = {
    from: from === undefined ? FIRST_DAY : Math.ceil(from / DAY),
    to: to === undefined ? DAYS_END : Math.floor(to / DAY),
  };
  if (days.from >= days.to) return { days: undefined, edges: [{ from, to }] };
  const before = { from, to: days.from * DAY };
  const after = { from: days.to * DAY, to };
  const edges = [
    ...(from !== undefined && from < before.to ? [before] : []),
    ...(to !== undefined && after.from < to ? [after] : []),
  ];
  return { days, edges };
}

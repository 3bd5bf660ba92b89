import { invalid } from '../../core/errors';

const HEADER = 'reelay-start-within';
/** A week. A job whose model gives up earlier ends by that. */
const SECONDS_MAX = 604_800;

/**
 * Reads `Reelay-Start-Within: 600`, which every create takes: a job that no provider has after so many seconds is
 * canceled and costs nothing. Throws `invalid_request` for what is no whole number of seconds.
 */
export function startWithin(headers: Record<string, string>): { startWithinSeconds?: number } {
  const text = headers[HEADER]?.trim();
  if (text === undefined) return {};
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= SECONDS_MAX) return { startWithinSeconds: seconds };
  throw invalid(
    'Reelay-Start-Within',
    `must be a whole number of seconds from 1 to ${String(SECONDS_MAX)}`,
  );
}

/**
 * The one place that knows a database which is away, restarting or full from a mistake of ours: what failed for that
 * reason is worth the same request a little later.
 */

/** Classes and codes of PostgreSQL, as prefixes of an SQLSTATE such as `57P01`. */
const STATES: readonly string[] = [
  // Connection exceptions.
  '08',
  // No disk, no memory, no connection left.
  '53',
  // Stopped by an administrator, crashed, starting up, gone idle.
  '57P',
  // A statement that took too long was ended.
  '57014',
  // A lock that was waited for too long.
  '55P03',
  // Became a standby in a failover.
  '25006',
];

/** What the system says of a connection; the last one of a socket file that is not there, and of any other file. */
const SYSTEM: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
];

/** The driver's own words, which come without a code. */
const DRIVER =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error)/;

/** How deep errors are wrapped: the query builder's, the driver's, the system's. */
const DEPTH_MAX = 5;

/** Whether the database was the reason, in this error or in what it was caused by. Takes whatever was thrown. */
export function isOutage(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > DEPTH_MAX) return false;
  const { code, syscall, message, cause, errors } = error as Readonly<Record<string, unknown>>;
  if (typeof code === 'string' && isOutageCode(code, syscall)) return true;
  if (typeof message === 'string' && DRIVER.test(message)) return true;
  // A name with several addresses fails with one error for each.
  const parts: readonly unknown[] = Array.isArray(errors) ? errors : [];
  return [cause, ...parts].some((part) => isOutage(part, depth + 1));
}

function isOutageCode(code: string, syscall: unknown): boolean {
  if (SYSTEM.includes(code)) return code !== 'ENOENT' || syscall === 'connect';
  return /^[0-9A-Z]{5}$/.test(code) && STATES.some((state) => code.startsWith(state));
}

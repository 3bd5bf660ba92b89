import type { Logger } from 'pino';
import type { Config } from '../config';

/** Each is a pool of its own; `start` has both. */
export type Half = 'api' | 'worker';

/** The API listens on one connection for the answers that it holds back. */
const LISTENING: Readonly<Record<Half, number>> = { api: 1, worker: 0 };

/**
 * Returns the most connections to PostgreSQL that a process with these halves opens, such as 41 for both by default.
 */
export function connectionsMax(
  limits: Pick<Config['limits'], 'databaseConnections'>,
  halves: readonly Half[],
): number {
  return halves.reduce((sum, half) => sum + limits.databaseConnections + LISTENING[half], 0);
}

/** Writes one line of the log at the start, for whoever adds up what PostgreSQL's `max_connections` must allow. */
export function sayConnections(log: Logger, { limits }: Config, halves: readonly Half[]): void {
  const connections = connectionsMax(limits, halves);
  log.info({ connections }, 'this process opens at most so many connections to PostgreSQL');
}

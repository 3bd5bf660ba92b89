import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** What a pool of connections says of itself at any moment. */
export interface PoolCounts {
  totalCount: number;
  idleCount: number;
  waitingCount: number;
}

/** Makes the gauges of the pools of a process, by name; they are read at each scrape. */
export function createPoolGauges(
  register: Registry,
  pools: Readonly<Record<string, PoolCounts>>,
): void {
  const gauge = (name: string, help: string, read: (pool: PoolCounts) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['pool'],
      registers: [register],
      collect() {
        for (const [pool, counts] of Object.entries(pools)) this.set({ pool }, read(counts));
      },
    });
  gauge(
    'reelay_database_connections_in_use',
    'Connections to PostgreSQL that are in use.',
    ({ totalCount, idleCount }) => totalCount - idleCount,
  );
  gauge(
    'reelay_database_connections_idle',
    'Connections to PostgreSQL that are open and idle.',
    ({ idleCount }) => idleCount,
  );
  gauge(
    'reelay_database_waiting',
    'Statements and transactions that wait for a connection.',
    ({ waitingCount }) => waitingCount,
  );
}

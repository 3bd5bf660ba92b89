import { Client } from 'pg';

/**
 * One connection that listens on one channel. It is opened by the first `ensure` and again by the next one after it
 * was lost; whoever relies on its messages must be able to miss some.
 */
export interface Listener {
  ensure(): void;
  close(): Promise<void>;
}

export function createListener(
  url: string,
  channel: string,
  on: { message(payload: string): void; error(error: Error): void },
): Listener {
  let current: Client | undefined;
  let isClosed = false;
  return {
    ensure() {
      if (current || isClosed) return;
      const client = new Client({
        connectionString: url,
        application_name: 'reelay-listen',
        connectionTimeoutMillis: 5_000,
        keepAlive: true,
      });
      current = client;
      const lose = (error?: Error): void => {
        if (current !== client) return;
        current = undefined;
        if (error) on.error(error);
        client.end().catch(() => undefined);
      };
      client.on('error', lose);
      client.on('end', () => {
        lose();
      });
      client.on('notification', ({ payload }) => {
        if (payload) on.message(payload);
      });
      client
        .connect()
        .then(() => client.query(`LISTEN ${client.escapeIdentifier(channel)}`))
        .catch(lose);
    },
    async close() {
      isClosed = true;
      const client = current;
      current = undefined;
      await client?.end().catch(() => undefined);
    },
  };
}

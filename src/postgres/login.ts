import { Client } from 'pg';

/** A login to our own server on this machine. */
export interface Login {
  user: string;
  password: string;
  port: number;
  database: string;
}

const CONNECT_MS = 5_000;

/**
 * Returns a login as a URL, `postgres://<user>:<password>@127.0.0.1:5432/<database>?sslmode=disable`. `sslmode` is
 * named because PGSSLMODE of the environment would count otherwise.
 */
export function urlOf({ user, password, port, database }: Login): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`;
}

/** Opens one connection for the time of `use` and closes it whatever happens. */
export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'reelay-launcher',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
  });
  // A server that ends while we are connected is told by the query; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

export async function canLogIn(login: Login): Promise<boolean> {
  try {
    await withClient(urlOf(login), (client) => client.query('SELECT 1'));
    return true;
  } catch {
    return false;
  }
}

/** Asks the server for its version as Postgres spells it, such as `18.4`. */
export async function serverVersion(url: string): Promise<string> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ server_version: string }>('SHOW server_version'),
  );
  return rows[0]?.server_version ?? 'unknown';
}

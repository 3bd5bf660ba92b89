import { Client } from 'pg';

/** One connection for the time of `use`; closed whatever happens. */
export async function withDatabase<T>(
  url: string,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'reelay-bench' });
  client.on('error', () => undefined); // The query tells it.
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Runs one statement on a connection of its own and answers its rows. */
export async function execute<Row extends object>(
  url: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return withDatabase(
    url,
    async (client) => (await client.query<Row>(statement, [...values])).rows,
  );
}

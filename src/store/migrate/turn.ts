import { Client } from 'pg';
import { waitFor } from '../../host/wait';

/** Any constants; all of our processes of all releases must agree on them. */
export const TURNS = { migration: 7_233_018, engine: 7_233_019 } as const;
export type Turn = (typeof TURNS)[keyof typeof TURNS];

const POLL_MS = 100;

/**
 * The function runs `work` while no other process of this database is in the same turn. It throws one sentence when the
 * turn does not come within `timeoutMs`. The session's end gives the turn back, also after a kill.
 */
export async function inTurn<Result>(
  url: string,
  turn: Turn,
  timeoutMs: number,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'reelay-migrate' });
  await client.connect();
  try {
    await takeTurn(client, turn, timeoutMs);
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A statement that waited inside the server would hold a snapshot, and CREATE INDEX CONCURRENTLY waits for those. */
async function takeTurn(client: Client, turn: Turn, timeoutMs: number): Promise<void> {
  const isTaken = await waitFor(
    async () => {
      const { rows } = await client.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS taken',
        [turn],
      );
      return rows[0]?.taken || undefined;
    },
    { timeoutMs, everyMs: POLL_MS },
  );
  if (isTaken) return;
  const what = turn === TURNS.migration ? 'migrating the database' : 'preparing the namespace';
  throw new Error(
    `another process has been ${what} for ${Math.round(timeoutMs / 1_000)} s; see pg_stat_activity for "reelay-migrate"`,
  );
}

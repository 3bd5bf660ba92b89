import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../src/host/wait';
import type { BenchGateway } from '../parts/gateway';
import { withDatabase } from '../parts/database';

/** Jobs under way, callbacks that were not yet received, results that were not yet copied. */
const OPEN = `
  SELECT (SELECT count(*) FROM jobs WHERE finished_at IS NULL)
       + (SELECT count(*) FROM deliveries WHERE state = 'pending')
       + (SELECT count(*) FROM keeps WHERE finished_at IS NULL AND gave_up_at IS NULL) AS open`;
const QUIET_MS = 120_000;
const POLL_MS = 200;
/** The engine closes the last workflow a moment after its last row was written. */
const CLOSING_MS = 300;

/** Resolves when nothing of the gateway's is under way any more, so that the next phase has the machine for itself. */
export async function waitQuiet({ databaseUrl }: BenchGateway): Promise<void> {
  await withDatabase(databaseUrl, async (client) => {
    const isQuiet = await waitFor(
      async () => {
        const { rows } = await client.query<{ open: string }>(OPEN);
        return rows[0]?.open === '0' || undefined;
      },
      { timeoutMs: QUIET_MS, everyMs: POLL_MS },
    );
    if (!isQuiet) throw new Error('the gateway did not come to rest between two phases');
  });
  await sleep(CLOSING_MS);
}

import type { ActivityDeps } from '../../activities';
import { keep } from '../../activities/keep';
import { createPlaces } from '../../activities/places';
import {
  NOW,
  SUCCEEDED,
  acceptedAttempt,
  createdJob,
  newJob,
  settle,
  useTestDatabase,
} from '../support/database';

/** A copy that cannot be made has an end that is written on its row. */

const database = useTestDatabase();

const HOUR = 3_600_000;

/** A provider that answers no link, at that moment. */
function away(now: number, lines: string[]): ActivityDeps {
  const deps = {
    store: database.store,
    catalog: { channel: () => undefined },
    places: createPlaces(),
    outbound: { open: () => Promise.reject(new Error('the provider is away')) },
    waits: { keepForMs: 23 * HOUR, keepTimeoutMs: 1_000 },
    limits: { resultBytesMax: 1_000, copiesAtOnce: 2 },
    now: () => now,
    log: {
      error: (line: object, text: string) => void lines.push(`${text} ${JSON.stringify(line)}`),
      warn: () => undefined,
    },
  };
  return deps as unknown as ActivityDeps; // the parts that a copy uses
}

test('a copy that is tried in vain for keepForMs gives up on its row, is logged once, and is tried no more', async () => {
  const job = await createdJob(database, newJob(database.workspace));
  const attempt = await acceptedAttempt(database, job);
  const look = { verdict: SUCCEEDED, reply: undefined, now: NOW };
  await database.store.attempts.recordLook(attempt.id, look);
  await settle(database, job.id, { kind: 'verdict' }, NOW);
  const lines: string[] = [];
  const at = (now: number) => keep(away(now, lines))({ jobId: job.id });
  await expect(at(NOW + HOUR)).rejects.toThrow('the provider is away');
  expect(await at(NOW + 23 * HOUR)).toEqual({ kept: 0 });
  const ends = lines.filter((line) => line.startsWith('the copy of a result is given up'));
  expect(ends).toEqual([expect.stringContaining(job.id)]);
  expect(await database.store.operations.keep(job.id)).toMatchObject({
    state: 'gave_up',
    because: expect.stringContaining('the provider is away'),
  });
  expect(await at(NOW + 24 * HOUR)).toEqual({ kept: 0 });
  // Another round has its own time.
  expect(await database.store.operations.reopenKeep(job.id, NOW + 48 * HOUR)).toBe(true);
  await expect(at(NOW + 49 * HOUR)).rejects.toThrow('the provider is away');
});

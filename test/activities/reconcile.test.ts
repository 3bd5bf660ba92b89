import { submit } from '../../activities/submit';
import type { ActivityDeps } from '../../activities';
import { failure } from '../../src/core/errors';
import type { Attempt } from '../../src/core/provider/attempt';
import { NOW, createdJob, newAttempt, newJob, useTestDatabase } from '../support/database';
import { sweepDeps } from '../support/sweep-deps';

/**
 * A submit in doubt is looked up for the whole window, counted from when somebody was there to doubt: not from a
 * deadline that passed while everything was down, or before a frozen worker wrote its row.
 */

const database = useTestDatabase();

/** Hours after the send deadline of `newAttempt`. */
const FOUND_AT = NOW + 3 * 3_600_000;

async function opened(): Promise<Attempt> {
  const job = await createdJob(database, newJob(database.workspace));
  const attempt = await database.store.attempts.open(newAttempt(job, { channel: job.id }));
  if (!attempt) throw new Error('not opened');
  return attempt;
}

/** The next try of the activity, at a provider that cannot be asked by our own id. */
function nextTry({ jobId, number }: Attempt, now: number) {
  const deps = {
    ...sweepDeps(database, { now }),
    catalog: { channel: () => undefined } as unknown as ActivityDeps['catalog'],
  };
  return { waits: deps.waits, result: submit(deps)({ jobId, number }) };
}

const IN_DOUBT = {
  type: 'ProviderPending',
  message: expect.stringContaining('in doubt') as string,
};
const GIVEN_UP = { state: 'ended', ruling: { kind: 'failure', code: 'submission_unknown' } };

test('a submit found hours later is looked up for the whole window, and then given up', async () => {
  const attempt = await opened();
  const first = nextTry(attempt, FOUND_AT);
  await expect(first.result).rejects.toMatchObject(IN_DOUBT);
  const end = FOUND_AT + first.waits.unknownMs;
  await expect(nextTry(attempt, end - 1).result).rejects.toMatchObject(IN_DOUBT);
  await expect(nextTry(attempt, end).result).resolves.toEqual(GIVEN_UP);
});

test('a worker that was frozen before its send is heard when it says that it sent nothing', async () => {
  const attempt = await opened();
  await expect(nextTry(attempt, FOUND_AT).result).rejects.toMatchObject(IN_DOUBT);
  await database.store.attempts.recordSubmit(
    attempt.id,
    { state: 'refused', scope: 'retry', failure: failure('provider_unreachable') },
    FOUND_AT,
    attempt.sends,
  );
  const [row] = await database.sql('SELECT in_doubt_since FROM jobs WHERE id = $1', [
    attempt.jobId,
  ]);
  expect(row).toEqual({ in_doubt_since: null });
  // Refused and no longer in doubt, it ends by the job's deadline and not as unknown.
  await expect(nextTry(attempt, FOUND_AT).result).resolves.toEqual({
    state: 'ended',
    ruling: { kind: 'failure', code: 'timed_out' },
  });
});

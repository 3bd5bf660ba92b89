import { pino } from 'pino';
import type { Principal } from '../../src/core/api/principal';
import { GatewayError } from '../../src/core/errors';
import type { Job } from '../../src/core/job/job';
import type { Store } from '../../src/core/ports/store/store';
import { createHold, createHoldCreated, type HeldJob } from '../../src/gateway/wait';

/** Two may wait; the database is played. */
function room() {
  const waiters: { jobId: string; ms: number; leave: (isReached: boolean) => void }[] = [];
  let reads = 0;
  const store = {
    changes: {
      wait: (jobId: string, _until: string, ms: number) =>
        new Promise<boolean>((leave) => waiters.push({ jobId, ms, leave })),
    },
  } as unknown as Store;
  const deps = { store, waits: { providerReplyMs: 9 }, limits: { heldRequests: 2 } };
  const hold = createHold(deps, async (_, id) => {
    reads += 1;
    return { id, progress: reads } as Job;
  });
  const wait = (id: string, ms?: number): Promise<HeldJob> =>
    hold({} as Principal, id, 'ended', {
      ...(ms === undefined ? {} : { ms }),
      signal: new AbortController().signal,
    });
  return { waiters, wait };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('whoever comes after the last that may wait gets the job as it is, and a place that is left is taken again', async () => {
  const { waiters, wait } = room();
  const held = [wait('a', 5), wait('b')];
  await turn();
  expect(waiters.map(({ jobId, ms }) => [jobId, ms])).toEqual([
    ['a', 5],
    ['b', 9],
  ]);
  expect(await wait('c')).toEqual({ job: expect.objectContaining({ id: 'c' }), isHeld: false });
  expect(waiters).toHaveLength(2);
  waiters[0]?.leave(true);
  expect(await held[0]).toMatchObject({ job: { id: 'a' }, isHeld: true });
  const late = wait('d');
  await turn();
  expect(waiters).toHaveLength(3);
  for (const { leave } of waiters) leave(false);
  expect(await Promise.all([held[1], late])).toMatchObject([
    { job: { id: 'b' } },
    { job: { id: 'd' } },
  ]);
});

test.each<[string, Error, lines: number]>([
  ['deleted since', new GatewayError('not_found'), 0],
  ['out of reach with its database', new Error('connection refused'), 1],
])('a created job that is %s is no error to its creator', async (_, error, lines) => {
  const log: unknown[] = [];
  const logger = pino({}, { write: (line: string) => void log.push(JSON.parse(line)) });
  const holdCreated = createHoldCreated({ log: logger }, () => Promise.reject(error));
  const { signal } = new AbortController();
  expect(await holdCreated({} as Principal, 'job-1', 'ended', { signal })).toBeUndefined();
  expect(log).toEqual(Array(lines).fill(expect.objectContaining({ level: 40, jobId: 'job-1' })));
});

import { pino } from 'pino';
import { watchLate } from '../../src/attempts/late';
import type { ActivityDeps } from '../../activities/deps';
import type { Attempt } from '../../src/core/provider/attempt';

/** Verdicts that come too late are heard one by one: what is wrong with one job is nothing to the others. */

const accepted = (jobId: string): Attempt =>
  ({ id: jobId, jobId, channel: 'paper', state: 'accepted', operation: {} }) as Attempt;

test('a late verdict that cannot be stored keeps no other from being heard', async () => {
  const heard: string[] = [];
  const reply = { status: 200, headers: {}, body: Buffer.from('{}') };
  const deps = {
    store: {
      sweep: { takeLate: async () => [accepted('broken'), accepted('sound')] },
      attempts: {
        async recordLook(id: string) {
          if (id === 'broken') throw new Error('no row');
          heard.push(id);
          return [];
        },
      },
    },
    catalog: {
      channel: () => ({
        channel: { baseUrl: 'http://127.0.0.1:9', credentials: {}, resultOrigins: [] },
        provider: {
          poll: () => ({ method: 'GET', target: { path: '/' }, headers: {} }),
          authorize: (call: unknown) => call,
          readPoll: () => ({ kind: 'verdict', verdict: { state: 'expired' } }),
        },
      }),
    },
    outbound: { call: async () => ({ kind: 'reply', reply, durationMs: 1 }) },
    waits: { lateLookMs: 1, exchangeMs: 1_000 },
    limits: { lateLooks: 20, replyBytesMax: 1_000 },
    now: () => 0,
    log: pino({ level: 'silent' }),
  } as unknown as ActivityDeps;
  expect(await watchLate(deps)).toBe(1);
  expect(heard).toEqual(['sound']);
});

import { failure } from '../../src/core/errors';
import type { CallResult } from '../../src/core/ports/outbound';
import type { SubmitReading } from '../../src/core/provider/provider';
import { signOf } from '../../src/core/health/sign';

/** A submit counts for or against its channel only for reasons of the channel: not the request's fault, nor our own. */

const SLOW_MS = 45_000;
const reply = (status: number, durationMs = 10): CallResult => ({
  kind: 'reply',
  reply: { status, headers: {}, body: Buffer.from('{}') },
  durationMs,
});
const refused = (change: Partial<Extract<SubmitReading, { state: 'refused' }>>): SubmitReading => ({
  state: 'refused',
  scope: 'retry',
  failure: failure('provider_error'),
  ...change,
});
const accepted: SubmitReading = { state: 'accepted', operation: { taskId: '1' } };
const unknown: SubmitReading = { state: 'unknown', detail: 'reset' };
const notSent = (reason: 'connect' | 'deadline'): CallResult => ({
  kind: 'not_sent',
  reason,
  detail: reason,
});
const noReply = (reason: 'timeout' | 'aborted'): CallResult => ({
  kind: 'no_reply',
  reason,
  detail: reason,
});

test.each<[what: string, reading: SubmitReading, result: CallResult, sign: string | undefined]>([
  ['an accept', accepted, reply(200), 'good'],
  ['an accept that took too long', accepted, reply(200, SLOW_MS), 'bad'],
  ['a refusal of the request', refused({ scope: 'final' }), reply(400), 'good'],
  ['a full account', refused({ until: 'slot' }), reply(429), 'busy'],
  ['too many requests', refused({}), reply(429), 'busy'],
  ['an account that is denied', refused({ scope: 'channel' }), reply(403), 'bad'],
  ['an overload', refused({}), reply(503), 'bad'],
  ['a host that is not reached', refused({ until: 'reached' }), notSent('connect'), 'bad'],
  ['a deadline of ours before a byte was sent', refused({}), notSent('deadline'), undefined],
  ['a submit in doubt', unknown, noReply('timeout'), 'bad'],
  ['an answer that leaves the submit in doubt', unknown, reply(500), 'bad'],
  ['a stop of ours', unknown, noReply('aborted'), undefined],
])('%s', (_, reading, result, sign) => {
  expect(signOf(reading, result, { slowMs: SLOW_MS })).toBe(sign);
});

test('a server of one’s own may answer a create when the video is made', () => {
  const own = { slowMs: SLOW_MS, selfHosted: true };
  expect(signOf(accepted, reply(200, 10 * SLOW_MS), own)).toBe('good');
  // What else it says counts as ever.
  expect(signOf(unknown, reply(500), own)).toBe('bad');
  expect(signOf(refused({}), reply(503), own)).toBe('bad');
});

import { DEADLINE_MARGIN_SECONDS, deadlineSecondsOf } from '../../src/core/job/deadline';

/** No job is given up while the provider may still render it and bill it, unless the operator says so. */

const MODEL = { deadlineSeconds: 7_200, tierDeadlineSeconds: { flex: 174_600 } };
const MARGIN = DEADLINE_MARGIN_SECONDS;

test.each<[what: string, asked: Parameters<typeof deadlineSecondsOf>[1], seconds: number]>([
  ['nothing', {}, 7_200],
  ['the usual tier', { serviceTier: 'default' }, 7_200],
  ['a slow tier', { serviceTier: 'flex' }, 174_600],
  ['an expiry that the model’s own patience covers', { expiresAfterSeconds: 3_600 }, 7_200],
  ['an expiry beyond it', { expiresAfterSeconds: 7_200 }, 7_200 + MARGIN],
  ['one of two days', { expiresAfterSeconds: 172_800 }, 172_800 + MARGIN],
  ['one of an hour in a slow tier', { serviceTier: 'flex', expiresAfterSeconds: 3_600 }, 174_600],
  [
    'one of three days in a slow tier',
    { serviceTier: 'flex', expiresAfterSeconds: 259_200 },
    259_200 + MARGIN,
  ],
])('a request for %s is waited for as long as it may take', (_, asked, seconds) => {
  expect(deadlineSecondsOf(MODEL, asked)).toBe(seconds);
  expect(deadlineSecondsOf({ deadlineSeconds: 60 }, { serviceTier: 'flex' })).toBe(60);
});

test.each([{}, { serviceTier: 'flex' }, { expiresAfterSeconds: 259_200 }])(
  'the operator’s word stands over %j',
  (asked) => expect(deadlineSecondsOf(MODEL, asked, 30)).toBe(30),
);

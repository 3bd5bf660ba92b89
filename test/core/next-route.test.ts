import type { FrozenRoute } from '../../src/core/job/job';
import { nextRoute, resubmitRoute, withResubmits } from '../../src/core/job/next-route';

/** Which way is tried after another: for a refusal the next that was chosen, for a job that its own server lost a further one. */

const way = (channel: string, selfHosted = false): FrozenRoute => ({
  ...{ channel, provider: 'openai', model: 'self-hosted' },
  ...(selfHosted ? { selfHosted: true as const } : {}),
});
type Routes = [FrozenRoute, ...FrozenRoute[]];
const shown = (routes: readonly FrozenRoute[]): string =>
  routes.map(({ channel, resubmit }) => `${channel}${resubmit ? '*' : ''}`).join(' ');

test.each<[says: string, routes: Routes, resubmits: number, all: string]>([
  ["no server of one's own, no further way", [way('paid'), way('other')], 2, 'paid other'],
  ['one server gets it again', [way('a', true)], 2, 'a a* a*'],
  ['another server is asked first', [way('a', true), way('b', true)], 2, 'a b b* a*'],
  ['a paid channel is never a further way', [way('a', true), way('paid')], 2, 'a paid a* a*'],
  [
    'nor a server twice while there are others',
    [way('a', true), way('b', true), way('c', true)],
    2,
    'a b c b* c*',
  ],
  ['none where the operator wants none', [way('a', true)], 0, 'a'],
])('%s', (_, routes, resubmits, all) => {
  expect(shown(withResubmits(routes, resubmits))).toBe(all);
});

const MIXED = { routes: withResubmits([way('a', true), way('paid'), way('b', true)], 2) };

test('a refusal goes on to the ways that were chosen, and to no further one', () => {
  expect(shown(MIXED.routes)).toBe('a paid b b* a*');
  const after = [1, 2, 3, 4, 5].map((number) => nextRoute(MIXED, number)?.channel);
  // Who was lost once may be refused as well: then the rest of the further ways are his.
  expect(after).toEqual(['paid', 'b', undefined, 'a', undefined]);
});

test('a lost job goes on to a further way, unless a provider that is paid has lost it', () => {
  const after = [1, 2, 3, 4, 5].map((number) => resubmitRoute(MIXED, number)?.number);
  expect(after).toEqual([4, undefined, 4, 5, undefined]);
});

test('a job from before has none', () => {
  expect(resubmitRoute({ routes: [way('a')] }, 1)).toBeUndefined();
  expect(nextRoute({ routes: [way('a')] }, 1)).toBeUndefined();
});

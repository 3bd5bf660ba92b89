import { CLOSED, probing, told } from '../../src/core/health/breaker';

import { NOW, useTestDatabase } from '../support/database';

/** The breaker of a channel is one row: however many processes change it at once, each change counts once. */

const database = useTestDatabase();
const RULES = {
  breakerWindowMs: 60_000,
  breakerOpenMs: 30_000,
  breakerOpenMaxMs: 600_000,
  breakerProbeMs: 120_000,
  breakerSubmits: 20,
  breakerPercent: 50,
};
const bad = (count: number) => new Map([['one', { good: 0, bad: count, busy: 0 }]]);
const AT_ONCE = Array.from({ length: 20 });

test('signs that come from many processes at once are all counted, and the breaker opens with the last', async () => {
  const { health } = database.store;
  expect(await health.all()).toEqual(new Map());
  const changes = await Promise.all(
    AT_ONCE.map(() => health.change('a', (breaker) => told(breaker, bad(1), RULES, NOW))),
  );
  expect(changes.filter(({ after }) => after?.openUntil !== undefined)).toHaveLength(1);
  expect((await health.all()).get('a')).toMatchObject({ openUntil: NOW + 30_000, trips: 1 });
});

test('a probe is claimed by one of many', async () => {
  const { health } = database.store;
  const open = told(CLOSED, bad(20), RULES, NOW);
  await health.change('b', () => open);
  const claims = await Promise.all(
    AT_ONCE.map(() => health.change('b', (breaker) => probing(breaker, RULES, NOW + 30_000))),
  );
  expect(claims.filter(({ after }) => after !== undefined)).toHaveLength(1);
});

import { overBudget, spansOf } from '../../src/core/money/budgets';
import { shortage } from '../../src/gateway/shortage';

/** Which budget a price does not fit into, when it begins anew, and what a caller is told. */

const at = (text: string): number => Date.parse(text);
const text = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

test.each([
  ['2026-11-29T18:00:00Z', '2026-11-29', '2026-11-30', '2026-11-01', '2026-12-01'],
  ['2026-12-31T23:59:59.999Z', '2026-12-31', '2027-01-01', '2026-12-01', '2027-01-01'],
  ['2027-01-01T00:00:00Z', '2027-01-01', '2027-01-02', '2027-01-01', '2027-02-01'],
  ['2028-02-29T00:00:00Z', '2028-02-29', '2028-03-01', '2028-02-01', '2028-03-01'],
])('the day and the month of %s', (now, day, nextDay, month, nextMonth) => {
  const spans = spansOf(at(now));
  expect([spans.day.from, spans.day.until].map(text)).toEqual(
    [day, nextDay].map((date) => `${date}T00:00:00`),
  );
  expect([spans.month.from, spans.month.until].map(text)).toEqual(
    [month, nextMonth].map((date) => `${date}T00:00:00`),
  );
});

const NOW = at('2026-11-29T18:00:00Z');
const POINT = 1_000_000n;
const points = (count: number | null) => (count === null ? null : BigInt(count) * POINT);
type Three<Value> = [ever: Value, day: Value, month: Value];

test.each<[of: 'key' | 'workspace', Three<number | null>, Three<number>, string | undefined]>([
  ['key', [null, null, null], [9, 9, 9], undefined],
  ['key', [5, 5, 5], [0, 0, 0], undefined],
  ['key', [5, null, null], [1, 0, 0], 'the budget of this API key has 4 left.'],
  [
    'key',
    [null, 8, null],
    [90, 5, 90],
    "the day's budget of this API key has 3 left; it begins anew at 2026-11-30T00:00:00Z.",
  ],
  [
    'workspace',
    [null, null, 8],
    [90, 5, 90],
    "the month's budget of this workspace has 0 left; it begins anew at 2026-12-01T00:00:00Z.",
  ],
  ['workspace', [8, 8, 8], [5, 5, 5], 'the budget of this workspace has 3 left.'],
])('of a %s with %j, of which %j are used, 5 points are told: %s', (of, bounds, uses, told) => {
  const [budget, budgetDay, budgetMonth] = bounds.map(points) as Three<bigint | null>;
  const [ever, day, month] = uses.map(points) as Three<bigint>;
  const use = { budgets: { budget, budgetDay, budgetMonth }, used: { ever, day, month } };
  const price = 5n * POINT;
  const short = overBudget(of, use, { price, now: NOW });
  expect(short && shortage(short, price).message).toBe(
    told && `This request needs 5 points; ${told}`,
  );
});

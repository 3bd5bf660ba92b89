import { z } from 'zod';
import { given, maybe } from '../../core/json/fields';
import type { Usage } from '../../core/job/outcome';
import { formatPoints, parsePoints } from '../../core/money/pricing';

/** What Kling says that a task costs: units of a pack, or money of a balance. */

const DECIMAL = /^\d{1,12}(\.\d{1,6})?$/;

/** The schema of an amount, which is a text on the pages; one that is odd is not told. */
export const amount = maybe(
  z.union([z.string(), z.number().transform(String)]).pipe(z.string().regex(DECIMAL)),
);

export type Charges = Pick<Usage, 'units' | 'cost'>;

export interface Charge {
  amount?: string | undefined;
  currency?: string | undefined;
}

/** Adds up what was told in units and in money; money of several currencies is no one amount, and not told. */
export function chargesOf(units: readonly Charge[], money: readonly Charge[]): Charges {
  const currencies = new Set(money.map(({ currency }) => currency));
  const [currency] = currencies;
  const paid = currencies.size === 1 ? sumOf(money) : undefined;
  return given({
    units: sumOf(units),
    cost: paid === undefined ? undefined : { amount: paid, ...given({ currency }) },
  });
}

/** Adds decimal texts as points are added, exactly. Undefined where none is told. */
function sumOf(charges: readonly Charge[]): string | undefined {
  const told = charges.flatMap(({ amount: text }) => text ?? []);
  if (told.length === 0) return undefined;
  return formatPoints(told.reduce((sum, text) => sum + parsePoints(text), 0n));
}

/** Says whether something was taken: a job that failed tells its charges only then. */
export const isCharged = ({ units = '0', cost }: Charges): boolean =>
  units !== '0' || (cost !== undefined && cost.amount !== '0');

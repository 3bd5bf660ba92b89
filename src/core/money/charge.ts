import Big from 'big.js';
import type { Usage } from '../job/outcome';
import { formatPoints } from './pricing';
import type { Decimal, Quantities } from './rates';
import { POINTS, price } from './terms';
import type { FrozenPrice } from './terms';
import { isZeroText } from './told-usage';

/** A job's price as it was frozen at its create, with what its settle needs beside it. */
export interface JobPricing extends FrozenPrice {
  /** What was told the caller is final, whatever the provider reports: a redeemed quote, or an API that says so. */
  isFixed: boolean;
  /** How much of the hold may be charged beyond it, where more was used. */
  overHoldShare: Decimal;
}

/** What a provider reported of an end, and whether it was the model that decided the length. */
export interface Reported {
  usage: Usage | undefined;
  isLengthOpen: boolean;
}

/**
 * Says by what a cost is known: the provider's money, units or tokens, what was asked for (`applied`), or an `end` for which no
 * provider takes anything.
 */
export type ToldBy = 'money' | 'units' | 'tokens' | 'applied' | 'end';

/**
 * Returns the micro-points of what was used in fact: the frozen terms, with the reported tokens, units or money in the
 * place of the estimate. Undefined where the terms cannot be turned into points.
 */
export function usedPrice(frozen: FrozenPrice, reported: Reported): bigint | undefined {
  const { terms } = frozen;
  const { usage } = reported;
  const isOurs = tokensTold(frozen, usage) === undefined && unitsTold(frozen, usage) === undefined;
  const told = isOurs ? moneyTold(frozen, usage) : undefined;
  if (told !== undefined) return price(inMoney(frozen), { ...frozen.used, sum: told }).points;
  return price(terms, usedIn(frozen, reported)).points;
}

/** What an end cost the operator's account. */
export interface Cost {
  /** ISO 4217; absent where nobody has named one. */
  currency?: string;
  amount: Decimal;
  /** Micro-points; null where nobody has said what the currency is worth in points. */
  points: bigint | null;
  by: ToldBy;
}

/**
 * Returns what an end cost, by the best that is known of it: the provider's own money, its units, its tokens, or else what
 * was asked for. `frozen` is undefined where no list price is known. Undefined = not known, which is not zero.
 */
export function costOfEnd(frozen: FrozenPrice | undefined, reported: Reported): Cost | undefined {
  const money = reported.usage?.cost;
  if (money) {
    const isSame = frozen && frozen.terms.currency === money.currency;
    const points = isSame
      ? price(inMoney(frozen), { ...frozen.used, sum: money.amount }).points
      : undefined;
    return { ...money, points: points ?? null, by: 'money' };
  }
  if (!frozen) return undefined;
  const { amount, points } = price(frozen.terms, usedIn(frozen, reported));
  const by = unitsTold(frozen, reported.usage)
    ? 'units'
    : tokensTold(frozen, reported.usage) !== undefined
      ? 'tokens'
      : 'applied';
  return { currency: frozen.terms.currency, amount, points: points ?? null, by };
}

/** Money that is told is what is paid: neither in units nor before the account's discount. */
const inMoney = ({ terms: { perUnit: _, accountTimes: __, ...terms } }: FrozenPrice) => terms;

function usedIn(frozen: FrozenPrice, { usage, isLengthOpen }: Reported): Quantities {
  const sum = unitsTold(frozen, usage);
  const tokens = tokensTold(frozen, usage);
  const seconds = isLengthOpen ? counted(usage?.seconds) : undefined;
  const inputSeconds = frozen.used.inputSeconds > 0 ? counted(usage?.inputSeconds) : undefined;
  return {
    ...frozen.used,
    ...(sum === undefined ? {} : { sum }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(inputSeconds === undefined ? {} : { inputSeconds }),
  };
}

/** An account that pays in money may be told 0 units beside it, which says nothing. */
function unitsTold({ terms }: FrozenPrice, usage: Usage | undefined): Decimal | undefined {
  const isBesideMoney = usage?.cost !== undefined && isZeroText(usage.units);
  return terms.perUnit === undefined || isBesideMoney ? undefined : usage?.units;
}

const tokensTold = ({ terms }: FrozenPrice, usage: Usage | undefined): number | undefined =>
  terms.rates.perMillionTokens === undefined ? undefined : counted(usage?.tokens);

function moneyTold({ terms }: FrozenPrice, usage: Usage | undefined): Decimal | undefined {
  const { currency } = terms;
  return currency !== POINTS && usage?.cost?.currency === currency ? usage.cost.amount : undefined;
}

/** A number that is none, or below zero, says nothing. */
function counted(number: number | undefined): number | undefined {
  if (number === undefined || !(number >= 0)) return undefined;
  return Math.min(number, Number.MAX_SAFE_INTEGER);
}

/** Returns the most that a job may be charged: its hold and a share of it, in micro-points. */
export const chargedMost = (hold: bigint, share: Decimal): bigint =>
  hold + BigInt(new Big(hold.toString()).times(share).round(0, Big.roundDown).toFixed(0));

/** Says what a person should know of an end that used more than was charged; undefined where it did not. */
export function uncollectedText(used: bigint, charged: bigint): string | undefined {
  if (used <= charged) return undefined;
  const [all, paid, rest] = [used, charged, used - charged].map(formatPoints);
  return `used ${all ?? ''} points, charged ${paid ?? ''}, not charged ${rest ?? ''}`;
}

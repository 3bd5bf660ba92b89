import type { Failure } from '../errors';
import type { FinalVerdict } from '../job/outcome';
import type { Attempt } from '../provider/attempt';
import type { BilledEnds } from '../request/capabilities';
import { costOfEnd } from './charge';
import type { Cost } from './charge';
import type { FrozenPrice } from './terms';
import { toldUsage } from './told-usage';

/** An attempt as far as its cost depends on it. */
export interface EndedAttempt extends Pick<Attempt, 'state'> {
  verdict?: FinalVerdict | null | undefined;
  /** What the provider charges for beside a video. */
  billed: BilledEnds;
  /** The price of its route for the operator; undefined where no list price is known. */
  cost: FrozenPrice | undefined;
  isLengthOpen: boolean;
}

/** What an end costs for which the provider takes nothing. */
export const NOTHING: Cost = { amount: '0', points: 0n, by: 'end' };

/**
 * Returns what the end of an attempt costs the operator: nothing where no provider has made a job, or none bills such an
 * end. Undefined where nobody knows: the provider may have made it and has not said, or no list price is known.
 */
export function costOf(attempt: EndedAttempt | undefined): Cost | undefined {
  if (!attempt || attempt.state === 'refused') return NOTHING;
  const { verdict, cost, isLengthOpen } = attempt;
  if (!verdict) return undefined;
  const usage = toldUsage(verdict);
  // A provider that tells a charge has made one, whatever it usually bills.
  const isTold = usage?.units !== undefined || usage?.cost !== undefined;
  if (!isTold && !isBilled(verdict, attempt.billed) && !isUndelivered(verdict)) return NOTHING;
  return costOfEnd(cost, { usage, isLengthOpen });
}

/** Says whether the provider charges for an end. What it counts as a success and did not deliver is no charge of ours. */
export function isBilled(verdict: FinalVerdict, billed: BilledEnds): boolean {
  switch (verdict.state) {
    case 'succeeded':
      return true;
    case 'failed':
      return !isUndelivered(verdict) && billed[refusalOf(verdict.failure)];
    case 'canceled':
      return billed.canceled && verdict.unbegun !== true;
    case 'expired':
      return false;
  }
}

const isUndelivered = (verdict: FinalVerdict): boolean =>
  verdict.state === 'failed' && verdict.undelivered === true;

const refusalOf = ({ code }: Failure): 'rejected' | 'failed' =>
  code === 'content_rejected' ? 'rejected' : 'failed';

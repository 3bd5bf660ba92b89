import { failure } from '../errors';
import type { Failure } from '../errors';
import { usedPrice } from '../money/charge';
import type { JobPricing } from '../money/charge';
import { costOf, isBilled } from '../money/end-cost';
import type { EndedAttempt } from '../money/end-cost';
import type { Cost } from '../money/charge';
import { toldUsage, zeroText } from '../money/told-usage';
import type { SettleReason } from '../ports/store/jobs';
import type { Job, TerminalState } from './job';
import type { FinalVerdict } from './outcome';

/** How a job ends, before its points are moved. */
export interface End extends Pick<Job, 'outputs' | 'usage' | 'made' | 'failure'> {
  state: TerminalState;
  /** Micro-points of what was used, by the job's frozen terms. It may be more than the hold. */
  used: bigint;
  /** What it cost the operator's account; undefined where nobody knows. */
  cost: Cost | undefined;
  /** What a person should look at in the bill; undefined where there is nothing. */
  review: string | undefined;
}

/** A job as far as its end depends on it. */
export interface OpenJob {
  /** The hold, in micro-points. */
  price: bigint;
  /** What the price was made from; null in jobs of older releases, which cost their price. */
  pricing: JobPricing | null;
  ruling: Failure | null;
  isLengthOpen: boolean;
  /** Somebody has asked for its end: its caller, an operator, a parent workflow. */
  isCancelWished: boolean;
}

/**
 * The provider's own verdict wins over every other reason: a deadline of ours or a cancel that came too late never
 * turns a finished, billed video into a failure. A job that it canceled though nobody had asked was ended by a rule of its
 * own, such as a limit of time: its caller is told that it expired and pays nothing, and what it cost is ours.
 */
export function decide(job: OpenJob, attempt: EndedAttempt | undefined, reason: SettleReason): End {
  const cost = costOf(attempt);
  const verdict = attempt?.verdict;
  const told: FinalVerdict | null | undefined =
    verdict?.state === 'canceled' && !job.isCancelWished ? { state: 'expired' } : verdict;
  const shown = told ? shownOf(told) : unheard(job, reason);
  const isPaid = told != null && isBilled(told, attempt?.billed ?? NONE);
  const bill = isPaid ? billOf(job, told) : { used: 0n, review: undefined };
  return { ...shown, ...bill, cost };
}

const NONE = { canceled: false, rejected: false, failed: false };

type Bill = Pick<End, 'used' | 'review'>;

function billOf({ price, pricing, isLengthOpen }: OpenJob, verdict: FinalVerdict): Bill {
  if (!pricing || pricing.isFixed) return { used: price, review: undefined };
  const usage = toldUsage(verdict);
  const used = usedPrice(pricing, { usage, isLengthOpen }) ?? price;
  if (verdict.state !== 'succeeded') return { used, review: undefined };
  const asSaid = usedPrice(pricing, { usage: verdict.usage, isLengthOpen }) ?? price;
  return { used, review: asSaid === used ? undefined : zeroText(verdict.usage) };
}

type Shown = Omit<End, keyof Bill | 'cost'>;

const NO_VIDEO = { outputs: [], usage: undefined };

function shownOf(verdict: FinalVerdict): Shown {
  switch (verdict.state) {
    case 'succeeded': {
      const { state, outputs, usage, made } = verdict;
      return { state, outputs, usage, made, failure: undefined };
    }
    case 'failed':
      return { state: 'failed', outputs: [], failure: verdict.failure, usage: verdict.usage };
    case 'canceled':
      return { ...NO_VIDEO, state: 'canceled', failure: failure('canceled') };
    case 'expired':
      return { ...NO_VIDEO, state: 'expired', failure: failure('expired') };
  }
}

function unheard({ ruling }: Pick<OpenJob, 'ruling'>, reason: SettleReason): Shown {
  switch (reason.kind) {
    case 'verdict':
      throw new Error('settle was called for a verdict that is not stored');
    case 'failure':
      return { ...NO_VIDEO, state: 'failed', failure: reason.failure };
    case 'canceled':
      return { ...NO_VIDEO, state: 'canceled', failure: failure('canceled') };
    case 'unstarted':
      return { ...NO_VIDEO, state: 'canceled', failure: failure('not_started') };
    case 'ruled':
      return { ...NO_VIDEO, state: 'failed', failure: ruling ?? failure('internal') };
  }
}

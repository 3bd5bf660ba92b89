/**
 * A fault is something that can be made to go wrong. A prompt's token asks for it by name or, for the next requests of
 * anybody, `POST /_sim/faults`.
 */

/** These faults say how the job ends, or that it never does. */
export const OUTCOME_FAULTS = {
  fail: 'failed',
  policy: 'policy',
  expired: 'expired',
  stuck: 'stuck',
  /** The state says that it succeeded, and there is no link. */
  'done-no-output': 'succeeded',
} as const;

/** These faults disturb one HTTP exchange. What strikes `after` does so when the job exists. */
export const EXCHANGE_FAULTS = {
  'drop-after-accept': { strikes: 'after', act: 'drop' },
  'drop-before-accept': { strikes: 'before', act: 'drop' },
  '429': { strikes: 'before', act: '429' },
  '429-retry-after': { strikes: 'before', act: '429-retry-after' },
  '5xx': { strikes: 'before', act: '500' },
  html: { strikes: 'before', act: 'html' },
  slow: { strikes: 'after', act: 'delay' },
  /** The reply's own status and headers, and no body. */
  empty: { strikes: 'after', act: 'empty' },
  /** 202 and no body, whatever the reply's own status. */
  'empty-202': { strikes: 'after', act: 'empty-202' },
  /** The provider's own error of a server that is broken inside, with a status of success. */
  '200-error': { strikes: 'after', act: '200-error' },
  /** The first half of the reply. */
  truncated: { strikes: 'after', act: 'truncated' },
  /** The reply with every value of it of another kind. */
  'wrong-types': { strikes: 'after', act: 'wrong-types' },
  /** A redirect to the very address that was called, which makes whoever follows it ask twice. */
  redirect: { strikes: 'after', act: 'redirect' },
  /** The request is read and never answered. */
  hang: { strikes: 'after', act: 'hang' },
  /** The job without its status word. */
  'no-status': { strikes: 'after', act: 'no-status' },
  /** The job with a status word that nobody knows. */
  'unknown-status': { strikes: 'after', act: 'unknown-status' },
} as const;

export const CALLBACK_FAULTS = { 'callback-duplicate': 2, 'callback-missing': 0 } as const;

export const MEDIA_FAULTS = { 'link-expired': true } as const;

export const FAULTS = {
  ...OUTCOME_FAULTS,
  ...EXCHANGE_FAULTS,
  ...CALLBACK_FAULTS,
  ...MEDIA_FAULTS,
};
export type FaultName = keyof typeof FAULTS;
export type ExchangeFault = keyof typeof EXCHANGE_FAULTS;
export type ExchangeAct = (typeof EXCHANGE_FAULTS)[ExchangeFault]['act'];

export function isFault(name: unknown): name is FaultName {
  return typeof name === 'string' && Object.hasOwn(FAULTS, name);
}

export function isExchangeFault(name: FaultName | undefined): name is ExchangeFault {
  return name !== undefined && Object.hasOwn(EXCHANGE_FAULTS, name);
}

/**
 * What a call does: `submit` makes a job, `poll` shows one, `cancel` ends one or removes its record, `list` shows a page of
 * many.
 */
export const EXCHANGE_KINDS = ['submit', 'poll', 'cancel', 'list'] as const;
export type ExchangeKind = (typeof EXCHANGE_KINDS)[number];

/** Faults of what shows jobs: not every provider's answer to another call has what they leave out. */
const OF_SHOWN_JOBS: readonly ExchangeFault[] = ['no-status', 'unknown-status'];

/** Gives the kind of exchange that a fault disturbs; undefined where the wish cannot be had. */
export function exchangeOf(
  fault: ExchangeFault,
  wish: ExchangeKind | undefined,
): ExchangeKind | undefined {
  if (!OF_SHOWN_JOBS.includes(fault)) return wish ?? 'submit';
  return wish === 'submit' || wish === 'cancel' ? undefined : (wish ?? 'poll');
}

/** Unwinds a provider's handler when a fault strikes in the middle of it; the server then acts. */
export class Interrupted extends Error {
  constructor(readonly act: ExchangeAct) {
    super(act);
  }
}

/** A fault that strikes after the work leaves here what the server does with the reply. */
export interface Exchange {
  act?: ExchangeAct;
}

/** Lets a fault strike: throws `Interrupted` before the work, else leaves a note on the exchange. */
export function strike(fault: ExchangeFault, exchange: Exchange): void {
  const { strikes, act } = EXCHANGE_FAULTS[fault];
  if (strikes === 'before') throw new Interrupted(act);
  exchange.act = act;
}

/** What an operator earned and paid, by whatever it is asked. Money is micro-points, times are Unix milliseconds. */

export const MARGIN_GROUPS = ['day', 'model', 'channel', 'provider', 'workspace', 'key'] as const;
export type MarginGroup = (typeof MARGIN_GROUPS)[number];

/** The rows of one answer. */
export const MARGIN_ROWS_MAX = 10_000;

export interface MarginQuery {
  groupBy: MarginGroup;
  /** The span in which requests ended; `to` does not belong to it. */
  from: number;
  to: number;
  workspaceId?: string | undefined;
}

export interface Margin {
  /** Requests that ended. */
  requests: number;
  tokens: number;
  seconds: number;
  charged: bigint;
  /** What was given back in the span, whenever the request had ended. */
  refunded: bigint;
  /** What providers took for the requests, as far as it is known. */
  cost: bigint;
  /** What they took for jobs that were given up before their verdict, which nobody was charged for. */
  lateCost: bigint;
  /** Ends whose cost nobody knows: unknown is not zero. */
  unknownCosts: number;
}

export interface MarginRow extends Margin {
  /** A day in UTC (`2026-11-21`), a public model, a channel, a provider, or the id of a workspace or key; null = none. */
  name: string | null;
}

/** What is left to the operator; with unknown costs it is less. */
export const marginOf = ({ charged, refunded, cost, lateCost }: Margin): bigint =>
  charged - refunded - cost - lateCost;

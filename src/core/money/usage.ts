import type { TerminalState } from '../job/job';

/** What a workspace used and paid, as its settled rows say. Times are Unix milliseconds, money is micro-points. */

export interface UsageFilter {
  /** Of the end of the request; `from` counts, `to` does not. */
  from?: number | undefined;
  to?: number | undefined;
  model?: string | undefined;
  /** Id of a key. */
  key?: string | undefined;
}

export interface UsageLogQuery extends UsageFilter {
  limit: number;
  offset: number;
}

export interface UsagePage {
  rows: readonly UsageRow[];
  /** Of all pages. */
  total: number;
}

export interface UsageRow {
  jobId: string;
  dialect: string;
  model: string;
  state: TerminalState;
  /** Null when a workflow asked for it. */
  keyId: string | null;
  tokens: number;
  seconds: number;
  charged: bigint;
  createdAt: number;
  endedAt: number;
}

export const USAGE_GROUPS = ['day', 'model', 'key'] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

/** Groups of one summary; the latest days, the first names. */
export const USAGE_GROUPS_MAX = 3_660;

export interface UsageSummaryQuery extends UsageFilter {
  groupBy: UsageGroup;
}

export interface UsageSums {
  requests: number;
  tokens: number;
  seconds: number;
  charged: bigint;
}

export interface UsageSummary extends UsageSums {
  byModel: readonly (UsageSums & { model: string })[];
  /** By UTC day (`2026-11-21`), model or id of the key; null for requests of workflows, which have no key. */
  groups: readonly (UsageSums & { name: string | null })[];
}

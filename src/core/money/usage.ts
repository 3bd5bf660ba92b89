import type { TerminalState } from '../job/job';

/** What a workspace used and paid, as its settled rows say. Times are Unix milliseconds, money is micro-points. */

export interface UsageFilter {
  /** The span in which a request ended, in Unix milliseconds; `from` belongs to it, `to` does not. */
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
  /** The number of rows on all pages together. */
  total: number;
}

export interface UsageRow {
  jobId: string;
  dialect: string;
  model: string;
  state: TerminalState;
  /** The key that asked for the job; null when a workflow did. */
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
  /**
   * One entry per UTC day (`2026-11-21`), per model or per key's id; the name is null for requests of workflows, which
   * have no key.
   */
  groups: readonly (UsageSums & { name: string | null })[];
}

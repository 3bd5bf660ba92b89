import type { UsageLogQuery, UsagePage, UsageSummary, UsageSummaryQuery } from '../../money/usage';

/** Reads of the rows that settling writes. */
export interface UsageStore {
  log(workspaceId: string, query: UsageLogQuery): Promise<UsagePage>;
  summary(workspaceId: string, query: UsageSummaryQuery): Promise<UsageSummary>;
}

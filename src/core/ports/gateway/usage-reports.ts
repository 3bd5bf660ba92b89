import type { Principal } from '../../api/principal';
import type { Balance } from '../../money/ledger';
import type { Month, Statement } from '../../money/statement';
import type { UsageLogQuery, UsagePage, UsageSummary, UsageSummaryQuery } from '../../money/usage';

/** What a workspace was charged for. */
export interface UsageReports {
  /** Lists ended requests, the latest first; deleted jobs too. */
  usageLog(principal: Principal, query: UsageLogQuery): Promise<UsagePage>;
  usageSummary(principal: Principal, query: UsageSummaryQuery): Promise<UsageSummary>;
  statement(principal: Pick<Principal, 'workspaceId'>, month: Month): Promise<Statement>;
  balance(principal: Pick<Principal, 'workspaceId'>): Promise<Balance>;
}

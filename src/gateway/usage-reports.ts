import type { UsageReports } from '../core/ports/gateway/usage-reports';
import type { GatewayDeps } from './deps';

/** Makes the reports of a workspace's own usage. */
export function createUsageReports({ store }: Pick<GatewayDeps, 'store'>): UsageReports {
  return {
    usageLog: ({ workspaceId }, query) => store.usage.log(workspaceId, query),
    usageSummary: ({ workspaceId }, query) => store.usage.summary(workspaceId, query),
    statement: ({ workspaceId }, month) => store.statements.of(workspaceId, month),
    balance: ({ workspaceId }) => store.ledger.balance(workspaceId),
  };
}

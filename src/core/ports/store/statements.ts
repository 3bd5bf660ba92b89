import type { Month, Statement } from '../../money/statement';

/** Reads what happened to a workspace's points, from the ledger and the rows of usage. */
export interface StatementStore {
  of(workspaceId: string, month: Month): Promise<Statement>;
}

import { isTerminal, type Job } from '../../src/core/job/job';
import type {
  UsageFilter,
  UsageLogQuery,
  UsagePage,
  UsageRow,
  UsageSummary,
  UsageSummaryQuery,
  UsageSums,
} from '../../src/core/money/usage';

/** The same reads as the store's, over jobs in memory. */
export function logOf(jobs: Job[], workspaceId: string, query: UsageLogQuery): UsagePage {
  const rows = rowsOf(jobs, workspaceId, query);
  return { rows: rows.slice(query.offset, query.offset + query.limit), total: rows.length };
}

export function summaryOf(
  jobs: Job[],
  workspaceId: string,
  query: UsageSummaryQuery,
): UsageSummary {
  const rows = rowsOf(jobs, workspaceId, query);
  const name = {
    day: (row: UsageRow) => new Date(row.endedAt).toISOString().slice(0, 10),
    model: (row: UsageRow) => row.model,
    key: (row: UsageRow) => row.keyId,
  };
  return {
    ...sumOf(rows),
    byModel: [...grouped(rows, name.model)].map(([model, group]) => ({
      model: model ?? '',
      ...sumOf(group),
    })),
    groups: [...grouped(rows, name[query.groupBy])].map(([key, group]) => ({
      name: key,
      ...sumOf(group),
    })),
  };
}

function rowsOf(jobs: Job[], workspaceId: string, filter: UsageFilter): UsageRow[] {
  const { from = -Infinity, to = Infinity, model, key } = filter;
  return jobs
    .filter((job) => job.workspaceId === workspaceId)
    .flatMap((job) => (isTerminal(job.state) ? [rowOf(job, job.state)] : []))
    .filter((row) => row.endedAt >= from && row.endedAt < to)
    .filter((row) => (model ?? row.model) === row.model && (key ?? row.keyId) === row.keyId)
    .sort((a, b) => b.endedAt - a.endedAt || (a.jobId < b.jobId ? 1 : -1));
}

function rowOf(job: Job, state: UsageRow['state']): UsageRow {
  return {
    jobId: job.id,
    dialect: job.dialect,
    model: job.model,
    state,
    keyId: job.keyId,
    tokens: job.usage?.tokens ?? 0,
    seconds: job.usage?.seconds ?? 0,
    charged: job.charged ?? 0n,
    createdAt: job.createdAt,
    endedAt: job.finishedAt ?? job.updatedAt,
  };
}

function grouped(rows: UsageRow[], nameOf: (row: UsageRow) => string | null) {
  const groups = new Map<string | null, UsageRow[]>();
  for (const row of rows) groups.set(nameOf(row), [...(groups.get(nameOf(row)) ?? []), row]);
  return groups;
}

function sumOf(rows: UsageRow[]): UsageSums {
  return {
    requests: rows.length,
    tokens: rows.reduce((sum, row) => sum + row.tokens, 0),
    seconds: rows.reduce((sum, row) => sum + row.seconds, 0),
    charged: rows.reduce((sum, row) => sum + row.charged, 0n),
  };
}

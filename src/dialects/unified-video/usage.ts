import type { Answer } from '../../core/api/answer';
import type { RouteInput } from '../../core/api/route';
import { invalid } from '../../core/errors';
import { renderId } from '../../core/job/ids';
import type { UsageReports } from '../../core/ports/gateway/usage-reports';
import { formatPoints, pointsNumber } from '../../core/money/pricing';
import type {
  UsageFilter,
  UsageGroup,
  UsagePage,
  UsageRow,
  UsageSummary,
  UsageSums,
} from '../../core/money/usage';
import { csvAnswer } from '../kit/csv';
import { checkedSpan } from '../kit/span';
import { idOf, timeOf } from './render';
import type { LogReply, SummaryReply } from './reply';
import { ROWS_MAX, ROWS_REACH_MAX, type LogQuery, type SummaryQuery } from './schema';

/**
 * Lists requests. One is listed when it has ended, with what it was charged then; open ones are held and not yet
 * charged.
 */
export async function logs(
  reports: UsageReports,
  { principal, query }: RouteInput<unknown, LogQuery>,
): Promise<Answer> {
  const { page, format } = query;
  const { limit = DEFAULT_ROWS[format] } = query;
  if (limit > ROWS_MAX[format]) throw invalid('limit', `is above ${String(ROWS_MAX[format])}`);
  const offset = (page - 1) * limit;
  if (offset + limit > ROWS_REACH_MAX) {
    const reach = `reaches past row ${String(ROWS_REACH_MAX)} with limit ${String(limit)}`;
    throw invalid('page', `${reach}; narrow it with from and to`);
  }
  const found = await reports.usageLog(principal, { ...filterOf(query), limit, offset });
  if (format === 'csv') return csv(found);
  const body: LogReply = {
    success: true,
    logs: found.rows.map(rowOf),
    page,
    limit,
    total: found.total,
    hasMore: offset + found.rows.length < found.total,
  };
  return { status: 200, body };
}

const DEFAULT_ROWS = { json: 20, csv: ROWS_MAX.csv };

function filterOf(query: LogQuery | SummaryQuery): UsageFilter {
  const { model, key } = query;
  const span = { from: oneOf(query, 'from', 'startDate'), to: oneOf(query, 'to', 'endDate') };
  const names = {
    from: query.from === undefined ? 'startDate' : 'from',
    to: query.to === undefined ? 'endDate' : 'to',
  };
  return { ...checkedSpan(span, names), model, key };
}

/** Returns the value of two names of one edge; both may be given where they say the same. */
function oneOf(
  query: LogQuery | SummaryQuery,
  name: 'from' | 'to',
  alias: 'startDate' | 'endDate',
): number | undefined {
  const { [name]: time, [alias]: other } = query;
  if (time !== undefined && other !== undefined && time !== other) {
    throw invalid(alias, `contradicts ${name}`);
  }
  return time ?? other;
}

function rowOf(row: UsageRow): LogReply['logs'][number] {
  return {
    taskId: idOf(row.jobId),
    model: row.model,
    status: row.state === 'succeeded' ? 'completed' : 'failed',
    outcome: row.state,
    api: row.dialect,
    keyId: keyIdOf(row.keyId),
    ...sumsOf(row),
    createdAt: timeOf(row.createdAt),
    completedAt: timeOf(row.endedAt),
  };
}

/** Writes the id of a key as the admin API does; null for what a workflow asked for. */
const keyIdOf = (id: string | null): string | null => id && renderId('key', id);

const nameOf = (groupBy: UsageGroup, name: string | null): string | null =>
  groupBy === 'key' ? keyIdOf(name) : name;

const sumsOf = ({ charged, tokens, seconds }: Omit<UsageSums, 'requests'>) => ({
  pointsCharged: pointsNumber(charged),
  inputTokens: 0 as const,
  outputTokens: tokens,
  durationSec: seconds,
});

const COLUMNS = [
  'taskId',
  'createdAt',
  'completedAt',
  'model',
  'status',
  'outcome',
  'api',
  'keyId',
  'outputTokens',
  'durationSec',
] as const;

/** Writes the log as CSV. Points are the last column, as decimal text. The number of all rows is in `x-total-count`. */
function csv({ rows, total }: UsagePage): Answer {
  const lines = rows.map((row) => {
    const cells = rowOf(row);
    return [...COLUMNS.map((column) => cells[column]), formatPoints(row.charged)];
  });
  const answer = csvAnswer('usage', [...COLUMNS, 'pointsCharged'], lines);
  return { ...answer, headers: { ...answer.headers, 'x-total-count': String(total) } };
}

const SUM_COLUMNS = ['requests', 'outputTokens', 'durationSec', 'pointsCharged'];

/** Writes a line for each group; points are decimal text. */
const summaryCsv = (groupBy: UsageGroup, { groups }: UsageSummary): Answer =>
  csvAnswer(
    `usage-by-${groupBy}`,
    [groupBy, ...SUM_COLUMNS],
    groups.map(({ name, requests, tokens, seconds, charged }) => [
      ...[nameOf(groupBy, name), requests, tokens, seconds],
      formatPoints(charged),
    ]),
  );

export async function summary(
  reports: UsageReports,
  { principal, query }: RouteInput<unknown, SummaryQuery>,
): Promise<Answer> {
  const filter = filterOf(query);
  const { groupBy, format } = query;
  const sums = await reports.usageSummary(principal, { ...filter, groupBy });
  if (format === 'csv') return summaryCsv(groupBy, sums);
  const grouped = (group: UsageSums) => ({ requests: group.requests, ...sumsOf(group) });
  const body: SummaryReply = {
    success: true,
    from: filter.from === undefined ? null : timeOf(filter.from),
    to: filter.to === undefined ? null : timeOf(filter.to),
    groupBy,
    totalPointsCharged: pointsNumber(sums.charged),
    totalRequests: sums.requests,
    totalInputTokens: 0,
    totalOutputTokens: sums.tokens,
    totalDurationSec: sums.seconds,
    byModel: sums.byModel.map((group) => ({ model: group.model, ...grouped(group) })),
    groups: sums.groups.map((group) => ({ group: nameOf(groupBy, group.name), ...grouped(group) })),
  };
  return { status: 200, body };
}

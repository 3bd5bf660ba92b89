import type { Answer } from '../../core/api/answer';
import type { HttpRoute } from '../../core/api/route';
import { invalid } from '../../core/errors';
import { renderId } from '../../core/job/ids';
import { marginOf } from '../../core/money/margins';
import type { Margin, MarginGroup, MarginQuery, MarginRow } from '../../core/money/margins';
import { formatPoints } from '../../core/money/pricing';
import { readMonth } from '../../core/money/statement';
import { csvAnswer } from '../kit/csv';
import { checkedSpan } from '../kit/span';
import { unixSeconds } from '../kit/parameters';
import { marginQuerySchema, marginsSchema } from './margins-schema';
import type { MarginQueryBody, MarginsReply } from './margins-schema';
import { adminRoute } from './route';
import { nothingSchema } from './schema';

export const marginRoutes: readonly HttpRoute[] = [
  adminRoute({
    method: 'GET',
    path: '/v1/admin/margins',
    summary: 'Read what was earned and what providers took',
    body: 'none',
    request: nothingSchema,
    query: marginQuerySchema,
    reply: marginsSchema,
    async handle({ admin }, { query }) {
      const { workspace, group_by: groupBy, format } = query;
      const span = spanOf(query);
      const asked = { ...span, groupBy, workspaceId: workspace };
      const rows = await admin.margins(asked);
      return format === 'csv' ? csvOf(groupBy, rows) : jsonOf(asked, rows);
    },
  }),
];

/** Reads a month, or both edges. Throws `invalid_request` where neither is whole, or both are there. */
function spanOf({ month, from, to }: MarginQueryBody): Pick<MarginQuery, 'from' | 'to'> {
  const edges = from !== undefined || to !== undefined;
  if (month !== undefined) {
    if (edges) throw invalid('month', 'cannot be given together with from and to');
    return readMonth(month) ?? { from: 0, to: 0 };
  }
  if (from === undefined || to === undefined) {
    throw invalid(edges ? (from === undefined ? 'from' : 'to') : 'month', MISSING);
  }
  return checkedSpan({ from, to });
}

const MISSING = 'is required: a month such as 2026-11, or both from and to in Unix seconds';

function jsonOf(
  { groupBy, from, to }: Pick<MarginQuery, 'groupBy' | 'from' | 'to'>,
  rows: readonly MarginRow[],
): Answer {
  const body: MarginsReply = {
    object: 'margins',
    group_by: groupBy,
    ...{ from: unixSeconds(from), to: unixSeconds(to) },
    total: fromMargin(rows.reduce<Margin>(added, NOTHING)),
    data: rows.map((row) => ({ name: nameOf(groupBy, row), ...fromMargin(row) })),
  };
  return { status: 200, body };
}

const COLUMNS = [
  ...['requests', 'tokens', 'seconds', 'charged', 'refunded', 'cost', 'late_cost', 'margin'],
  'unknown_costs',
] as const;

function csvOf(groupBy: MarginGroup, rows: readonly MarginRow[]): Answer {
  const lines = rows.map((row) => {
    const cells: Record<string, string | number> = fromMargin(row);
    return [nameOf(groupBy, row), ...COLUMNS.map((column) => cells[column] ?? null)];
  });
  return csvAnswer(`margins-by-${groupBy}`, [groupBy, ...COLUMNS], lines);
}

const ID_PREFIX = { workspace: 'ws', key: 'key' } as const;

function nameOf(groupBy: MarginGroup, { name }: MarginRow): string | null {
  const isId = groupBy === 'workspace' || groupBy === 'key';
  return name !== null && isId ? renderId(ID_PREFIX[groupBy], name) : name;
}

const fromMargin = (margin: Margin) => ({
  requests: margin.requests,
  tokens: margin.tokens,
  seconds: margin.seconds,
  charged: formatPoints(margin.charged),
  refunded: formatPoints(margin.refunded),
  cost: formatPoints(margin.cost),
  late_cost: formatPoints(margin.lateCost),
  margin: formatPoints(marginOf(margin)),
  unknown_costs: margin.unknownCosts,
});

const NOTHING: Margin = {
  ...{ requests: 0, tokens: 0, seconds: 0, charged: 0n, refunded: 0n, cost: 0n, lateCost: 0n },
  unknownCosts: 0,
};

const added = (sum: Margin, one: Margin): Margin => ({
  requests: sum.requests + one.requests,
  tokens: sum.tokens + one.tokens,
  seconds: sum.seconds + one.seconds,
  charged: sum.charged + one.charged,
  refunded: sum.refunded + one.refunded,
  cost: sum.cost + one.cost,
  lateCost: sum.lateCost + one.lateCost,
  unknownCosts: sum.unknownCosts + one.unknownCosts,
});

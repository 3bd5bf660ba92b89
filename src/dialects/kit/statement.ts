import { z } from 'zod';
import type { Answer } from '../../core/api/answer';
import { invalid } from '../../core/errors';
import { renderId } from '../../core/job/ids';
import type { Balance } from '../../core/money/ledger';
import { formatPoints } from '../../core/money/pricing';
import { readMonth } from '../../core/money/statement';
import type { Month, Statement } from '../../core/money/statement';
import { fromPots } from './balance';
import { csvAnswer } from './csv';
import { LISTS } from './field-words';
import { unixSeconds } from './parameters';

/** A statement in the words of our own APIs, for a caller and for an operator alike. Points are decimal text. */

const points = z.string();
const pots = { available: points, held: points, spent: points };

export const statementSchema = z.strictObject({
  object: z.literal('statement'),
  workspace_id: z.string(),
  /** Unix seconds; `to` does not belong to the month. */
  from: z.int(),
  to: z.int(),
  opening: z.strictObject(pots),
  closing: z.strictObject(pots),
  /** What all entries of one kind moved, such as `settle` or `top_up`. */
  movements: z.array(z.strictObject({ kind: z.string(), entries: z.int(), ...pots })),
  /** Requests that ended in the month, with what was charged for them before refunds. */
  models: z.array(
    z.strictObject({
      model: z.string(),
      requests: z.int(),
      tokens: z.number(),
      seconds: z.number(),
      charged: points,
    }),
  ),
});
type StatementReply = z.infer<typeof statementSchema>;

export const statementQuerySchema = z.strictObject({
  format: z.enum(['json', 'csv']).default('json').describe(LISTS.format),
});
export type StatementQuery = z.infer<typeof statementQuerySchema>;

/** Reads the month of a path, such as `2026-11`. Throws `invalid_request` for any other text. */
export function monthOf(params: Readonly<Record<string, string>>): Month {
  const month = readMonth(params['month'] ?? '');
  if (month) return month;
  throw invalid('month', 'must be a month in UTC such as 2026-11');
}

export function statementAnswer(statement: Statement, { format }: StatementQuery): Answer {
  if (format === 'csv') return csvOf(statement);
  const { workspaceId, from, to, opening, closing, movements, models } = statement;
  const body: StatementReply = {
    object: 'statement',
    workspace_id: renderId('ws', workspaceId),
    ...{ from: unixSeconds(from), to: unixSeconds(to) },
    ...{ opening: fromPots(opening), closing: fromPots(closing) },
    movements: movements.map(({ kind, entries, ...moved }) => ({
      ...{ kind, entries },
      ...fromPots(moved),
    })),
    models: models.map((model) => ({ ...model, charged: formatPoints(model.charged) })),
  };
  return { status: 200, body };
}

const COLUMNS = [
  ...['line', 'name', 'count', 'available', 'held', 'spent'],
  ...['tokens', 'seconds', 'charged'],
];

/** Writes one table: the opening, a line for each kind of entry, the closing, and a line for each model. */
function csvOf({ from, opening, closing, movements, models }: Statement): Answer {
  const potsLine = (line: string, name: string, count: number | null, moved: Balance) => {
    const { available, held, spent } = fromPots(moved);
    return [line, name, count, available, held, spent, null, null, null];
  };
  const month = new Date(from).toISOString().slice(0, 7);
  return csvAnswer(`statement-${month}`, COLUMNS, [
    potsLine('opening', month, null, opening),
    ...movements.map((moved) => potsLine('movement', moved.kind, moved.entries, moved)),
    potsLine('closing', month, null, closing),
    ...models.map(({ model, requests, tokens, seconds, charged }) => [
      ...['model', model, requests, null, null, null],
      ...[tokens, seconds, formatPoints(charged)],
    ]),
  ]);
}

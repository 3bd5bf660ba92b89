import { eq, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Database } from '../base/database';
import { insertFrom } from '../base/insert-from';
import type { StoredCost } from '../money/costs';
import { attempts, deliveries, events, keeps, ledger, usage } from '../schema';
import { statement } from '../base/statement';
import type { Places } from '../base/statement';

/** Which rows an end writes beside usage, ledger and event. */
export interface Parts {
  /** A message to the caller's callback URL. */
  tells: boolean;
  /** A copy of the result that is to be made. */
  keeps: boolean;
  /** The provider's last word, in the place of what it had said before, and what the attempt cost. */
  shows: boolean;
}

type UsageRow = typeof usage.$inferInsert;
type LedgerRow = typeof ledger.$inferInsert;

export interface Values {
  jobId: string;
  workspaceId: string;
  keyId: string | null;
  model: string;
  provider: string;
  state: UsageRow['state'];
  tokens: bigint;
  seconds: number;
  charged: bigint;
  channel: string;
  costPoints: bigint | null;
  costAmount: string | null;
  costCurrency: string | null;
  /** The same for the attempt. */
  cost: StoredCost | null;
  kind: LedgerRow['kind'];
  available: bigint;
  held: bigint;
  spent: bigint;
  endKey: string;
  eventId: string;
  type: string;
  data: object;
  /** The moment of settle, and that of the end: the same but for a job that was ended before. */
  now: Date;
  at: Date;
  messageId: string | null;
  url: string | null;
  body: Buffer | null;
  attemptId: string | null;
  replyStatus: number | null;
  replyType: string | null;
  replyBody: Buffer | null;
}

type Row = (places: Places<Values>) => SQL;

/** A source of one row without columns. */
const one = sql`(SELECT) AS one`;

const used: Row = ({ as }) =>
  insertFrom(
    usage,
    {
      jobId: as('jobId', usage.jobId),
      workspaceId: as('workspaceId', usage.workspaceId),
      keyId: as('keyId', usage.keyId),
      model: as('model', usage.model),
      provider: as('provider', usage.provider),
      state: as('state', usage.state),
      tokens: as('tokens', usage.tokens),
      seconds: as('seconds', usage.seconds),
      charged: as('charged', usage.charged),
      channel: as('channel', usage.channel),
      costPoints: as('costPoints', usage.costPoints),
      costAmount: as('costAmount', usage.costAmount),
      costCurrency: as('costCurrency', usage.costCurrency),
      at: as('at', usage.at),
    },
    one,
  );

const booked: Row = ({ as }) =>
  insertFrom(
    ledger,
    {
      workspaceId: as('workspaceId', ledger.workspaceId),
      jobId: as('jobId', ledger.jobId),
      keyId: as('keyId', ledger.keyId),
      kind: as('kind', ledger.kind),
      available: as('available', ledger.available),
      held: as('held', ledger.held),
      spent: as('spent', ledger.spent),
      idempotencyKey: as('endKey', ledger.idempotencyKey),
      at: as('at', ledger.at),
    },
    one,
  );

const told: Row = ({ as }) =>
  insertFrom(
    events,
    {
      id: as('eventId', events.id),
      workspaceId: as('workspaceId', events.workspaceId),
      jobId: as('jobId', events.jobId),
      type: as('type', events.type),
      data: as('data', events.data),
      at: as('now', events.at),
    },
    one,
  );

const message: Row = ({ as }) =>
  insertFrom(
    deliveries,
    {
      id: as('messageId', deliveries.id),
      workspaceId: as('workspaceId', deliveries.workspaceId),
      jobId: as('jobId', deliveries.jobId),
      eventId: as('eventId', deliveries.eventId),
      url: as('url', deliveries.url),
      body: as('body', deliveries.body),
      contentType: 'application/json',
      state: 'pending',
      createdAt: as('now', deliveries.createdAt),
    },
    one,
  );

const copy: Row = ({ as }) =>
  insertFrom(
    keeps,
    {
      jobId: as('jobId', keeps.jobId),
      workspaceId: as('workspaceId', keeps.workspaceId),
      createdAt: as('now', keeps.createdAt),
    },
    one,
  );

const shown = (db: Database, { at, as }: Places<Values>): SQL =>
  db
    .update(attempts)
    .set({
      replyStatus: as('replyStatus', attempts.replyStatus),
      replyType: as('replyType', attempts.replyType),
      replyBody: as('replyBody', attempts.replyBody),
      cost: as('cost', attempts.cost),
    })
    .where(eq(attempts.id, at('attemptId')))
    .getSQL();

/** Makes the ONE statement that writes these rows of an end. */
const endWith = (name: string, parts: Parts) =>
  statement<Values>(name)((db, places) => {
    const named = {
      used: used(places),
      booked: booked(places),
      told: told(places),
      ...(parts.tells ? { message: message(places) } : {}),
      ...(parts.keeps ? { copy: copy(places) } : {}),
      ...(parts.shows ? { shown: shown(db, places) } : {}),
    };
    const written = Object.entries(named).map(([part, row]) => db.$with(part, {}).as(row));
    const { at } = places;
    return db
      .with(...written)
      .select({ jobId: sql<string>`${at('jobId')}::uuid` })
      .from(one);
  });

const made = new Map<string, ReturnType<typeof endWith>>();

/** Returns the statement for these parts; there are eight of them. */
export function statementOf(parts: Parts): ReturnType<typeof endWith> {
  const flags = [parts.tells, parts.keeps, parts.shows].map(Number).join('');
  const known = made.get(flags) ?? endWith(`job_end_${flags}`, parts);
  made.set(flags, known);
  return known;
}

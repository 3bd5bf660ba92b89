import {
  boolean,
  date,
  doublePrecision,
  integer,
  numeric,
  pgTable,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import type { LedgerKind } from '../../core/money/ledger';
import { at, bytes, jsonb, money } from './columns';

/** The ledger, usage, and what checkpoints have summed of both. */

export const usage = pgTable('usage', {
  jobId: uuid('job_id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  keyId: uuid('key_id'),
  model: text('model').notNull(),
  provider: text('provider').notNull(),
  state: text('state').notNull(),
  tokens: money('tokens').notNull(),
  seconds: doublePrecision('seconds').notNull(),
  charged: money('charged').notNull(),
  at: at('at').notNull(),
  channel: text('channel'),
  costPoints: money('cost_points'),
  costAmount: numeric('cost_amount'),
  costCurrency: text('cost_currency'),
});

export const ledger = pgTable('ledger', {
  id: money('id').generatedAlwaysAsIdentity().primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  jobId: uuid('job_id'),
  kind: text('kind').$type<LedgerKind>().notNull(),
  available: money('available').notNull(),
  held: money('held').notNull(),
  spent: money('spent').notNull(),
  idempotencyKey: text('idempotency_key').notNull(),
  at: at('at').notNull(),
  keyId: uuid('key_id'),
  note: text('note'),
  byKeyId: uuid('by_key_id'),
  expiresAt: at('expires_at'),
  entryId: money('entry_id'),
});

/** `ownerId` is the id of a workspace or of a key. */
export const ledgerCheckpoints = pgTable('ledger_checkpoints', {
  ownerId: uuid('owner_id').primaryKey(),
  upTo: money('up_to').notNull(),
  available: money('available').notNull(),
  held: money('held').notNull(),
  spent: money('spent').notNull(),
  at: at('at').notNull(),
});

/**
 * What jobs that were created on a day in UTC hold and have spent, up to `ledgerDaysCheckpoint`. `ownerId` is the id of a
 * workspace or of a key.
 */
export const ledgerDays = pgTable('ledger_days', {
  ownerId: uuid('owner_id').notNull(),
  day: date('day').notNull(),
  used: money('used').notNull(),
});

/** The table that has one row. `upTo` is the id of an entry of the ledger. */
export const ledgerDaysCheckpoint = pgTable('ledger_days_checkpoint', {
  isOnly: boolean('is_only').primaryKey().default(true),
  upTo: money('up_to').notNull(),
  at: at('at').notNull(),
});

/** Usage up to `usageCheckpoint`, by day in UTC; sums are exact, however large. */
export const usageDays = pgTable('usage_days', {
  workspaceId: uuid('workspace_id').notNull(),
  day: date('day').notNull(),
  model: text('model').notNull(),
  keyId: uuid('key_id'),
  requests: money('requests').notNull(),
  tokens: numeric('tokens').notNull(),
  seconds: numeric('seconds').notNull(),
  charged: numeric('charged').notNull(),
});

/** The table that has one row. `upTo` is the id of an entry of the ledger. */
export const usageCheckpoint = pgTable('usage_checkpoint', {
  isOnly: boolean('is_only').primaryKey().default(true),
  upTo: money('up_to').notNull(),
  at: at('at').notNull(),
});

/** The table that has one row: the last check of the ledger. `faults` counts them by the name of their check. */
export const ledgerCheck = pgTable('ledger_check', {
  isOnly: boolean('is_only').primaryKey().default(true),
  begunAt: at('begun_at'),
  endedAt: at('ended_at'),
  faults: jsonb('faults').$type<Record<string, number>>().notNull().default({}),
});

/** `nextTryAt` is null when it is not tried any more. */
export const alerts = pgTable('alerts', {
  id: uuid('id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  ownerId: uuid('owner_id').notNull(),
  about: text('about').notNull(),
  body: bytes('body').notNull(),
  createdAt: at('created_at').notNull(),
  tries: integer('tries').notNull().default(0),
  nextTryAt: at('next_try_at'),
  endedBecause: text('ended_because'),
  overAt: at('over_at'),
});

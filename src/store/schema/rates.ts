import { bigint, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { at } from './columns';

/** The moments at which the next calls of channels may begin. */
export const channelRates = pgTable('channel_rates', {
  channel: text('channel').primaryKey(),
  looksFrom: at('looks_from').notNull(),
  restFrom: at('rest_from').notNull(),
  pausedUntil: at('paused_until'),
  sharedAt: at('shared_at'),
  sharedLeft: integer('shared_left').notNull().default(0),
});

/** How much of its rate a key or a workspace has used in the minute that runs. */
export const callerRates = pgTable('caller_rates', {
  name: text('name').primaryKey(),
  used: bigint('used', { mode: 'number' }).notNull(),
  endsAt: at('ends_at').notNull(),
});

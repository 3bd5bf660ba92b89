import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import type { Breaker } from '../../core/health/breaker';
import { at, jsonb } from './columns';

/** The breaker of each channel. */
export const channelHealth = pgTable('channel_health', {
  channel: text('channel').primaryKey(),
  openUntil: at('open_until'),
  trips: integer('trips').notNull(),
  probeUntil: at('probe_until'),
  slices: jsonb('slices').notNull().$type<Breaker['slices']>(),
});

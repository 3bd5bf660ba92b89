import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns';

/** Jobs that hold a slot of a capped channel, workspace or key, and jobs that wait for one. */
export const slots = pgTable('slots', {
  jobId: uuid('job_id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  keyId: uuid('key_id'),
  groupName: text('group_name').notNull(),
  channel: text('channel').notNull(),
  model: text('model').notNull(),
  since: at('since').notNull(),
  grantedAt: at('granted_at'),
  keptUntil: at('kept_until'),
});

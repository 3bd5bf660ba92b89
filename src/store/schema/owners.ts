import { boolean, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at, bytes, money } from './columns';

/** Who owns everything else: workspaces, their keys and secrets. */

/** The table that has one row. */
export const installation = pgTable('installation', {
  isOnly: boolean('is_only').primaryKey().default(true),
  firstWorkspaceId: uuid('first_workspace_id'),
  sealedCanary: bytes('sealed_canary'),
  configVersion: text('config_version'),
  configToldAt: at('config_told_at'),
  configToldBy: text('config_told_by'),
});

export const workspaces = pgTable('workspaces', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  groupName: text('group_name').notNull().default('default'),
  createdAt: at('created_at').notNull(),
  disabledAt: at('disabled_at'),
  budget: money('budget'),
  budgetDay: money('budget_day'),
  budgetMonth: money('budget_month'),
});

export const callbackSecrets = pgTable('callback_secrets', {
  id: uuid('id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  sealed: bytes('sealed').notNull(),
  createdAt: at('created_at').notNull(),
  expiresAt: at('expires_at'),
});

export const keys = pgTable('keys', {
  id: uuid('id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  name: text('name').notNull(),
  scopes: text('scopes').array().notNull(),
  createdAt: at('created_at').notNull(),
  expiresAt: at('expires_at'),
  revokedAt: at('revoked_at'),
  groupName: text('group_name'),
  models: text('models').array(),
  budget: money('budget'),
  budgetDay: money('budget_day'),
  budgetMonth: money('budget_month'),
  lastUsedAt: at('last_used_at'),
  joinsIdentical: boolean('joins_identical').notNull().default(false),
});

export const keySecrets = pgTable('key_secrets', {
  hash: text('hash').primaryKey(),
  keyId: uuid('key_id').notNull(),
  prefix: text('prefix').notNull(),
  createdAt: at('created_at').notNull(),
  expiresAt: at('expires_at'),
});

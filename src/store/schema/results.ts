import { bigint, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { DeliveryEnd, DeliveryRow } from '../../core/job/delivery';
import type { FileKind } from '../../core/job/files';
import { at, bytes, jsonb, xid8 } from './columns';

/** What callers are told and what is kept for them. */

export const events = pgTable('events', {
  id: uuid('id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  jobId: uuid('job_id').notNull(),
  type: text('type').notNull(),
  data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
  at: at('at').notNull(),
  /** The transaction that wrote the row; the database fills it in. */
  writtenIn: xid8('written_in'),
});

export const deliveries = pgTable('deliveries', {
  id: uuid('id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  jobId: uuid('job_id').notNull(),
  eventId: uuid('event_id').notNull(),
  url: text('url').notNull(),
  body: bytes('body').notNull(),
  contentType: text('content_type').notNull(),
  state: text('state').$type<DeliveryRow['state']>().notNull(),
  createdAt: at('created_at').notNull(),
  finishedAt: at('finished_at'),
  workflowStartedAt: at('workflow_started_at'),
  about: text('about').$type<'queued' | 'running' | 'ended'>().notNull().default('ended'),
  endedBecause: text('ended_because').$type<DeliveryEnd>(),
  triesBefore: integer('tries_before').notNull().default(0),
});

export const deliveryTries = pgTable('delivery_tries', {
  deliveryId: uuid('delivery_id').notNull(),
  number: integer('number').notNull(),
  startedAt: at('started_at').notNull(),
  finishedAt: at('finished_at'),
  durationMs: integer('duration_ms'),
  status: integer('status'),
  error: text('error'),
  excerpt: text('excerpt'),
});

export const keeps = pgTable('keeps', {
  jobId: uuid('job_id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  createdAt: at('created_at').notNull(),
  finishedAt: at('finished_at'),
  workflowStartedAt: at('workflow_started_at'),
  gaveUpAt: at('gave_up_at'),
  gaveUpBecause: text('gave_up_because'),
  resumedAt: at('resumed_at'),
  claimedUntil: at('claimed_until'),
});

export const files = pgTable('files', {
  jobId: uuid('job_id').notNull(),
  workspaceId: uuid('workspace_id').notNull(),
  kind: text('kind').$type<FileKind>().notNull(),
  blob: text('blob').notNull(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  mime: text('mime').notNull(),
});

export const blobs = pgTable('blobs', {
  workspaceId: uuid('workspace_id').notNull(),
  id: text('id').notNull(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  mime: text('mime').notNull(),
  /** The time of the last upload of these bytes, not of the first. */
  createdAt: at('created_at').notNull(),
});

export const removableBlobs = pgTable('removable_blobs', {
  id: text('id').primaryKey(),
  since: at('since').notNull(),
});

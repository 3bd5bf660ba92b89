import {
  bigint,
  boolean,
  customType,
  date,
  doublePrecision,
  integer,
  numeric,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Doubt } from '../core/provider/attempt';
import type { BilledEnds } from '../core/request/capabilities';
import type { Answer } from '../core/api/answer';
import type { Failure } from '../core/errors';
import type { FrozenRoute, JobState } from '../core/job/job';
import type { FinalVerdict, VideoFacts, Operation, Output, Usage } from '../core/job/outcome';
import type { NativeRequest } from '../core/provider/native';
import type { FileKind } from '../core/job/files';
import type { Attempt } from '../core/provider/attempt';
import type { DeliveryEnd, DeliveryRow } from '../core/job/delivery';
import type { AppliedRequest, VideoRequest } from '../core/request/request';
import { storableJson } from '../core/text';

/** The tables as types. Constraints and indexes live in the SQL migrations; a test holds the two together. */

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
/** Takes any JSON, also with characters that Postgres would refuse. The driver parses what it reads. */
const jsonb = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'jsonb',
  toDriver: storableJson,
});
/** Takes what `jsonb` takes, and keeps the order of fields. */
const json = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'json',
  toDriver: storableJson,
});
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const money = (name: string) => bigint(name, { mode: 'bigint' });

/** A doubt as it is stored: rows of older releases have no kind, and are denials. */
export type StoredDoubt = Omit<Doubt, 'kind'> & Partial<Pick<Doubt, 'kind'>>;

/** The table that has one row. */
export const installation = pgTable('installation', {
  isOnly: boolean('is_only').primaryKey().default(true),
  firstWorkspaceId: uuid('first_workspace_id'),
  sealedCanary: bytes('sealed_canary'),
});

export const workspaces = pgTable('workspaces', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  groupName: text('group_name').notNull().default('default'),
  createdAt: at('created_at').notNull(),
  disabledAt: at('disabled_at'),
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
  lastUsedAt: at('last_used_at'),
});

export const keySecrets = pgTable('key_secrets', {
  hash: text('hash').primaryKey(),
  keyId: uuid('key_id').notNull(),
  prefix: text('prefix').notNull(),
  createdAt: at('created_at').notNull(),
  expiresAt: at('expires_at'),
});

export const jobs = pgTable('jobs', {
  id: uuid('id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  keyId: uuid('key_id'),
  workflowId: text('workflow_id').notNull(),
  dialect: text('dialect').notNull(),
  state: text('state').$type<JobState>().notNull(),
  model: text('model').notNull(),
  provider: text('provider').notNull(),
  channel: text('channel').notNull(),
  routes: jsonb('routes').$type<FrozenRoute[]>().notNull(),
  request: jsonb('request').$type<VideoRequest>().notNull(),
  applied: jsonb('applied').$type<AppliedRequest>().notNull(),
  metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull(),
  echo: jsonb('echo').$type<Record<string, unknown>>().notNull(),
  callbackUrl: text('callback_url'),
  progress: integer('progress'),
  failure: jsonb('failure').$type<Failure>(),
  outputs: jsonb('outputs').$type<Output[]>().notNull().default([]),
  usage: jsonb('usage').$type<Usage>(),
  price: money('price').notNull(),
  charged: money('charged'),
  createdAt: at('created_at').notNull(),
  startedAt: at('started_at'),
  finishedAt: at('finished_at'),
  updatedAt: at('updated_at').notNull(),
  deadlineAt: at('deadline_at').notNull(),
  cancelRequestedAt: at('cancel_requested_at'),
  deletedAt: at('deleted_at'),
  workflowStartedAt: at('workflow_started_at'),
  startClaimedUntil: at('start_claimed_until'),
  restarts: integer('restarts').notNull().default(0),
  unprepared: integer('unprepared').notNull().default(0),
  review: text('review'),
  watchedUntil: at('watched_until'),
  native: jsonb('native').$type<NativeRequest>(),
  givenId: text('given_id'),
  inDoubtSince: at('in_doubt_since'),
  made: jsonb('made').$type<VideoFacts>(),
  erasedAt: at('erased_at'),
  historyErasedAt: at('history_erased_at'),
  filesRemovedAt: at('files_removed_at'),
  repliesRemovedAt: at('replies_removed_at'),
  nextRestartAt: at('next_restart_at'),
  ruling: jsonb('ruling').$type<Failure>(),
});

export const attempts = pgTable('attempts', {
  id: uuid('id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  jobId: uuid('job_id').notNull(),
  number: integer('number').notNull(),
  provider: text('provider').notNull(),
  channel: text('channel').notNull(),
  model: text('model').notNull(),
  billed: jsonb('billed').$type<BilledEnds>().notNull(),
  state: text('state').$type<Attempt['state']>().notNull(),
  refusal: jsonb('refusal').$type<NonNullable<Attempt['refusal']>>(),
  callbackTokenHash: text('callback_token_hash').notNull(),
  sendingAt: at('sending_at').notNull(),
  sendDeadline: at('send_deadline').notNull(),
  sends: integer('sends').notNull().default(1),
  operation: jsonb('operation').$type<Operation>(),
  acceptedAt: at('accepted_at'),
  phase: text('phase').$type<Attempt['phase']>().notNull().default('queued'),
  progress: integer('progress'),
  polls: integer('polls').notNull().default(0),
  replyStatus: integer('reply_status'),
  replyType: text('reply_type'),
  replyBody: bytes('reply_body'),
  verdict: jsonb('verdict').$type<FinalVerdict>(),
  finalReplyStatus: integer('final_reply_status'),
  finalReplyType: text('final_reply_type'),
  finalReplyBody: bytes('final_reply_body'),
  lateLookAt: at('late_look_at'),
  submitReplyStatus: integer('submit_reply_status'),
  submitReplyType: text('submit_reply_type'),
  submitReplyBody: bytes('submit_reply_body'),
  /** The doubt, whose column was named when there was one kind of it. */
  doubt: jsonb('denial').$type<StoredDoubt>(),
  operationKey: text('operation_key'),
});

export const lateVerdicts = pgTable('late_verdicts', {
  attemptId: uuid('attempt_id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  jobId: uuid('job_id').notNull(),
  provider: text('provider').notNull(),
  channel: text('channel').notNull(),
  model: text('model').notNull(),
  verdict: jsonb('verdict').$type<FinalVerdict>().notNull(),
  tokens: money('tokens').notNull(),
  seconds: doublePrecision('seconds').notNull(),
  at: at('at').notNull(),
});

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
});

export const ledger = pgTable('ledger', {
  id: money('id').generatedAlwaysAsIdentity().primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  jobId: uuid('job_id'),
  kind: text('kind')
    .$type<'hold' | 'settle' | 'release' | 'adjust' | 'refund' | 'top_up'>()
    .notNull(),
  available: money('available').notNull(),
  held: money('held').notNull(),
  spent: money('spent').notNull(),
  idempotencyKey: text('idempotency_key').notNull(),
  at: at('at').notNull(),
  keyId: uuid('key_id'),
});

export const events = pgTable('events', {
  id: uuid('id').primaryKey(),
  workspaceId: uuid('workspace_id').notNull(),
  jobId: uuid('job_id').notNull(),
  type: text('type').notNull(),
  data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
  at: at('at').notNull(),
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

export const idempotency = pgTable('idempotency', {
  workspaceId: uuid('workspace_id').notNull(),
  route: text('route').notNull(),
  key: text('key').notNull(),
  fingerprint: text('fingerprint').notNull(),
  jobId: uuid('job_id'),
  answer: json('answer').$type<Answer>().notNull(),
  createdAt: at('created_at').notNull(),
  expiresAt: at('expires_at').notNull(),
  sealed: bytes('sealed'),
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

/** `ownerId` is the id of a workspace or of a key. */
export const ledgerCheckpoints = pgTable('ledger_checkpoints', {
  ownerId: uuid('owner_id').primaryKey(),
  upTo: money('up_to').notNull(),
  available: money('available').notNull(),
  held: money('held').notNull(),
  spent: money('spent').notNull(),
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

/** Every table, for the test that compares these types with the migrated database. */
export const TABLES = {
  installation,
  workspaces,
  callbackSecrets,
  keys,
  keySecrets,
  jobs,
  attempts,
  lateVerdicts,
  usage,
  ledger,
  events,
  deliveries,
  deliveryTries,
  keeps,
  files,
  idempotency,
  blobs,
  removableBlobs,
  ledgerCheckpoints,
  usageDays,
  usageCheckpoint,
} as const;

import {
  boolean,
  doublePrecision,
  integer,
  numeric,
  pgTable,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Answer } from '../../core/api/answer';
import type { Failure } from '../../core/errors';
import type { FrozenRoute, JobState } from '../../core/job/job';
import type { TraceContext } from '../../core/job/trace';
import type { FinalVerdict, VideoFacts, Operation, Output, Usage } from '../../core/job/outcome';
import type { JobPricing } from '../../core/money/charge';
import type { StoredCost } from '../money/costs';
import type { Doubt, Attempt } from '../../core/provider/attempt';
import type { NativeRequest } from '../../core/provider/native';
import type { BilledEnds } from '../../core/request/capabilities';
import type { AppliedRequest, VideoRequest } from '../../core/request/request';
import { at, bytes, json, jsonb, money } from './columns';

/** A job, what was tried for it, and what its create was answered. */

/** A doubt as it is stored: rows of older releases have no kind, and are denials. */
export type StoredDoubt = Omit<Doubt, 'kind'> & Partial<Pick<Doubt, 'kind'>>;

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
  pricing: jsonb('pricing').$type<JobPricing>(),
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
  groupName: text('group_name'),
  startBy: at('start_by'),
  turnAt: at('turn_at'),
  trace: jsonb('trace').$type<TraceContext>(),
  requestId: text('request_id'),
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
  looksAlone: boolean('looks_alone').notNull().default(false),
  repeatedAt: at('repeated_at'),
  submitReplyStatus: integer('submit_reply_status'),
  submitReplyType: text('submit_reply_type'),
  submitReplyBody: bytes('submit_reply_body'),
  /** The doubt, whose column was named when there was one kind of it. */
  doubt: jsonb('denial').$type<StoredDoubt>(),
  operationKey: text('operation_key'),
  cost: jsonb('cost').$type<StoredCost>(),
  requestId: text('request_id'),
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
  costPoints: money('cost_points'),
  costAmount: numeric('cost_amount'),
  costCurrency: text('cost_currency'),
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

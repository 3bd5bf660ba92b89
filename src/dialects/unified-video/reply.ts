import { z } from 'zod';
import { statusDetailSchema } from '../kit/end-reason';

/** Points are JSON numbers with exactly their decimals; times are ISO 8601 in UTC. */

const parameters = z.record(z.string(), z.unknown());

export const quoteSchema = z.strictObject({
  success: z.literal(true),
  model: z.string(),
  providerModel: z.string(),
  pointsCharged: z.number(),
  /** What the price is made of, in points; `quantity`, `rate` and `amount` are exact decimal texts. */
  priceLines: z.array(
    z.strictObject({
      of: z.enum(['video', 'second', 'token', 'image', 'input_second', 'reported', 'rounding']),
      quantity: z.string(),
      /** Points for one; for a million where they are tokens. */
      rate: z.string(),
      amount: z.string(),
    }),
  ),
  /** Given to generate with the same request, it fixes the price until `expiresAt`. */
  quoteId: z.string(),
  expiresAt: z.string(),
  /** What would be applied, defaults included. */
  parameters,
});
export type QuoteReply = z.infer<typeof quoteSchema>;

export const createdSchema = z.strictObject({
  success: z.literal(true),
  taskId: z.string(),
  /** The provider's own id; null while it has not confirmed within the wait of a create. The status has it later. */
  providerTaskId: z.string().nullable(),
  model: z.string(),
  providerModel: z.string(),
  pointsCharged: z.number(),
  status: z.enum(['submitted', 'failed']),
  /** Seconds, under both documented names. */
  estimatedTime: z.int().nullable(),
  estimatedTimeSec: z.int().nullable(),
  /** Measured over finished jobs of the model, or what the model is known for while there are fewer than five. */
  estimatedTimeSource: z.enum(['finished_jobs', 'model']).nullable(),
  projectId: z.string().optional(),
  parameters,
  /** Why there will be no video, when that is known by the time of this answer. */
  error: z.string().nullable(),
  code: z.string().nullable(),
  /** Says what the state does not: the task waits for its turn, or it is not known whether the provider took it. */
  statusDetail: statusDetailSchema.optional(),
});
export type CreatedReply = z.infer<typeof createdSchema>;

export const statusSchema = z.strictObject({
  /** False for a task that has ended without a video; `error` and `code` say why. */
  success: z.boolean(),
  taskId: z.string(),
  providerTaskId: z.string().nullable(),
  model: z.string(),
  providerModel: z.string(),
  status: z.enum(['submitted', 'processing', 'completed', 'failed']),
  progress: z.int(),
  videoUrl: z.string().nullable(),
  videoUrls: z.array(z.string()),
  thumbnailUrl: z.null(),
  pointsCharged: z.number(),
  projectId: z.string().optional(),
  parameters,
  error: z.string().nullable(),
  code: z.string().nullable(),
  /** Says what the state does not: the task waits for its turn, or it is not known whether the provider took it. */
  statusDetail: statusDetailSchema.optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
  completedAt: z.string().nullable(),
});
export type Status = z.infer<typeof statusSchema>;

const parameter = z.strictObject({
  type: z.enum(['string', 'integer', 'boolean', 'array']),
  required: z.boolean(),
  enum: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  maxItems: z.int().optional(),
});
export type Parameter = z.infer<typeof parameter>;

/** Points of the cheapest and of the dearest video that the model offers. */
const ends = { from: z.number(), to: z.number() };

export const modelsSchema = z.strictObject({
  success: z.literal(true),
  models: z.array(
    z.strictObject({ id: z.string(), name: z.string(), inputs: z.array(z.string()) }),
  ),
  modelParams: z.record(z.string(), z.record(z.string(), parameter)),
  pricingHints: z.record(
    z.string(),
    z.discriminatedUnion('unit', [
      z.strictObject({ unit: z.literal('job'), pointsPerJob: z.number() }),
      z.strictObject({ unit: z.literal('second'), pointsPerSecond: z.number(), ...ends }),
      z.strictObject({ unit: z.literal('table'), ...ends }),
    ]),
  ),
});
export type Models = z.infer<typeof modelsSchema>;

/** Providers report output tokens only. */
const sums = {
  pointsCharged: z.number(),
  inputTokens: z.literal(0),
  outputTokens: z.number(),
  durationSec: z.number(),
};

export const logSchema = z.strictObject({
  success: z.literal(true),
  logs: z.array(
    z.strictObject({
      taskId: z.string(),
      model: z.string(),
      status: z.enum(['completed', 'failed']),
      outcome: z.enum(['succeeded', 'failed', 'canceled', 'expired']),
      api: z.string(),
      keyId: z.string().nullable(),
      ...sums,
      createdAt: z.string(),
      completedAt: z.string(),
    }),
  ),
  page: z.int(),
  limit: z.int(),
  total: z.int(),
  hasMore: z.boolean(),
});
export type LogReply = z.infer<typeof logSchema>;

const grouped = { requests: z.int(), ...sums };

export const summarySchema = z.strictObject({
  success: z.literal(true),
  from: z.string().nullable(),
  to: z.string().nullable(),
  groupBy: z.enum(['day', 'model', 'key']),
  totalPointsCharged: z.number(),
  totalRequests: z.int(),
  totalInputTokens: z.literal(0),
  totalOutputTokens: z.number(),
  totalDurationSec: z.number(),
  byModel: z.array(z.strictObject({ model: z.string(), ...grouped })),
  /** `group` is a UTC day, a model, or the id of a key (null for requests without one). */
  groups: z.array(z.strictObject({ group: z.string().nullable(), ...grouped })),
});
export type SummaryReply = z.infer<typeof summarySchema>;

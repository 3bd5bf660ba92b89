import { z } from 'zod';
import { SCOPES } from '../../core/api/principal';

/** What `/v1/admin` answers. Times are Unix seconds, points are decimal text. */

export const id = z.string();
export const time = z.int();
export const points = z.string().regex(/^-?\d+(\.\d{1,6})?$/);

const budgets = {
  budget: points.nullable(),
  budget_day: points.nullable(),
  budget_month: points.nullable(),
};

export const workspaceSchema = z.strictObject({
  id,
  object: z.literal('workspace'),
  name: z.string(),
  group: z.string(),
  disabled: z.boolean(),
  disabled_at: time.nullable(),
  ...budgets,
  created_at: time,
});
export type WorkspaceReply = z.infer<typeof workspaceSchema>;

/** The callback secret is shown here and never again. */
export const newWorkspaceReplySchema = workspaceSchema.extend({ callback_secret: z.string() });

export const callbackSecretSchema = z.strictObject({
  object: z.literal('callback_secret'),
  workspace_id: id,
  secret: z.string(),
  previous_expires_at: time.nullable(),
});

export const keySchema = z.strictObject({
  id,
  object: z.literal('key'),
  workspace_id: id,
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  models: z.array(z.string()).nullable(),
  group: z.string().nullable(),
  ...budgets,
  held: points,
  spent: points,
  joins_identical: z.boolean(),
  created_at: time,
  expires_at: time.nullable(),
  revoked_at: time.nullable(),
  last_used_at: time.nullable(),
  previous_secret_expires_at: time.nullable(),
});
export type KeyReply = z.infer<typeof keySchema>;

/** The secret is shown here and never again. */
export const newKeyReplySchema = keySchema.extend({ secret: z.string() });

export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    object: z.literal('list'),
    data: z.array(item),
    has_more: z.boolean(),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
  });
export const workspaceListSchema = listOf(workspaceSchema);
export const keyListSchema = listOf(keySchema);

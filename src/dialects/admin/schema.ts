import { z } from 'zod';
import { SCOPES } from '../../core/api/principal';
import type { Scope } from '../../core/api/principal';
import { idText } from '../../core/json/fields';
import { told } from '../../core/json/told';
import { readId } from '../../core/job/ids';
import { parsePoints } from '../../core/money/pricing';
import { isStorable } from '../../core/text';
import { KEY, NEW_WORKSPACE, PAGE, ROTATION, WORKSPACE } from './sentences';

/** The words of `/v1/admin`: ours. Times are Unix seconds, points are decimal text, null is said and never assumed. */

const NAME_LENGTH_MAX = 200;
const MODELS_MAX = 200;
const SECONDS_MAX = 9_999_999_999;
const DAY = 86_400;
const GRACE_SECONDS_MAX = 30 * DAY;

/** Other APIs' spellings of our scopes. */
const SPELLINGS: Readonly<Record<string, Scope>> = {
  'api.generate': 'generate',
  'api.read': 'read',
};
const SPELLED = [...SCOPES, ...Object.keys(SPELLINGS)] as [string, ...string[]];

export const must = (what: string) => (issue: { input: unknown }) =>
  issue.input === undefined ? 'is required' : `must be ${what}`;

export const text = z
  .string({ error: must('a string') })
  .trim()
  .regex(/\S/u, 'is empty')
  .max(NAME_LENGTH_MAX, `is longer than ${String(NAME_LENGTH_MAX)} characters`)
  .regex(/^\P{Cc}*$/u, 'has a control character')
  .refine(isStorable, 'has half of a surrogate pair');
/** Workflows name a workspace by id or by name, so that the two must not look alike. */
const workspaceName = text.refine((value) => readId(value) === undefined, 'looks like an id');

export const points = z
  .string({ error: must('an amount of points as text, such as "25" or "0.5"') })
  .regex(/^\d{1,12}(\.\d{1,6})?$/, 'must be an amount of points as text, such as "25" or "0.5"')
  .transform(parsePoints);

const scopes = z
  .array(z.enum(SPELLED), { error: must('an array') })
  .min(1, 'is empty')
  .transform((given) => SCOPES.filter((scope) => given.some((one) => scopeOf(one) === scope)));

const scopeOf = (spelled: string): string => SPELLINGS[spelled] ?? spelled;

const models = z
  .array(text, { error: must('an array of model names, or null') })
  .min(1, 'is empty; null means every model of the group')
  .max(MODELS_MAX, `has more than ${String(MODELS_MAX)} items`);

export const time = z
  .int({ error: must('a time in Unix seconds, or null') })
  .min(0, 'is below 0')
  .max(SECONDS_MAX, 'is not a time in Unix seconds')
  .transform((seconds) => seconds * 1000);

/** A time in a query, such as `from=1767225600`. */
export const timeText = z
  .string()
  .regex(/^\d{1,10}$/, 'must be a time in Unix seconds')
  .transform((value) => Number(value) * 1_000);

export const flag = z.boolean({ error: must('true or false') });

const budgetFields = {
  budget: points.nullable(),
  budget_day: points.nullable(),
  budget_month: points.nullable(),
};

const keyFields = {
  name: text,
  scopes,
  models: models.nullable(),
  group: text.nullable(),
  ...budgetFields,
  expires_at: time.nullable(),
  joins_identical: flag,
};

export const newWorkspaceSchema = z.strictObject(
  told({ name: workspaceName, group: text.optional() }, NEW_WORKSPACE),
);
export type NewWorkspaceBody = z.infer<typeof newWorkspaceSchema>;

export const workspaceChangeSchema = z
  .strictObject(
    told({ name: workspaceName, group: text, disabled: flag, ...budgetFields }, WORKSPACE),
  )
  .partial();
export type WorkspaceChangeBody = z.infer<typeof workspaceChangeSchema>;

export const newKeySchema = z.strictObject(
  told(
    {
      ...keyFields,
      scopes: scopes.default(['generate', 'read']),
      models: keyFields.models.default(null),
      group: keyFields.group.default(null),
      budget: keyFields.budget.default(null),
      budget_day: keyFields.budget_day.default(null),
      budget_month: keyFields.budget_month.default(null),
      expires_at: keyFields.expires_at.default(null),
      joins_identical: flag.default(false),
    },
    KEY,
  ),
);
export type NewKeyBody = z.infer<typeof newKeySchema>;

export const keyChangeSchema = z.strictObject(told(keyFields, KEY)).partial();
export type KeyChangeBody = z.infer<typeof keyChangeSchema>;

export const rotationSchema = z.strictObject(
  told(
    {
      grace_seconds: z
        .int({ error: must('a number of seconds') })
        .min(0, 'is below 0')
        .max(GRACE_SECONDS_MAX, `is above ${String(GRACE_SECONDS_MAX)}`)
        .default(DAY),
      force: flag.default(false),
    },
    ROTATION,
  ),
);
export type RotationBody = z.infer<typeof rotationSchema>;

export const nothingSchema = z.undefined();
export const noQuerySchema = z.strictObject({});
export const pageQuerySchema = z.strictObject(
  told(
    {
      limit: z
        .string()
        .regex(/^(?:[1-9]\d?|100)$/, 'must be a number from 1 to 100')
        .transform(Number)
        .default(20),
      after: idText.optional(),
    },
    PAGE,
  ),
);
export type PageQuery = z.infer<typeof pageQuerySchema>;

import { LISTS } from '../kit/field-words';

/** What the words of `/v1/admin` mean, for readers of the OpenAPI document; docs/keys.md and docs/admin.md say more. */
const BUDGETS = {
  budget: 'What all jobs together may hold and have spent, in points; null is no bound.',
  budget_day: 'The same for the jobs of one UTC day.',
  budget_month: 'The same for the jobs of one UTC month.',
} as const;
const GROUP = 'Which models and prices are seen: a group of the config.';

export const NEW_WORKSPACE = {
  name: 'What people call it; no other may have it.',
  group: GROUP,
} as const;
export const WORKSPACE = {
  ...NEW_WORKSPACE,
  disabled: 'Whether all of its keys are refused.',
  ...BUDGETS,
} as const;
export const KEY = {
  name: 'What people call it.',
  scopes: 'What it may do.',
  models: 'The models that it may use; null is every one of its group.',
  group: `${GROUP} null is that of the workspace.`,
  ...BUDGETS,
  expires_at: 'When it ends, in Unix seconds; null is never.',
  joins_identical:
    'Whether its creates that are the same and have no `Idempotency-Key` are one job for a short while.',
} as const;
export const ROTATION = {
  grace_seconds: 'How long the secret that is replaced still works; 0 ends it at once.',
  force: 'Whether to rotate although an earlier grace goes on, which ends its secret.',
} as const;
export const PAGE = { limit: LISTS.limit, after: LISTS.after } as const;

const NOTE = 'Why, for whoever reads the ledger.';
export const TOP_UP = {
  points: 'How many points were paid for.',
  note: NOTE,
  expires_at: 'When what is left of them expires, in Unix seconds; null is never.',
} as const;
export const ADJUSTMENT = {
  points: 'How many points more, or less with a minus.',
  note: NOTE,
} as const;
export const REFUND = {
  points: 'How many points to give back; all that were charged, unless told.',
  note: NOTE,
} as const;
export const LEDGER = {
  ...PAGE,
  kind: 'The kind of entry.',
  job: LISTS.job,
  from: LISTS.from,
  to: LISTS.to,
} as const;

export const JOBS = {
  ...PAGE,
  workspace: LISTS.workspace,
  state: 'The state of the job.',
  review: 'Whether it waits for a person to look at it.',
} as const;
export const DELIVERIES = {
  ...PAGE,
  job: LISTS.job,
  workspace: LISTS.workspace,
  state: 'The state of the message.',
  from: LISTS.from,
  to: LISTS.to,
} as const;
export const KEEPS = { ...PAGE, state: 'The state of the copy.' } as const;
export const FAIL = {
  code: 'Why the job has failed, as its caller reads it.',
  message: 'The same in a sentence; that of the code, unless told.',
  force: 'Whether to end it although its workflow runs.',
} as const;
export const RESOLVE = { note: 'What was found.' } as const;
export const REDELIVER = {
  job: LISTS.job,
  workspace: LISTS.workspace,
  state: 'Messages that failed, or those that were delivered.',
  from: LISTS.from,
  to: LISTS.to,
  limit: 'How many messages at most.',
} as const;
export const FAIL_KEEP = { reason: 'Why the copy is given up.' } as const;
export const MARGINS = {
  group_by: 'What each row sums up.',
  month: 'A UTC month, in place of `from` and `to`: `2026-11`.',
  from: LISTS.from,
  to: LISTS.to,
  workspace: LISTS.workspace,
  format: LISTS.format,
} as const;

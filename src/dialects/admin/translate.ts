import type {
  Key,
  KeySettings,
  Rotation,
  Workspace,
  WorkspaceChange,
} from '../../core/operator/admin';
import type { AdminList } from '../../core/operator/listed';
import type { RouteInput } from '../../core/api/route';
import { renderId } from '../../core/job/ids';
import type { Budgets } from '../../core/money/budgets';
import { formatPoints } from '../../core/money/pricing';
import type { KeyReply, WorkspaceReply } from './reply';
import type { KeyChangeBody, NewKeyBody, RotationBody, WorkspaceChangeBody } from './schema';

export const workspaceId = (id: string): string => renderId('ws', id);

export function fromWorkspace(workspace: Workspace): WorkspaceReply {
  const { id, name, group, disabledAt, createdAt } = workspace;
  return {
    id: workspaceId(id),
    object: 'workspace',
    name,
    group,
    disabled: disabledAt !== undefined,
    disabled_at: disabledAt === undefined ? null : seconds(disabledAt),
    ...fromBudgets(workspace),
    created_at: seconds(createdAt),
  };
}

function fromBudgets({ budget, budgetDay, budgetMonth }: Budgets) {
  const shown = (points: bigint | null) => (points === null ? null : formatPoints(points));
  return {
    budget: shown(budget),
    budget_day: shown(budgetDay),
    budget_month: shown(budgetMonth),
  };
}

export function fromCallbackSecret(made: {
  workspaceId: string;
  secret: string;
  previousExpiresAt: number | null;
}) {
  return {
    object: 'callback_secret' as const,
    workspace_id: workspaceId(made.workspaceId),
    secret: made.secret,
    previous_expires_at: secondsOrNull(made.previousExpiresAt),
  };
}

export function fromKey(key: Key): KeyReply {
  return {
    id: renderId('key', key.id),
    object: 'key',
    workspace_id: workspaceId(key.workspaceId),
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    models: key.models && [...key.models],
    group: key.group,
    ...fromBudgets(key),
    held: formatPoints(key.held),
    spent: formatPoints(key.spent),
    joins_identical: key.joinsIdentical,
    created_at: seconds(key.createdAt),
    expires_at: secondsOrNull(key.expiresAt),
    revoked_at: secondsOrNull(key.revokedAt),
    last_used_at: secondsOrNull(key.lastUsedAt),
    previous_secret_expires_at: secondsOrNull(key.previousExpiresAt),
  };
}

export function fromList<Item, Reply extends { id: string }>(
  { items, hasMore }: AdminList<Item>,
  render: (item: Item) => Reply,
) {
  const data = items.map(render);
  return {
    object: 'list' as const,
    data,
    has_more: hasMore,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

/** Reads fields that were sent; one that was not stays as it is. */
function toChange<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  // Sound because these are fields of that very object, and those that are undefined are not among them.
  return Object.fromEntries(given) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}

export function toKeySettings({
  expires_at: expiresAt,
  budget_day: budgetDay,
  budget_month: budgetMonth,
  joins_identical: joinsIdentical,
  ...settings
}: NewKeyBody): KeySettings {
  return { ...settings, expiresAt, budgetDay, budgetMonth, joinsIdentical };
}

export const toKeyChange = ({
  expires_at: expiresAt,
  budget_day: budgetDay,
  budget_month: budgetMonth,
  joins_identical: joinsIdentical,
  ...body
}: KeyChangeBody): Partial<KeySettings> =>
  toChange({ ...body, expiresAt, budgetDay, budgetMonth, joinsIdentical });

export const toWorkspaceChange = ({
  disabled: isDisabled,
  budget_day: budgetDay,
  budget_month: budgetMonth,
  ...body
}: WorkspaceChangeBody): WorkspaceChange =>
  toChange({ ...body, isDisabled, budgetDay, budgetMonth });

export const toRotation = ({ grace_seconds: grace, force }: RotationBody): Rotation => ({
  graceMs: grace * 1000,
  force,
});

/** Makes the idempotency of a request, under the route as it is written here: one key names one thing at one route. */
export function idempotencyOf(input: Omit<RouteInput, 'query' | 'body'>, route: string) {
  const { idempotencyKey, fingerprint } = input;
  return idempotencyKey === undefined ? undefined : { key: idempotencyKey, route, fingerprint };
}

export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);
export const secondsOrNull = (at: number | null): number | null =>
  at === null ? null : seconds(at);

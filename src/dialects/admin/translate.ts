import type { Key, KeySettings, Rotation, Workspace } from '../../core/operator/admin';
import type { AdminList } from '../../core/operator/listed';
import type { RouteInput } from '../../core/api/route';
import { renderId } from '../../core/job/ids';
import { formatPoints } from '../../core/money/pricing';
import type { KeyReply, WorkspaceReply } from './reply';
import type { KeyChangeBody, NewKeyBody, RotationBody } from './schema';

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
    created_at: seconds(createdAt),
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
    budget: key.budget === null ? null : formatPoints(key.budget),
    held: formatPoints(key.held),
    spent: formatPoints(key.spent),
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

export function toKeySettings({ expires_at: expiresAt, ...settings }: NewKeyBody): KeySettings {
  return { ...settings, expiresAt };
}

/** Reads what to change of a key; a field that was not sent stays as it is. */
export function toKeyChange({ expires_at: expiresAt, ...body }: KeyChangeBody) {
  const given = Object.entries({ ...body, expiresAt }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<KeySettings>;
}

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

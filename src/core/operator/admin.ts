import type { AdminPage, AdminList } from './listed';
import type { Answer } from '../api/answer';
import type { Principal, Scope } from '../api/principal';
import type { Budgets } from '../money/budgets';
import type { Bookings } from './bookings';
import type { MarginQuery, MarginRow } from '../money/margins';
import type { OnceOptions } from './once';
import type { Operations } from './operations';
import type { ConfigStatus, ReloadedConfig } from '../ports/gateway/config';

/**
 * What operators do with workspaces, keys and secrets. It reaches every workspace of the installation; only the scope
 * `admin` opens it. Times are Unix milliseconds, money is micro-points, ids are taken in any form.
 */

export interface Workspace extends Budgets {
  id: string;
  name: string;
  group: string;
  createdAt: number;
  /**
   * Unix milliseconds at which the workspace was disabled. While set, none of its keys is known anywhere; what it has
   * running goes on.
   */
  disabledAt: number | undefined;
}

/** Its budgets bound what its jobs hold and have spent: all of them, and those of one day or month. */
export interface KeySettings extends Budgets {
  name: string;
  scopes: readonly Scope[];
  /** Public names; null = every model of the group. */
  models: readonly string[] | null;
  /** The group whose models and prices the key sees; null for the workspace's own. */
  group: string | null;
  expiresAt: number | null;
  /** Creates of the key that are the same, without an idempotency key, are one job for a short while. */
  joinsIdentical: boolean;
}

export interface Key extends KeySettings {
  id: string;
  workspaceId: string;
  /** The beginning of its current secret. */
  prefix: string;
  createdAt: number;
  revokedAt: number | null;
  lastUsedAt: number | null;
  /** Unix milliseconds until which the secret before the last rotation still works; null when none does. */
  previousExpiresAt: number | null;
  held: bigint;
  spent: bigint;
}

export interface Rotation {
  /** How long the replaced secret still works. */
  graceMs: number;
  /** Rotates also while an earlier secret still works, which then ends at once. */
  force: boolean;
}

/** Use cases. All throw `not_found` for an id that is none of ours. */
export interface Admin extends Operations, Bookings {
  /** Tells which config the asked process has, and which one all should have. */
  config(): Promise<ConfigStatus>;
  /** Reads the config again and tells all processes. Throws `invalid_request` with every entry that is wrong. */
  reloadConfig(): Promise<ReloadedConfig>;
  /** Sums what was charged and what it cost, over the installation or a workspace. */
  margins(query: MarginQuery): Promise<readonly MarginRow[]>;
  workspaces(page: AdminPage): Promise<AdminList<Workspace>>;
  workspace(id: string): Promise<Workspace>;
  createWorkspace(
    settings: { name: string; group?: string | undefined },
    once: OnceOptions<{ workspace: Workspace; callbackSecret: string }>,
  ): Promise<Answer>;
  /**
   * Throws `conflict` for a name that is taken, when the asking key would lock itself out, and for disabling the first
   * workspace, whose keys every start prints.
   */
  changeWorkspace(principal: Principal, id: string, change: WorkspaceChange): Promise<Workspace>;
  rotateCallbackSecret(
    workspaceId: string,
    rotation: Rotation,
    once: OnceOptions<{ workspaceId: string; secret: string; previousExpiresAt: number | null }>,
  ): Promise<Answer>;
  keys(workspaceId: string, page: AdminPage): Promise<AdminList<Key>>;
  key(id: string): Promise<Key>;
  createKey(
    workspaceId: string,
    settings: KeySettings,
    once: OnceOptions<NewSecret>,
  ): Promise<Answer>;
  /** Throws `conflict` when it would take `admin` from the key that asks, now or sooner than before. */
  changeKey(principal: Principal, id: string, change: Partial<KeySettings>): Promise<Key>;
  /** Ends a key for good; may be repeated. Throws `conflict` for the key that asks. */
  revokeKey(principal: Principal, id: string): Promise<Key>;
  /** Throws `conflict` for a key that has ended, and during the grace of an earlier rotation unless forced. */
  rotateKey(id: string, rotation: Rotation, once: OnceOptions<NewSecret>): Promise<Answer>;
}

/** The only moment at which a key's secret is known. */
export interface NewSecret {
  key: Key;
  secret: string;
}

/** A budget that is not named stays as it is; null takes it away. */
export interface WorkspaceChange extends Partial<Budgets> {
  name?: string | undefined;
  group?: string | undefined;
  isDisabled?: boolean | undefined;
}

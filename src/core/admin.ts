import type { Answer, Principal, Scope } from './dialect';
import type { Operations } from './operations';
import type { Idempotency } from './ports';

/**
 * What operators do with workspaces, keys and secrets. It reaches every workspace of the installation; only the scope
 * `admin` opens it. Times are Unix milliseconds, money is micro-points, ids are taken in any form.
 */

export interface Workspace {
  id: string;
  name: string;
  group: string;
  createdAt: number;
  /** While set, none of its keys is known anywhere; what it has running goes on. */
  disabledAt: number | undefined;
}

export interface KeySettings {
  name: string;
  scopes: readonly Scope[];
  /** Public names; null = every model of the group. */
  models: readonly string[] | null;
  /** Null = the workspace's. */
  group: string | null;
  /** What all of its jobs together may hold and have spent; null = no bound. */
  budget: bigint | null;
  expiresAt: number | null;
}

export interface Key extends KeySettings {
  id: string;
  workspaceId: string;
  /** The beginning of its current secret. */
  prefix: string;
  createdAt: number;
  revokedAt: number | null;
  lastUsedAt: number | null;
  /** Until when the secret before the last rotation still works. */
  previousExpiresAt: number | null;
  held: bigint;
  spent: bigint;
}

export interface Balance {
  available: bigint;
  held: bigint;
  spent: bigint;
}

/** Newest first, after the item with that id. */
export interface AdminPage {
  limit: number;
  after?: string | undefined;
}

export interface Listed<Item> {
  items: readonly Item[];
  hasMore: boolean;
}

export interface Rotation {
  /** How long the replaced secret still works. */
  graceMs: number;
  /** Also while an earlier one still works, which then ends at once. */
  force: boolean;
}

/** A create answers once: a repeat with the same idempotency key gets the first answer, marked as a replay. */
export interface Once<Made> {
  principal: Principal;
  idempotency: Idempotency | undefined;
  render(made: Made): Answer;
}

/** Use cases. All throw `not_found` for an id that is none of ours. */
export interface Admin extends Operations {
  workspaces(page: AdminPage): Promise<Listed<Workspace>>;
  workspace(id: string): Promise<Workspace>;
  createWorkspace(
    settings: { name: string; group?: string | undefined },
    once: Once<{ workspace: Workspace; callbackSecret: string }>,
  ): Promise<Answer>;
  /**
   * Throws `conflict` for a name that is taken, when the asking key would lock itself out, and for disabling the first
   * workspace, whose keys every start prints.
   */
  changeWorkspace(principal: Principal, id: string, change: WorkspaceChange): Promise<Workspace>;
  balance(workspaceId: string): Promise<Balance>;
  topUp(
    workspaceId: string,
    amount: bigint,
    once: Once<{ workspaceId: string; amount: bigint; balance: Balance }> & {
      idempotency: Idempotency;
    },
  ): Promise<Answer>;
  rotateCallbackSecret(
    workspaceId: string,
    rotation: Rotation,
    once: Once<{ workspaceId: string; secret: string; previousExpiresAt: number | null }>,
  ): Promise<Answer>;
  keys(workspaceId: string, page: AdminPage): Promise<Listed<Key>>;
  key(id: string): Promise<Key>;
  createKey(workspaceId: string, settings: KeySettings, once: Once<NewSecret>): Promise<Answer>;
  /** Throws `conflict` when it would take `admin` from the key that asks, now or sooner than before. */
  changeKey(principal: Principal, id: string, change: Partial<KeySettings>): Promise<Key>;
  /** For good, and repeatable. Throws `conflict` for the key that asks. */
  revokeKey(principal: Principal, id: string): Promise<Key>;
  /** Throws `conflict` for a key that has ended, and during the grace of an earlier rotation unless forced. */
  rotateKey(id: string, rotation: Rotation, once: Once<NewSecret>): Promise<Answer>;
}

/** The only moment at which a key's secret is known. */
export interface NewSecret {
  key: Key;
  secret: string;
}

export interface WorkspaceChange {
  name?: string | undefined;
  group?: string | undefined;
  isDisabled?: boolean | undefined;
}

// ---------------------------------------------------------------------------------------------- ports

/** A fresh key before it is stored; `hash` is what a row may know of it. */
export interface MintedKey {
  key: string;
  prefix: string;
  hash: string;
}

export interface Mint {
  key(): MintedKey;
  callbackSecret(): string;
}

/** Cursors are ids. What is not there is undefined; rules are the use cases' matter. */
export interface AdminReads {
  workspaces(page: AdminPage): Promise<Listed<Workspace>>;
  workspace(id: string): Promise<Workspace | undefined>;
  balance(workspaceId: string): Promise<Balance>;
  keys(workspaceId: string, page: AdminPage, now: number): Promise<Listed<Key>>;
  key(id: string, now: number): Promise<Key | undefined>;
}

/** Inside of one transaction. */
export interface AdminRows extends AdminReads {
  /** With its first callback secret; undefined when the name is taken. */
  addWorkspace(row: {
    id: string;
    name: string;
    group: string;
    callbackSecret: string;
    now: number;
  }): Promise<Workspace | undefined>;
  topUp(workspaceId: string, amount: bigint, idempotencyKey: string, now: number): Promise<void>;
  /** `rotating` = an earlier one still works and it was not forced. */
  replaceCallbackSecret(
    workspaceId: string,
    secret: string,
    rotation: Rotation,
    now: number,
  ): Promise<{ previousExpiresAt: number | null } | 'rotating'>;
  addKey(
    row: KeySettings & { id: string; workspaceId: string },
    minted: MintedKey,
    now: number,
  ): Promise<void>;
  replaceKeySecret(
    id: string,
    minted: MintedKey,
    rotation: Rotation,
    now: number,
  ): Promise<'rotating' | 'replaced'>;
}

export interface AdminStore extends AdminReads {
  /** Is it the one that the installation's first start made? */
  isFirstWorkspace(id: string): Promise<boolean>;
  changeWorkspace(
    id: string,
    change: WorkspaceChange,
    now: number,
  ): Promise<Workspace | 'name_taken' | undefined>;
  changeKey(id: string, change: Partial<KeySettings>): Promise<void>;
  revokeKey(id: string, now: number): Promise<void>;
  /**
   * One transaction around `act` and its idempotency row. The answer is kept sealed, since it may show a secret. When
   * `act` throws nothing of it is left, and the key stays free.
   */
  once(
    asked: { workspaceId: string; idempotency: Idempotency | undefined; now: number },
    act: (rows: AdminRows) => Promise<Answer>,
  ): Promise<{ kind: 'made' | 'replayed'; answer: Answer } | { kind: 'mismatch' }>;
}

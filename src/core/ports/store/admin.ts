import type { AdminPage, AdminList } from '../../operator/listed';
import type { Key, KeySettings, Rotation, Workspace, WorkspaceChange } from '../../operator/admin';
import type { Adjustment, Refund, TopUp } from '../../operator/bookings';
import type { Balance, BookedEntry, LedgerQuery } from '../../money/ledger';
import type { MintedKey } from '../../operator/mint';
import type { Idempotency } from '../../job/creation';
import type { Answer } from '../../api/answer';

/** Cursors are ids. What is not there is undefined; rules are the use cases' matter. */
export interface AdminReads {
  workspaces(page: AdminPage): Promise<AdminList<Workspace>>;
  workspace(id: string): Promise<Workspace | undefined>;
  balance(workspaceId: string): Promise<Balance>;
  ledger(workspaceId: string, query: LedgerQuery): Promise<AdminList<BookedEntry>>;
  keys(workspaceId: string, page: AdminPage, now: number): Promise<AdminList<Key>>;
  key(id: string, now: number): Promise<Key | undefined>;
}

/** Inside of one transaction. */
export interface AdminRows extends AdminReads {
  /** Adds a workspace with its first callback secret; returns undefined when the name is taken. */
  addWorkspace(row: {
    id: string;
    name: string;
    group: string;
    callbackSecret: string;
    now: number;
  }): Promise<Workspace | undefined>;
  /** Answers what may be given still, and books nothing, where the workspace would have been given too much. */
  topUp(topUp: TopUp & BookingRow): Promise<BookedEntry | PastBound>;
  /** The same; it answers what is available, and books nothing, where that would fall below zero. */
  adjust(adjustment: Adjustment & BookingRow): Promise<BookedEntry | TooMuch | PastBound>;
  /** Answers what is left to give back, and books nothing, where that is too little or nothing. */
  refund(refund: Refund & BookingRow & { jobId: string }): Promise<BookedEntry | TooMuch>;
  /**
   * Replaces a workspace's callback secret. Answers `rotating`, and changes nothing, while an earlier one still works
   * unless forced.
   */
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

/** What every booking has. The idempotency key is of one kind of entry and one workspace. */
export interface BookingRow {
  workspaceId: string;
  idempotencyKey: string;
  byKeyId: string | null;
  now: number;
}

/** A booking that would move more than there is, in micro-points. */
export interface TooMuch {
  kind: 'too_much';
  left: bigint;
}

/** A booking that would give a workspace more than `GIVEN_MAX` in all; `left` is what is left to it, in micro-points. */
export interface PastBound {
  kind: 'past_bound';
  left: bigint;
}

export interface AdminStore extends AdminReads {
  /** Says whether a workspace is the one that the installation's first start made. */
  isFirstWorkspace(id: string): Promise<boolean>;
  changeWorkspace(
    id: string,
    change: WorkspaceChange,
    now: number,
  ): Promise<Workspace | 'name_taken' | undefined>;
  changeKey(id: string, change: Partial<KeySettings>): Promise<void>;
  revokeKey(id: string, now: number): Promise<void>;
  /**
   * Runs `act` and writes its idempotency row in one transaction. The answer is kept sealed, since it may show a
   * secret. When `act` throws nothing of it is left, and the key stays free.
   */
  once(
    asked: { workspaceId: string; idempotency: Idempotency | undefined; now: number },
    act: (rows: AdminRows) => Promise<Answer>,
  ): Promise<{ kind: 'made' | 'replayed'; answer: Answer } | { kind: 'mismatch' }>;
}

import { renderId } from '../../core/job/ids';
import type { Balance, BookedEntry } from '../../core/money/ledger';
import { formatPoints } from '../../core/money/pricing';
import type { Booking } from '../../core/operator/bookings';
import { fromPots } from '../kit/balance';
import type { BalanceReply, BookingReply, EntryReply } from './bookings-schema';
import { seconds, secondsOrNull, workspaceId } from './translate';

export const fromBalance = (id: string, balance: Balance): BalanceReply => ({
  object: 'balance',
  workspace_id: workspaceId(id),
  ...fromPots(balance),
});

export function fromEntry(entry: BookedEntry): EntryReply {
  const idOrNull = (prefix: string, id: string | null) => id && renderId(prefix, id);
  return {
    id: entryId(entry.id),
    object: 'ledger_entry',
    workspace_id: workspaceId(entry.workspaceId),
    kind: entry.kind,
    ...fromPots(entry),
    job_id: idOrNull('job', entry.jobId),
    key_id: idOrNull('key', entry.keyId),
    note: entry.note,
    by_key_id: idOrNull('key', entry.byKeyId),
    expires_at: secondsOrNull(entry.expiresAt),
    ended_entry_id: entry.entryId === null ? null : entryId(entry.entryId),
    created_at: seconds(entry.at),
  };
}

export const fromBooking = (
  object: BookingReply['object'],
  { entry, balance }: Booking,
): BookingReply => ({
  object,
  workspace_id: workspaceId(entry.workspaceId),
  points: formatPoints(entry.available),
  entry: fromEntry(entry),
  balance: fromBalance(entry.workspaceId, balance),
});

const entryId = (id: bigint): string => `entry_${String(id)}`;

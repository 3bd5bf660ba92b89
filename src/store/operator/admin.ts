import type { AdminRows, AdminStore } from '../../core/ports/store/admin';
import type { Answer } from '../../core/api/answer';
import { keyRows, changeKey, revokeKey } from './admin-keys';
import { changeWorkspace, workspaceRows } from './admin-workspaces';
import type { Database, Transaction } from '../base/database';
import { claim, storeAnswer } from '../jobs/idempotency';
import { isFirstWorkspace } from './installation';
import { adjust, refund, topUp } from '../money/bookings';
import { entriesOf } from '../money/entries';
import { balanceOf } from '../money/ledger';
import type { Sealer } from '../base/seal';

/** Workspaces, keys and secrets of the whole installation, for the admin API alone. */
export function adminStore(
  db: Database,
  sealer: Sealer,
  { idempotencyMs, forgetKeys }: { idempotencyMs: number; forgetKeys: () => void },
): AdminStore {
  const { workspaces, workspace, balance, ledger, keys, key } = rowsOf(db, sealer);
  return {
    ...{ workspaces, workspace, balance, ledger, keys, key },
    isFirstWorkspace: (id) => isFirstWorkspace(db, id),
    changeWorkspace: (id, change, now) =>
      changeWorkspace(db, id, change, new Date(now)).finally(forgetKeys),
    changeKey: (id, change) => changeKey(db, id, change).finally(forgetKeys),
    revokeKey: (id, now) => revokeKey(db, id, new Date(now)).finally(forgetKeys),
    // One of the things that are done once is to replace a key's secret.
    once: (request, act) =>
      once(db, sealer, { ...request, idempotencyMs, act }).finally(forgetKeys),
  };
}

type RunOnce = AdminStore['once'];
type OnceRequest = Parameters<RunOnce>[0] & { idempotencyMs: number; act: Parameters<RunOnce>[1] };

/** Does a thing, or answers what an earlier request under the same key was answered, in ONE transaction. */
function once(
  db: Database,
  sealer: Sealer,
  { workspaceId, idempotency, now, idempotencyMs, act }: OnceRequest,
): ReturnType<RunOnce> {
  return db.transaction(async (tx) => {
    const rows = rowsOf(tx, sealer);
    if (!idempotency) return { kind: 'made', answer: await act(rows) };
    const asked = { ...idempotency, workspaceId, now };
    const earlier = await claim(tx, asked, { jobId: null, keepMs: idempotencyMs });
    if (earlier?.kind === 'differs') return { kind: 'mismatch' };
    if (earlier) {
      if (!earlier.sealed) throw new Error('the answer under this key is not sealed');
      const answer = JSON.parse(sealer.open(earlier.sealed, workspaceId)) as Answer;
      return { kind: 'replayed', answer };
    }
    const answer = await act(rows);
    const sealed = sealer.seal(JSON.stringify(answer), workspaceId);
    await storeAnswer(tx, asked, { sealed });
    return { kind: 'made', answer };
  });
}

/** The same over a transaction and outside of one. */
function rowsOf(db: Database | Transaction, sealer: Sealer): AdminRows {
  return {
    ...workspaceRows(db, sealer),
    ...keyRows(db),
    balance: (workspaceId) => balanceOf(db, workspaceId),
    ledger: (workspaceId, query) => entriesOf(db, workspaceId, query),
    topUp: (row) => topUp(db, row),
    adjust: (row) => adjust(db, row),
    refund: (row) => refund(db, row),
  };
}

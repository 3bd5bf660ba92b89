import type { ChangeStore } from '../core/ports/store/changes';
import type { Store } from '../core/ports/store/store';
import { adminStore } from './admin';
import { attemptStore } from './attempts';
import type { CreateWaits } from './create-job';
import type { Database } from './database';
import { deliveryStore } from './deliveries';
import { jobStore } from './jobs';
import { keepStore } from './keeps';
import { keyStore } from './keys';
import { ledgerStore } from './ledger';
import { operationsStore } from './operations';
import { retentionStore } from './retention';
import type { Sealer } from './seal';
import { startStore } from './starts';
import { sweepStore } from './sweep';
import { usageStore } from './usage';
import { inputStore, workspaceStore } from './workspaces';

/** The store port over one database. `idempotencyMs` is how long a create's answer can be replayed. */
export function createStore(
  db: Database,
  sealer: Sealer,
  options: CreateWaits & {
    usualMemoMs: number;
    keyMemoMs: number;
    changes: ChangeStore;
  },
): Store {
  const keys = keyStore(db, options);
  return {
    jobs: jobStore(db, options),
    attempts: attemptStore(db, options),
    deliveries: deliveryStore(db, sealer),
    keeps: keepStore(db),
    starts: startStore(db),
    sweep: sweepStore(db),
    retention: retentionStore(db),
    operations: operationsStore(db),
    inputs: inputStore(db),
    keys,
    workspaces: workspaceStore(db),
    ledger: ledgerStore(db),
    usage: usageStore(db),
    changes: options.changes,
    admin: adminStore(db, sealer, { ...options, forgetKeys: keys.forget }),
  };
}

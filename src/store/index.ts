import type { ChangeStore } from '../core/ports/store/changes';
import type { Store } from '../core/ports/store/store';
import { adminStore } from './operator/admin';
import { alertStore } from './money/alerts';
import { attemptStore } from './attempts/attempts';
import type { CreateWaits } from './jobs/create-job';
import type { Database } from './base/database';
import { deliveryStore } from './callbacks/deliveries';
import { configStore } from './operator/config';
import { healthStore } from './health/health';
import { jobStore } from './jobs/jobs';
import type { SettleOptions } from './jobs/settle';
import { keepStore } from './results/keeps';
import { keyStore } from './keys/keys';
import { ledgerStore } from './money/ledger-store';
import { operationsStore } from './operator/operations';
import { callerRateStore } from './rates/caller-rates';
import { rateStore } from './rates/rates';
import { retentionStore } from './upkeep/retention';
import type { Sealer } from './base/seal';
import { slotStore } from './slots/slots';
import { startStore } from './jobs/starts';
import { sweepStore } from './upkeep/sweep';
import { marginStore } from './money/margins';
import { statementStore } from './money/statements';
import { usageStore } from './money/usage';
import { inputStore, workspaceStore } from './operator/workspaces';

/** The store port over one database. `idempotencyMs` is how long a create's answer can be replayed. */
export function createStore(
  db: Database,
  sealer: Sealer,
  options: CreateWaits &
    SettleOptions & {
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
    health: healthStore(db),
    config: configStore(db),
    slots: slotStore(db, options.caps),
    rates: rateStore(db),
    callerRates: callerRateStore(db),
    starts: startStore(db),
    sweep: sweepStore(db),
    retention: retentionStore(db),
    operations: operationsStore(db),
    inputs: inputStore(db),
    keys,
    workspaces: workspaceStore(db),
    ledger: ledgerStore(db),
    usage: usageStore(db),
    alerts: alertStore(db),
    statements: statementStore(db),
    margins: marginStore(db),
    changes: options.changes,
    admin: adminStore(db, sealer, { ...options, forgetKeys: keys.forget }),
  };
}

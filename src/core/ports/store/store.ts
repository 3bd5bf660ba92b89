import type { JobStore } from './jobs';
import type { AttemptStore } from './attempts';
import type { DeliveryStore } from './deliveries';
import type { KeepStore } from './keeps';
import type { HealthStore } from './health';
import type { SlotStore } from './slots';
import type { RateStore } from './rates';
import type { StartStore } from './starts';
import type { SweepStore } from './sweep';
import type { RetentionStore } from './retention';
import type { OperationsStore } from './operations';
import type { InputStore } from './inputs';
import type { KeyStore } from './keys';
import type { WorkspaceStore } from './workspaces';
import type { LedgerStore } from './ledger';
import type { UsageStore } from './usage';
import type { ChangeStore } from './changes';
import type { AdminStore } from './admin';

export interface Store {
  jobs: JobStore;
  attempts: AttemptStore;
  deliveries: DeliveryStore;
  keeps: KeepStore;
  health: HealthStore;
  slots: SlotStore;
  rates: RateStore;
  starts: StartStore;
  sweep: SweepStore;
  retention: RetentionStore;
  operations: OperationsStore;
  inputs: InputStore;
  keys: KeyStore;
  workspaces: WorkspaceStore;
  ledger: LedgerStore;
  usage: UsageStore;
  changes: ChangeStore;
  admin: AdminStore;
}

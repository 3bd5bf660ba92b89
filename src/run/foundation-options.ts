import type { Logger } from 'pino';
import type { Config, Survey } from '../config';
import type { Metrics } from '../core/ports/metrics';
import type { SimulatorAddress } from '../core/ports/simulators';

/** What a process is told before it opens what it stands on. */
export interface FoundationOptions {
  config: Config;
  /** Reads the config anew; absent = this process keeps the one that it has. */
  survey?: (() => Survey) | undefined;
  data: string;
  engineAddress: string;
  databaseUrl: string;
  simulator: SimulatorAddress | undefined;
  allowCallbacksTo: readonly string[];
  /** Asked at each link, since the port is known only after listening. */
  publicUrl: () => string;
  /** Hears what happens; absent = nobody counts. */
  metrics?: Metrics | undefined;
  log: Logger;
}

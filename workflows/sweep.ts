import type { SweepInput } from './contract';
import { sweepActivity } from './proxies';

/** Starts whatever a crash left without a workflow. It settles nothing itself. */
export async function sweep({ heartbeatMs }: SweepInput): Promise<void> {
  const run = sweepActivity({ heartbeatMs });
  await run();
}

import { writeFileSync } from 'node:fs';
import { bundleWorkflowCode } from '@temporalio/worker';
import { pino } from 'pino';
import { startWorkers } from '../../../src/engine/worker';

/** Our own worker, metrics and all, in a process of its own, with other workflows in it. */
export interface OtherRelease {
  address: string;
  namespace: string;
  /** The file that its bundle of workflows is written to. */
  bundle: string;
  sdkMetrics: string;
}

const STOP = { graceMs: 500, forceMs: 1_000, submitForceMs: 1_000 };
const LIMITS = {
  workflowsCached: 10,
  activitiesPerQueue: 10,
  databaseConnections: 10,
  providerRate: 0,
  heartbeatMs: 2_000,
  stickyMs: 1_000,
  stop: STOP,
};

async function main({ address, namespace, bundle, sdkMetrics }: OtherRelease): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('./other-workflows'),
  });
  writeFileSync(bundle, code);
  const workers = await startWorkers({
    connection: { address },
    namespace,
    workflowBundle: bundle,
    activities: {},
    providers: [],
    identity: 'another-release',
    sdkMetrics,
    limits: LIMITS,
    log: pino(),
  });
  workers.failed.catch(fail);
  process.once('SIGTERM', () => {
    workers.stop().then(() => process.exit(0), fail);
  });
  // The harness is gone: nobody would end us.
  process.on('disconnect', () => process.exit(0));
  process.send?.({ kind: 'ready' });
}

function fail(error: unknown): never {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}

// Sound because only the harness starts this file.
main(JSON.parse(process.argv[2] ?? '{}') as OtherRelease).catch(fail);

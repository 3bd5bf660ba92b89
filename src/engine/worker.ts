import { NativeConnection, Runtime, DefaultLogger, Worker } from '@temporalio/worker';
import type { NativeConnectionOptions, WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { CALLBACKS_QUEUE, VIDEO_QUEUE, providerQueue } from '../../workflows/contract';

export interface WorkerSettings {
  connection: NativeConnectionOptions;
  namespace: string;
  /** Path of the bundle made at build time. */
  workflowBundle: string;
  activities: object;
  providers: readonly string[];
  identity: string;
  limits: WorkerLimits;
  log: Logger;
}

export interface WorkerLimits {
  workflowsCached: number;
  activitiesPerQueue: number;
  /** Starts of activities per second and provider, over all processes; 0 = no cap. */
  providerRate: number;
  shutdownGraceMs: number;
  /** A workflow task waits this long for the worker that has its workflow in memory, which may have died. */
  stickyMs: number;
}

export interface RunningWorkers {
  /** Rejects when a worker dies by itself. */
  failed: Promise<never>;
  /** Finishes what runs, at most for the grace period, and disconnects. */
  stop(): Promise<void>;
}

/** One worker per queue in this process: workflows, one per provider, callbacks. */
export async function startWorkers(settings: WorkerSettings): Promise<RunningWorkers> {
  installLogger(settings.log);
  const connection = await NativeConnection.connect(settings.connection);
  const workers = await Promise.all(
    queues(settings).map((options) =>
      Worker.create({ ...common(settings, connection), ...options }),
    ),
  );
  const runs = workers.map((worker) => worker.run());
  const all = Promise.all(runs);
  const failed = new Promise<never>((_, reject) => {
    all.catch(reject);
  });
  // Whoever stops us has no interest in a failure that comes after.
  failed.catch(() => undefined);
  return {
    failed,
    async stop() {
      for (const worker of workers) {
        if (worker.getState() === 'RUNNING') worker.shutdown();
      }
      await Promise.allSettled(runs);
      await connection.close();
    },
  };
}

let isLoggerInstalled = false;

/** The SDK's runtime is one per process and must hear of our logger before anything else touches it. */
function installLogger(log: Logger): void {
  if (isLoggerInstalled) return;
  isLoggerInstalled = true;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const as = ORDINARY.test(message) ? 'debug' : LEVELS[level];
      log[as]({ ...meta, source: 'temporal' }, message);
    }),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } } },
    // We stop by ourselves, in our own order.
    shutdownSignals: [],
  });
}

const LEVELS = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const;

/** Warnings of the SDK about what is ordinary here: queues without workflows, and jobs that end without a video. */
const ORDINARY = /^(No workflows registered|Workflow (failed|cancelled))/;

function common(
  settings: WorkerSettings,
  connection: NativeConnection,
): Omit<WorkerOptions, 'taskQueue'> {
  return {
    connection,
    namespace: settings.namespace,
    identity: settings.identity,
    shutdownGraceTime: settings.limits.shutdownGraceMs,
    shutdownForceTime: settings.limits.shutdownGraceMs + 5_000,
  };
}

type QueueOptions = Pick<
  WorkerOptions,
  | 'taskQueue'
  | 'workflowBundle'
  | 'activities'
  | 'maxCachedWorkflows'
  | 'stickyQueueScheduleToStartTimeout'
  | 'maxConcurrentActivityTaskExecutions'
  | 'maxTaskQueueActivitiesPerSecond'
>;

function queues({ workflowBundle, activities, providers, limits }: WorkerSettings): QueueOptions[] {
  const slots = { maxConcurrentActivityTaskExecutions: limits.activitiesPerQueue };
  const workflows = {
    workflowBundle: { codePath: workflowBundle },
    maxCachedWorkflows: limits.workflowsCached,
    stickyQueueScheduleToStartTimeout: limits.stickyMs,
  };
  return [
    { taskQueue: VIDEO_QUEUE, ...workflows, activities, ...slots },
    { taskQueue: CALLBACKS_QUEUE, ...workflows, activities, ...slots },
    ...providers.map((provider) => ({
      taskQueue: providerQueue(provider),
      activities,
      ...slots,
      ...(limits.providerRate > 0 ? { maxTaskQueueActivitiesPerSecond: limits.providerRate } : {}),
    })),
  ];
}

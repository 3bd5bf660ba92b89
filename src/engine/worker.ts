import { NativeConnection, Runtime, DefaultLogger, Worker } from '@temporalio/worker';
import type { NativeConnectionOptions, WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Limits } from '../core/settings/limits';
import type { Waits } from '../core/settings/waits';
import { activitySlots } from './slots';
import { CALLBACKS_QUEUE, VIDEO_QUEUE, providerQueue } from '../../workflows/contract';

export interface WorkerSettings {
  connection: NativeConnectionOptions;
  namespace: string;
  /** Path of the bundle made at build time. */
  workflowBundle: string;
  activities: object;
  providers: readonly string[];
  identity: string;
  /** The address of the SDK's own metrics, such as `127.0.0.1:9465`; undefined = they are not told. */
  sdkMetrics: string | undefined;
  limits: WorkerLimits;
  log: Logger;
}

/** The waits and limits of the config that a worker keeps to, and how long a stop lets each kind of work go on. */
type WorkerLimits = Pick<
  Limits,
  'workflowsCached' | 'activitiesPerQueue' | 'databaseConnections' | 'providerRate'
> &
  Pick<Waits, 'heartbeatMs' | 'stickyMs'> & { stop: StopWaits };

export interface StopWaits {
  /** Milliseconds after which everything but submits is told to end. */
  graceMs: number;
  /** Milliseconds after which a queue without submits is left, whatever still runs there. */
  forceMs: number;
  /** Milliseconds after which a queue with submits is left: long enough for a POST to end and its answer to be stored. */
  submitForceMs: number;
}

export interface RunningWorkers {
  /** Rejects when a worker dies by itself. */
  failed: Promise<never>;
  /** Takes no new work at once, finishes what runs within the stop's waits, and disconnects. Repeatable. */
  stop(): Promise<void>;
}

/** Starts one worker per queue in this process: workflows, one per provider, callbacks. */
export async function startWorkers(settings: WorkerSettings): Promise<RunningWorkers> {
  installRuntime(settings);
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
  const stop = async (): Promise<void> => {
    for (const worker of workers) {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    }
    await Promise.allSettled(runs);
    await connection.close();
  };
  let stopped: Promise<void> | undefined;
  return { failed, stop: () => (stopped ??= stop()) };
}

let isInstalled = false;

/** The SDK's runtime is one per process and must hear of logger and metrics before anything else touches it. */
function installRuntime({ log, sdkMetrics }: Pick<WorkerSettings, 'log' | 'sdkMetrics'>): void {
  if (isInstalled) return;
  isInstalled = true;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const as = ORDINARY.test(message) ? 'debug' : LEVELS[level];
      log[as]({ ...told(meta), source: 'temporal' }, message);
    }),
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } },
      ...(sdkMetrics === undefined ? {} : { metrics: { prometheus: prometheusAt(sdkMetrics) } }),
    },
    // We stop by ourselves, in our own order.
    shutdownSignals: [],
  });
}

/** The names of Prometheus: `temporal_request_failure_total`, `..._latency_seconds`. */
const prometheusAt = (bindAddress: string) => ({
  bindAddress,
  countersTotalSuffix: true,
  unitSuffix: true,
  useSecondsForDurations: true,
});

/** Keys of the SDK that hold a whole task with its input, or a token that may complete it. */
const PRIVATE = ['taskToken', 'task', 'taskEncoded'];

/**
 * Returns the SDK's fields as our log takes them: errors under `err`, which is written whole, and no task or its token.
 */
export function told(meta: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const fields = Object.entries(meta).filter(([name]) => !PRIVATE.includes(name));
  return Object.fromEntries(
    fields.map(([name, value]) => [name === 'error' ? 'err' : name, value]),
  );
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

/** How often an activity's life is told within the time after which it counts as dead. */
const BEATS = 4;

function common(
  settings: WorkerSettings,
  connection: NativeConnection,
): Omit<WorkerOptions, 'taskQueue'> {
  return {
    connection,
    namespace: settings.namespace,
    identity: settings.identity,
    // The SDK's own throttle would pass one beat on within most of the timeout, and that one may be lost.
    maxHeartbeatThrottleInterval: settings.limits.heartbeatMs / BEATS,
    shutdownGraceTime: settings.limits.stop.graceMs,
    shutdownForceTime: settings.limits.stop.forceMs,
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
  | 'shutdownForceTime'
>;

function queues({ workflowBundle, activities, providers, limits }: WorkerSettings): QueueOptions[] {
  // Deliveries and copies share one queue; each provider has one.
  const slots = activitySlots(limits, { exchanging: 1 + providers.length });
  const exchanging = { maxConcurrentActivityTaskExecutions: slots.exchanging };
  const workflows = {
    workflowBundle: { codePath: workflowBundle },
    maxCachedWorkflows: limits.workflowsCached,
    stickyQueueScheduleToStartTimeout: limits.stickyMs,
  };
  return [
    {
      taskQueue: VIDEO_QUEUE,
      ...workflows,
      activities,
      maxConcurrentActivityTaskExecutions: slots.storing,
    },
    { taskQueue: CALLBACKS_QUEUE, ...workflows, activities, ...exchanging },
    ...providers.map((provider) => ({
      taskQueue: providerQueue(provider),
      activities,
      ...exchanging,
      shutdownForceTime: limits.stop.submitForceMs,
      ...(limits.providerRate > 0 ? { maxTaskQueueActivitiesPerSecond: limits.providerRate } : {}),
    })),
  ];
}

import { NativeConnection, Worker, bundleWorkflowCode } from '@temporalio/worker';
import type { TestGateway } from './gateway';

/** A worker of somebody else's, with the workflows of `parents.ts`, on the same engine as the gateway. */
export interface ParentWorker {
  taskQueue: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

const TASK_QUEUE = 'parents';

/** Started already. */
export async function startParentWorker(gateway: TestGateway): Promise<ParentWorker> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('./parents'),
    logger: { ...console, log() {}, trace() {}, debug() {}, info() {} },
  });
  const connection = await NativeConnection.connect(gateway.base.connection);
  let worker: Worker | undefined;
  let running: Promise<void> | undefined;
  const parents: ParentWorker = {
    taskQueue: TASK_QUEUE,
    async start() {
      worker = await Worker.create({
        connection,
        namespace: gateway.base.namespace,
        taskQueue: TASK_QUEUE,
        workflowBundle: { code },
        // A worker that is gone is noticed at once.
        stickyQueueScheduleToStartTimeout: '200ms',
      });
      running = worker.run();
    },
    async stop() {
      if (worker?.getState() === 'RUNNING') worker.shutdown();
      await running;
    },
    async close() {
      await parents.stop();
      await connection.close();
    },
  };
  await parents.start();
  return parents;
}

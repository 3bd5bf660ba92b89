import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { VIDEO_QUEUE } from './contract';
import type { SweepInput } from './contract';

/** Starts whatever a crash left without a workflow. It settles nothing itself. */
export async function sweep({ heartbeatMs }: SweepInput): Promise<void> {
  const activities = proxyActivities<Pick<Activities, 'sweep'>>({
    taskQueue: VIDEO_QUEUE,
    // Each step has an end of its own; a worker that dies is told by its heartbeat.
    startToCloseTimeout: '5m',
    heartbeatTimeout: heartbeatMs,
    retry: { maximumAttempts: 3 },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
  await activities.sweep();
}

import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { CALLBACKS_QUEUE } from './contract';
import type { KeepResultInput } from './contract';

/** Copies a finished video into the blob store before the provider's link dies; a failed copy never re-renders. */
export async function keepResult({ jobId, heartbeatMs }: KeepResultInput): Promise<void> {
  const { keep } = proxyActivities<Pick<Activities, 'keep'>>({
    taskQueue: CALLBACKS_QUEUE,
    startToCloseTimeout: '15m',
    heartbeatTimeout: heartbeatMs,
    scheduleToCloseTimeout: '24h',
    retry: { initialInterval: '2s', maximumInterval: '10m' },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    summary: 'copy the result',
  });
  await keep({ jobId });
}

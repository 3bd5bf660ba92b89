import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { CALLBACKS_QUEUE } from './contract';

/** Copies a finished video into the blob store before the provider's link dies; a failed copy never re-renders. */
export async function keepResult({ jobId }: { jobId: string }): Promise<void> {
  const { keep } = proxyActivities<Pick<Activities, 'keep'>>({
    taskQueue: CALLBACKS_QUEUE,
    startToCloseTimeout: '15m',
    heartbeatTimeout: '30s',
    scheduleToCloseTimeout: '24h',
    retry: { initialInterval: '2s', maximumInterval: '10m' },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    summary: 'copy the result',
  });
  await keep({ jobId });
}

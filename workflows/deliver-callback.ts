import {
  condition,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { CALLBACKS_QUEUE, REDELIVER_SIGNAL, STOP_SIGNAL } from './contract';
import type { DeliverCallbackInput } from './contract';

/**
 * One message to one endpoint, over hours or days: a try, a pause by the schedule, the next try. `redeliver` ends the
 * pause, `stop` ends the delivery. URL, secrets and body are in the rows; nothing of them enters the history.
 */
export async function deliverCallback({
  deliveryId,
  heartbeatMs,
}: DeliverCallbackInput): Promise<void> {
  let woken = false;
  let stopped = false;
  setHandler(defineSignal(REDELIVER_SIGNAL), () => {
    woken = true;
  });
  setHandler(defineSignal(STOP_SIGNAL), () => {
    stopped = true;
  });
  const { deliver } = proxyActivities<Pick<Activities, 'deliver'>>({
    taskQueue: CALLBACKS_QUEUE,
    startToCloseTimeout: '45s',
    heartbeatTimeout: heartbeatMs,
    retry: { initialInterval: '1s', maximumInterval: '1m' },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    summary: 'one try',
  });
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const result = await deliver({ deliveryId });
    if (result.said !== undefined) setCurrentDetails(result.said);
    if (result.done) return;
    await condition(() => woken || stopped, result.delayMs);
    if (stopped) return;
    woken = false;
  }
}

/** The rows end a delivery long before; this keeps a history finite whatever they say. */
const ROUNDS_MAX = 200;

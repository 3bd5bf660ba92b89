import {
  condition,
  defineSignal,
  patched,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { REDELIVER_SIGNAL, STOP_SIGNAL } from './contract';
import type { DeliverCallbackInput } from './contract';
import { deliveryActivities } from './proxies';

/**
 * Delivers one message to one endpoint, over hours or days: a try, a pause by the schedule, the next try. `redeliver`
 * ends the pause, `stop` ends the delivery. URL, secrets and body are in the rows; nothing of them enters the history.
 * Whatever ends it is written on the row, where an operator finds it and may begin another round under the same id.
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
  const { deliver, endDelivery } = deliveryActivities({ heartbeatMs });
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const result = await deliver({ deliveryId });
    if (result.said !== undefined) setCurrentDetails(result.said);
    if (result.done) return;
    await condition(() => woken || stopped, result.delayMs);
    if (stopped) break;
    woken = false;
  }
  // Runs that were stopped before this step existed replay without it.
  if (patched('end-is-written')) {
    await endDelivery({ deliveryId, end: stopped ? 'stopped' : 'gave_up' });
  }
}

/** The rows end a delivery long before; this keeps a history finite whatever they say. */
const ROUNDS_MAX = 200;

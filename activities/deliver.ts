import type { DeliveryEnd, DeliveryRow } from '../src/core/job/delivery';
import type { DeliverResult } from '../workflows/contract';
import { hostOf, tryOnce } from './callback-try';
import type { ActivityDeps } from './deps';
import { pending } from './failure';
import { againAfterMs, type PlaceName } from './places';

/**
 * One try of one message: the try's row is written before the request and completed after it; a crash between leaves
 * a visible unknown try and the message is sent again under the same id (at least once, said openly).
 */
export function deliver(deps: ActivityDeps) {
  return async ({ deliveryId }: { deliveryId: string }): Promise<DeliverResult> => {
    const found = await deps.store.deliveries.get(deliveryId, deps.now());
    if (!found) throw new Error(`no delivery ${deliveryId}`);
    const { delivery, secrets } = found;
    if (delivery.state !== 'pending') return { done: true };
    const taken = deps.places.take(placesOf(deps, delivery), deps.now());
    if ('heldMs' in taken) {
      throw pending('its receiver is busy with others', againAfterMs(taken.heldMs, deps.random()));
    }
    try {
      const { next, said } = await tryOnce(deps, delivery, {
        secrets,
        timeoutMs: deps.waits.deliveryTimeoutMs,
      });
      return 'end' in next ? { said, done: true } : { said, done: false, delayMs: next.delayMs };
    } finally {
      taken.leave();
    }
  };
}

/** Receivers that hang take the places of their own host and workspace, and leave some for copies of results. */
function placesOf({ limits }: ActivityDeps, { url, workspaceId }: DeliveryRow): PlaceName[] {
  return [
    { name: `deliveries to ${hostOf(url)}`, max: limits.deliveriesPerHost },
    { name: `deliveries of ${workspaceId}`, max: limits.deliveriesPerWorkspace },
    { name: 'deliveries', max: limits.deliveriesAtOnce },
  ];
}

/** Writes on the row that a workflow stopped its delivery, whose state was its own affair until then. */
export function endDelivery(deps: ActivityDeps) {
  return async ({ deliveryId, end }: { deliveryId: string; end: DeliveryEnd }): Promise<void> => {
    await deps.store.deliveries.end(deliveryId, end, deps.now());
  };
}

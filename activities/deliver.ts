import type { DeliveryEnd } from '../src/core/job/delivery';
import type { DeliverResult } from '../workflows/contract';
import { tryOnce, tryPlaces } from './callback-try';
import type { ActivityDeps } from './deps';
import { pending } from './failure';
import { againAfterMs } from './places';

/** Makes the next try of a message that its workflow has; one without a place comes again later, and holds nothing. */
export function deliver(deps: ActivityDeps) {
  return async ({ deliveryId }: { deliveryId: string }): Promise<DeliverResult> => {
    const found = await deps.store.deliveries.get(deliveryId, deps.now());
    if (!found) throw new Error(`no delivery ${deliveryId}`);
    const { delivery, secrets } = found;
    if (delivery.state !== 'pending') return { done: true };
    // Some places are left for copies of results.
    const all = { name: 'deliveries', max: deps.limits.deliveriesAtOnce };
    const taken = deps.places.take(tryPlaces(deps, delivery, all), deps.now());
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

/** Writes on the row that a workflow stopped its delivery, whose state was its own affair until then. */
export function endDelivery(deps: ActivityDeps) {
  return async ({ deliveryId, end }: { deliveryId: string; end: DeliveryEnd }): Promise<void> => {
    await deps.store.deliveries.end(deliveryId, end, deps.now());
  };
}

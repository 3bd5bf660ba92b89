import type { Config } from '../config';
import type { ActivitySlots } from '../engine/slots';

type CallbackLimits = Pick<
  Config['limits'],
  | 'deliveriesPerHost'
  | 'deliveriesPerWorkspace'
  | 'deliveriesAtOnce'
  | 'firstTriesAtOnce'
  | 'copiesAtOnce'
>;

/**
 * Deliveries and copies share the slots of one queue: however few there are, neither kind has all of them, and no
 * workspace has all places of deliveries. For 8 slots: 2 copies, 6 deliveries, 3 of one workspace or host. First tries
 * are made in slots of settles and leave half of those.
 */
export function callbackLimits(limits: CallbackLimits, slots: ActivitySlots): CallbackLimits {
  const atMost = (configured: number, share: number): number =>
    Math.min(configured, Math.max(1, Math.floor(share)));
  const copiesAtOnce = atMost(limits.copiesAtOnce, slots.exchanging / 4);
  const deliveriesAtOnce = atMost(limits.deliveriesAtOnce, slots.exchanging - copiesAtOnce);
  const deliveriesPerWorkspace = atMost(limits.deliveriesPerWorkspace, deliveriesAtOnce / 2);
  const deliveriesPerHost = atMost(limits.deliveriesPerHost, deliveriesPerWorkspace);
  const firstTriesAtOnce = atMost(limits.firstTriesAtOnce, slots.storing / 2);
  return {
    copiesAtOnce,
    deliveriesAtOnce,
    deliveriesPerWorkspace,
    deliveriesPerHost,
    firstTriesAtOnce,
  };
}

import type { Config } from '../config';

type CallbackLimits = Pick<
  Config['limits'],
  'deliveriesPerHost' | 'deliveriesPerWorkspace' | 'deliveriesAtOnce' | 'copiesAtOnce'
>;

/**
 * Deliveries and copies share the slots of one queue: however few there are, neither kind has all of them, and no
 * workspace has all places of deliveries. For 8 slots: 2 copies, 6 deliveries, 3 of one workspace or host.
 */
export function callbackLimits(limits: CallbackLimits, slots: number): CallbackLimits {
  const atMost = (configured: number, share: number): number =>
    Math.min(configured, Math.max(1, Math.floor(share)));
  const copiesAtOnce = atMost(limits.copiesAtOnce, slots / 4);
  const deliveriesAtOnce = atMost(limits.deliveriesAtOnce, slots - copiesAtOnce);
  const deliveriesPerWorkspace = atMost(limits.deliveriesPerWorkspace, deliveriesAtOnce / 2);
  const deliveriesPerHost = atMost(limits.deliveriesPerHost, deliveriesPerWorkspace);
  return { copiesAtOnce, deliveriesAtOnce, deliveriesPerWorkspace, deliveriesPerHost };
}

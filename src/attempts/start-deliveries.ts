import type { AttemptDeps } from './deps';

/**
 * Starts the workflows of these deliveries and marks their rows as started. A second start of one is no start; what is
 * lost between start and mark is found by the sweep.
 */
export async function startDeliveries(
  { engine, store, now }: Pick<AttemptDeps, 'engine' | 'store' | 'now'>,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    await engine.startDelivery(id);
    await store.sweep.markDeliveryStarted(id, now());
  }
}

import type { AttemptDeps } from './deps';

/** From their rows; what was started already, or is lost on the way, is the sweep's to see. */
export async function startDeliveries(
  { engine, store, now }: Pick<AttemptDeps, 'engine' | 'store' | 'now'>,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    await engine.startDelivery(id);
    await store.sweep.markDeliveryStarted(id, now());
  }
}

import type { AttemptDeps } from './deps';

type StartDeps = Pick<AttemptDeps, 'engine' | 'store' | 'now'>;

/**
 * The function starts deliveries from their rows and marks those as started. A second start of one is no start; what is
 * lost between start and mark is found by the sweep.
 */
export async function startDeliveries(deps: StartDeps, ids: readonly string[]): Promise<void> {
  for (const id of ids) await startDelivery(deps, id);
}

/** The function starts one delivery, whose first try then comes after `delayMs`. */
export async function startDelivery(
  { engine, store, now }: StartDeps,
  id: string,
  delayMs = 0,
): Promise<void> {
  await engine.startDelivery(id, delayMs);
  await store.sweep.markDeliveryStarted(id, now());
}

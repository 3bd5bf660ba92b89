import type { Engine } from '../core/ports/engine';
import type { Store } from '../core/ports/store/store';

/**
 * Begins the work that a row asks for and marks the row as begun. A row whose workflow is there already stays unmarked,
 * since a run that is about to close does none of what was just asked for: the sweep asks the engine about it again. What
 * is lost between begin and mark is the sweep's too.
 */
export interface BeginDeps {
  engine: Pick<Engine, 'startDelivery' | 'startKeep'>;
  store: Pick<Store, 'sweep'>;
  now(): number;
}

/** Begins a delivery, whose first try then comes after `delayMs`; false when a run of it is there. */
export async function beginDelivery(
  { engine, store, now }: BeginDeps,
  id: string,
  delayMs = 0,
): Promise<boolean> {
  const isBegun = await engine.startDelivery(id, delayMs);
  if (isBegun) await store.sweep.markDeliveryStarted(id, now());
  return isBegun;
}

/** Begins the copy of a job's result; false when a run of it is there. */
export async function beginKeep(
  { engine, store, now }: BeginDeps,
  jobId: string,
): Promise<boolean> {
  const isBegun = await engine.startKeep(jobId);
  if (isBegun) await store.sweep.markKeepStarted(jobId, now());
  return isBegun;
}

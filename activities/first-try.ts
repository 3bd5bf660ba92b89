import type { DeliveryRow } from '../src/core/job/delivery';
import { beginDelivery } from '../src/attempts/begin';
import { hostOf, tryOnce, tryPlaces } from './callback-try';
import type { Try } from './callback-try';
import type { ActivityDeps } from './deps';

/**
 * Tells a caller of an end without a workflow: one short try, made by whoever has just committed the message. Where it
 * fails or is not possible the message's workflow starts, and waits as long as the schedule says after a try that failed.
 */
export async function tellFirst(deps: ActivityDeps, deliveryId: string): Promise<void> {
  const found = await deps.store.deliveries.get(deliveryId, deps.now());
  // Somebody else has told it, or its workflow does.
  if (found?.delivery.state !== 'pending' || found.isStarted) return;
  const tried = await firstTry(deps, found);
  if (tried && 'end' in tried.next) return;
  await beginDelivery(deps, deliveryId, tried?.next.delayMs);
}

/**
 * Makes the try where there is a place for it; undefined where the host has just hung, or where it, its workspace or this
 * process is busy with others.
 */
async function firstTry(
  deps: ActivityDeps,
  { delivery, secrets }: { delivery: DeliveryRow; secrets: string[] },
): Promise<Try | undefined> {
  const host = hostOf(delivery.url);
  if (deps.hungHosts.has(host, deps.now())) return undefined;
  const startedAt = deps.now();
  const taken = deps.places.take(
    // Most settles are left without a first try.
    tryPlaces(deps, delivery, { name: 'first tries', max: deps.limits.firstTriesAtOnce }),
    startedAt,
  );
  if ('heldMs' in taken) return undefined;
  try {
    const tried = await tryOnce(deps, delivery, { secrets, timeoutMs: deps.waits.firstTryMs });
    const isHung = tried.result.kind !== 'reply' && isLong(deps, deps.now() - startedAt);
    if (isHung) deps.hungHosts.add(host, deps.now());
    return tried;
  } finally {
    taken.leave();
  }
}

/** A try that failed at once, such as a refused connection, held nobody up. */
const isLong = ({ waits }: ActivityDeps, tookMs: number): boolean => tookMs >= waits.firstTryMs / 2;

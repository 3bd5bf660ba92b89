import { newTryStep, sendMessage } from './callback-try';
import type { ActivityDeps } from './deps';
import { eachRow } from './each-row';
import type { AlertTarget } from '../src/core/money/alerts';
import type { AlertRow } from '../src/core/ports/store/alerts';

/**
 * Finds what is to be told, and makes the tries that are due, by the schedule of callbacks. An alert whose sender died
 * is sent again under the same `webhook-id`. It returns how many were taken.
 */
export async function tellAlerts(deps: ActivityDeps): Promise<number> {
  const { alerts: target, store, limits, now } = deps;
  if (!target) return 0;
  await store.alerts.raise({ lowBalance: target.lowBalance }, now());
  const rows = await store.alerts.due(now(), limits.sweepRows);
  const idsOf = ({ id, workspaceId }: AlertRow) => ({ alertId: id, workspaceId });
  return eachRow(deps, { step: 'alerts', rows, idsOf }, (row) => tell(deps, target, row));
}

async function tell(deps: ActivityDeps, target: AlertTarget, row: AlertRow): Promise<boolean> {
  const { store, waits, log, now } = deps;
  const timeoutMs = waits.deliveryTimeoutMs;
  // Longer than the try, so that no other sweep makes it too.
  const number = await store.alerts.beginTry(row.id, now(), now() + 2 * timeoutMs);
  if (number === undefined) return false;
  const message = {
    eventId: row.id,
    ...{ url: target.url, body: row.body, contentType: 'application/json' },
  };
  const result = await sendMessage(deps, message, { secrets: [target.secret], timeoutMs });
  const step = newTryStep(deps, number, result);
  if (step.end === undefined) {
    await store.alerts.endTry(row.id, { at: now() + step.delayMs });
    log.warn({ alertId: row.id, about: row.about }, 'an alert was not taken; it is tried again');
    return false;
  }
  await store.alerts.endTry(row.id, { end: step.end });
  if (step.end === 'delivered') return true;
  log.error({ alertId: row.id, about: row.about, because: step.end }, 'an alert was given up');
  return false;
}

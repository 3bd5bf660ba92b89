import type { EventEmitter } from 'node:events';

/**
 * Adds listeners, and returns what takes them off again. A listener keeps alive everything around it: one that stays on
 * a request would hold the request's body for as long as the answer takes.
 */
export function listenTo<Events extends string>(
  emitter: EventEmitter,
  listeners: Readonly<Record<Events, (...values: never[]) => void>>,
): () => void {
  const entries = Object.entries(listeners) as [string, (...values: unknown[]) => void][];
  for (const [event, listener] of entries) emitter.on(event, listener);
  return () => {
    for (const [event, listener] of entries) emitter.off(event, listener);
  };
}

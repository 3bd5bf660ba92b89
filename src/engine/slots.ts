import type { Limits } from '../core/settings/limits';

/** How many activities one process runs at once on its queues. */
export interface ActivitySlots {
  /** The queue whose activities do nothing but read and write rows has so many slots. */
  storing: number;
  /** Each queue whose activities mostly wait for providers, receivers and files has so many slots. */
  exchanging: number;
}

/** Exchanging activities per connection: each needs one for a few milliseconds before and after its exchange. */
const EXCHANGING_PER_CONNECTION = 5;

/**
 * Slots follow the connections of the worker's pool, so that a burst waits for a slot in the engine, where waiting
 * costs nothing, and not for a connection, where it fails. For 20 connections, three exchanging queues and at most 100:
 * 20 that store and 33 on each exchanging queue.
 */
export function activitySlots(
  limits: Pick<Limits, 'databaseConnections' | 'activitiesPerQueue'>,
  queues: { exchanging: number },
): ActivitySlots {
  const { databaseConnections, activitiesPerQueue } = limits;
  const atMost = (slots: number): number =>
    Math.max(1, Math.min(activitiesPerQueue, Math.floor(slots)));
  return {
    storing: atMost(databaseConnections),
    exchanging: atMost((databaseConnections * EXCHANGING_PER_CONNECTION) / queues.exchanging),
  };
}

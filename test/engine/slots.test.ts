import { activitySlots } from '../../src/engine/slots';

/** Activities wait for a slot in the engine, where waiting costs nothing, and not for a database connection. */

const TABLE: [connections: number, queues: number, most: number, storing: number, each: number][] =
  [
    [20, 3, 100, 20, 33],
    [20, 1, 100, 20, 100],
    [20, 3, 10, 10, 10],
    [4, 5, 100, 4, 4],
    [1, 20, 100, 1, 1],
  ];

test.each(TABLE)(
  '%d connections and %d exchanging queues with at most %d each give %d and %d slots',
  (databaseConnections, exchanging, activitiesPerQueue, storing, each) => {
    const limits = { databaseConnections, activitiesPerQueue };
    expect(activitySlots(limits, { exchanging })).toEqual({ storing, exchanging: each });
  },
);

/** How much of everything a run measures: enough for the documents within five minutes on two cores, or a quick look. */
export interface Plan {
  /** The gateway and what it stands on are left alone for this long before their memory is read. */
  restMs: number;
  lifecycle: {
    /** Jobs under way at any moment: enough that both ours and bare ones wait for the machine, not for the clock. */
    atOnce: number;
    /** A job takes so long at its provider. */
    jobSeconds: number;
    /** Nothing is counted in the first of these milliseconds, and all that ends in the others. */
    rampMs: number;
    windowMs: number;
    /** Bare, ours, ours with callbacks, and again. */
    rounds: number;
  };
  read: { connections: readonly number[]; forMs: number; rounds: number };
  /** Jobs at a pace that the machine keeps, so that what is measured is the way and not the queue. */
  delays: { perSecond: number; forMs: number };
  cost: { perSecond: number; forMs: number };
  create: {
    burst: { count: number; atOnce: number };
    open: { perSecond: number; forMs: number };
  };
  /** The peer is left out where it is undefined. */
  peer: { atOnce: number; forMs: number } | undefined;
}

export const FULL: Plan = {
  restMs: 3_000,
  lifecycle: { atOnce: 64, jobSeconds: 2, rampMs: 4_000, windowMs: 10_000, rounds: 2 },
  read: { connections: [1, 16, 64], forMs: 2_000, rounds: 2 },
  delays: { perSecond: 3, forMs: 15_000 },
  cost: { perSecond: 2, forMs: 5_000 },
  create: { burst: { count: 1_000, atOnce: 16 }, open: { perSecond: 80, forMs: 8_000 } },
  peer: { atOnce: 16, forMs: 6_000 },
};

export const QUICK: Plan = {
  restMs: 1_000,
  lifecycle: { atOnce: 24, jobSeconds: 1, rampMs: 1_500, windowMs: 4_000, rounds: 1 },
  read: { connections: [1, 16, 64], forMs: 700, rounds: 1 },
  delays: { perSecond: 3, forMs: 3_000 },
  cost: { perSecond: 2, forMs: 2_000 },
  create: { burst: { count: 200, atOnce: 16 }, open: { perSecond: 80, forMs: 3_000 } },
  peer: undefined,
};

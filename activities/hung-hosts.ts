/** Hosts whose receivers have just let a try hang, as one process remembers them for a while. */
export interface HungHosts {
  add(host: string, now: number): void;
  has(host: string, now: number): boolean;
}

/** The number of hosts that are remembered; the one that hung the longest ago goes first. */
const HOSTS_MAX = 1_000;

/** Makes an empty memory; a host is remembered for `forMs` after it hung. */
export function createHungHosts(forMs: number): HungHosts {
  /** The moment until which each host counts as hung; the one that hung last stands last. */
  const hung = new Map<string, number>();
  return {
    add(host, now) {
      hung.delete(host);
      hung.set(host, now + forMs);
      const [oldest] = hung.keys();
      if (hung.size > HOSTS_MAX && oldest !== undefined) hung.delete(oldest);
    },
    has(host, now) {
      const until = hung.get(host);
      if (until === undefined || now < until) return until !== undefined;
      hung.delete(host);
      return false;
    },
  };
}

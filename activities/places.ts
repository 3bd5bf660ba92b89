/**
 * Places that nobody waits for: whoever finds none comes again later and holds nothing meanwhile. So receivers that
 * hang keep their own host's and workspace's places, and all other places go on.
 */
export interface Places {
  /** Takes one place under every name, or none at all. */
  take(names: readonly PlaceName[], now: number): TakeResult;
}

export interface PlaceName {
  /** The place's name, such as `host example.com`. */
  name: string;
  max: number;
}

/** A place, or how long the oldest of those who are in the way has been there, in milliseconds. */
export type TakeResult = { leave: () => void } | { heldMs: number };

export function createPlaces(): Places {
  /** The holders of each place name with the moment when each came, the oldest first. */
  const held = new Map<string, Set<{ since: number }>>();
  return {
    take(names, now) {
      const full = names.find(({ name, max }) => (held.get(name)?.size ?? 0) >= max);
      if (full) {
        const [oldest] = held.get(full.name) ?? [];
        return { heldMs: now - (oldest?.since ?? now) };
      }
      const place = { since: now };
      for (const { name } of names) held.set(name, (held.get(name) ?? new Set()).add(place));
      return {
        leave: () => {
          for (const { name } of names) {
            const holders = held.get(name);
            holders?.delete(place);
            if (holders?.size === 0) held.delete(name);
          }
        },
      };
    },
  };
}

/**
 * Gives the pause before coming again, in milliseconds: short where places change hands quickly, longer where they
 * hang. `random` is from 0 to 1 and spreads those who wait.
 */
export function againAfterMs(heldMs: number, random: number): number {
  const aboutMs = Math.min(Math.max(heldMs, AGAIN_MIN_MS), AGAIN_MAX_MS);
  return aboutMs * (0.5 + random);
}

const AGAIN_MIN_MS = 200;
const AGAIN_MAX_MS = 5_000;

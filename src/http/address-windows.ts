import { isIPv6 } from 'node:net';
import { GatewayError } from '../core/errors';

export interface WindowOptions {
  /** So many in a minute, from one address. */
  most: number;
  /** Addresses that are remembered at once; past it the oldest is forgotten. */
  addressesMax: number;
  /** Says what was too much. */
  message: string;
}

const MINUTE_MS = 60_000;

/**
 * Counts by address in windows of a minute that begin with an address's first place. What is returned takes a place, and
 * returns what gives it back; it throws `rate_limited` where there is none.
 */
export function createWindows({ most, addressesMax, message }: WindowOptions) {
  const windows = new Map<string, { taken: number; endsAt: number }>();
  return (address: string, now: number): (() => void) => {
    const name = networkOf(address);
    let window = windows.get(name);
    if (!window || window.endsAt <= now) {
      windows.delete(name);
      const [oldest] = windows.keys();
      if (oldest !== undefined && windows.size >= addressesMax) windows.delete(oldest);
      window = { taken: 0, endsAt: now + MINUTE_MS };
      windows.set(name, window);
    }
    if (window.taken >= most) {
      const retryAfterSeconds = Math.ceil((window.endsAt - now) / 1_000);
      throw new GatewayError('rate_limited', { message, retryAfterSeconds });
    }
    const place = window;
    place.taken += 1;
    return () => {
      place.taken -= 1;
    };
  };
}

/**
 * Returns the network that an address counts for: `203.0.113.7` itself, and of IPv6 the /56, since whoever has one
 * address there has all of it.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  while (tail !== undefined && groups.length + after.length < 8) groups.push('0');
  const [first = '0', second = '0', third = '0', fourth = '0'] = [...groups, ...after];
  const site = [first, second, third].map((group) => group.padStart(4, '0'));
  return `${site.join(':')}:${fourth.padStart(4, '0').slice(0, 2)}00::/56`;
}

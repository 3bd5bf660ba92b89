import { isIPv4, isIPv6 } from 'node:net';
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
 * address there has all of it. A proxy may write a port behind it (`203.0.113.7:5123`, `[2001:db8::1]:5123`), which is
 * another with each connection and so no part of it. All that is no address counts as one.
 */
export function networkOf(text: string): string {
  const address = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, '$1');
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return 'no address';
  const groups = groupsOf(address);
  const [first = 0, second = 0, third = 0, fourth = 0] = groups;
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return groups.slice(6).flatMap(bytesOf).join('.');
  return `${[first, second, third, fourth & 0xff00].map(hexOf).join(':')}::/56`;
}

/** Returns the eight groups of an IPv6 address however it is written: the parser of URLs knows each form, but no zone. */
function groupsOf(address: string): number[] {
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  const [head = [], tail = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
}

const bytesOf = (group: number): number[] => [group >> 8, group & 0xff];
const hexOf = (group: number): string => group.toString(16).padStart(4, '0');

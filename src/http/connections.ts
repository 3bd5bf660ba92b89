import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from './address-windows';

/** How many connections of callers are open at once. */
export interface ConnectionLimits {
  max: number;
  /** Those of one address, of IPv6 a /56; absent behind a proxy, where all of them are the proxy's. */
  perAddressMax?: number | undefined;
}

/** Why a connection was closed at once: all of the process's were open, or all of its address's. */
export type FullConnections = 'all' | 'address';

/**
 * Closes what is one too many before a byte of it is read: no answer, since whoever holds thousands of connections reads
 * none, and a caller with an ordinary client knows that nothing was sent. `onFull` hears of each.
 */
export function limitConnections(
  server: Server,
  { max, perAddressMax }: ConnectionLimits,
  onFull: (full: FullConnections) => void,
): void {
  server.maxConnections = max;
  server.on('drop', () => {
    onFull('all');
  });
  if (perAddressMax === undefined) return;
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const name = networkOf(socket.remoteAddress ?? '');
    const count = (open.get(name) ?? 0) + 1;
    if (count > perAddressMax) {
      onFull('address');
      socket.destroy();
      return;
    }
    open.set(name, count);
    socket.once('close', () => {
      const left = (open.get(name) ?? 1) - 1;
      if (left > 0) open.set(name, left);
      else open.delete(name);
    });
  });
}

/** A client that sends requests without waiting for answers, as HTTP/1.1 allows, has a few under way. */
const UNANSWERED_MAX = 100;

/** The requests of each connection that have no answer yet. */
export interface Unanswered {
  /**
   * Counts a request, and says whether its connection may have so many. One with more than any client needs is to be
   * closed: each of its requests would be worked on at once, and cost more than it did to send.
   */
  begin(socket: Socket): boolean;
  end(socket: Socket): void;
}

export function createUnanswered(): Unanswered {
  const counts = new WeakMap<Socket, number>();
  return {
    begin(socket) {
      const count = (counts.get(socket) ?? 0) + 1;
      counts.set(socket, count);
      return count <= UNANSWERED_MAX;
    },
    end(socket) {
      counts.set(socket, (counts.get(socket) ?? 1) - 1);
    },
  };
}

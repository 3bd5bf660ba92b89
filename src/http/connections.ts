import type { Server, ServerResponse } from 'node:http';
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

/**
 * Returns what counts a response for its connection, and says whether that has more without an answer than any client
 * needs. Such a one is to be closed: each of its requests would be worked on at once, and cost more than it did to send.
 */
export function watchUnanswered(): (response: ServerResponse) => boolean {
  const unanswered = new WeakMap<Socket, number>();
  return (response) => {
    const { socket } = response.req;
    const count = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, count);
    response.once('close', () => {
      unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1);
    });
    return count > UNANSWERED_MAX;
  };
}

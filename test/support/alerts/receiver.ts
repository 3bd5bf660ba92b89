import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A caller's endpoint for callbacks: one URL that takes every message, and one that never does. */
export interface Receiver {
  taking: string;
  failing: string;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(request.url === '/taking' ? 204 : 500).end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  // Sound because a server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${String(port)}`;
  return {
    taking: `${origin}/taking`,
    failing: `${origin}/failing`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

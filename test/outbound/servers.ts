import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { GatewayError } from '../../src/core/errors';
import type { CallOptions, Outbound } from '../../src/core/ports/outbound';
import { createOutbound } from '../../src/outbound';
import type { OutboundOptions } from '../../src/outbound';

/** Local servers and clients of one test file; `closeAll` belongs into `afterEach`. */

const open: { close(): Promise<void> }[] = [];

export async function closeAll(): Promise<void> {
  for (const one of open.splice(0).reverse()) await one.close();
}

export function outbound(
  options: Partial<OutboundOptions> = {},
): Outbound & { close(): Promise<void> } {
  const made = createOutbound({ userAgent: 'reelay-test', ...options });
  open.push(made);
  return made;
}

export interface LocalServer {
  /** `http://127.0.0.1:<port>` */
  origin: string;
  port: number;
  connections(): number;
  /** Everything that arrived, on all connections. */
  received(): string;
  sockets: Set<Socket>;
}

/** A server that speaks no protocol by itself: `serve` does what it wants with each socket. */
export function tcpServer(serve: (socket: Socket) => void): Promise<LocalServer> {
  return listen(createTcpServer(serve));
}

export function httpServer(serve: RequestListener): Promise<LocalServer> {
  return listen(createHttpServer(serve));
}

async function listen(server: Server): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let received = '';
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  });
  const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    port,
    connections: () => connections,
    received: () => received,
    sockets,
  };
}

export const until = async (isTrue: () => boolean, withinMs = 60_000): Promise<void> => {
  const end = Date.now() + withinMs;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

export function soon(options: Partial<CallOptions> = {}): CallOptions {
  return { deadlineAt: Date.now() + 10_000, replyBytesMax: 100_000, ...options };
}

/** The `Failure` behind a download that was refused. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof GatewayError ? error.cause : error;
}

export async function read(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

import { connect, type Socket } from 'node:net';

/** A second address of this machine, so that what is limited by address is not the watcher's. */
const OTHER_ADDRESS = '127.0.0.2';

/** Connections that say nothing. */
export interface IdleConnections {
  /** How many the gateway has not closed. */
  open(): number;
  end(): void;
}

/** Opens so many connections from one address; resolves when the system has taken each, or refused it. */
export async function openIdle(origin: string, count: number): Promise<IdleConnections> {
  const { hostname, port } = new URL(origin);
  const sockets = Array.from({ length: count }, (): Socket => {
    const socket = connect({ host: hostname, port: Number(port), localAddress: OTHER_ADDRESS });
    socket.on('error', () => undefined); // a closed connection is an outcome
    return socket.resume();
  });
  await Promise.all(sockets.map((socket) => eventOf(socket, 'connect', 'close')));
  return {
    open: () => sockets.filter(({ readyState }) => readyState === 'open').length,
    end: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** How many requests of one connection got which status. */
export type Statuses = Readonly<Record<string, number>>;

/** Sends so many requests at once on one connection, waits for no answer, and counts the answers until it is closed. */
export async function sendPipelined(origin: string, key: string, count: number): Promise<Statuses> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined); // the gateway closes while more is sent
  const statuses: Record<string, number> = {};
  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    const text = rest + chunk.toString('latin1');
    for (const [, status = ''] of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    // A status line that is cut in two begins in the last bytes.
    rest = text.slice(text.lastIndexOf('\n') + 1).slice(-STATUS_LINE_BYTES);
    if (/HTTP\/1\.1 \d{3} /.test(rest)) rest = '';
  });
  const request = `GET /v1/videos/none HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${key}\r\n\r\n`;
  socket.write(request.repeat(count));
  await eventOf(socket, 'close');
  return statuses;
}

const STATUS_LINE_BYTES = 13;

/** Resolves with the first of these events; an error is followed by a close. */
function eventOf(socket: Socket, ...names: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    for (const name of names) {
      socket.once(name, () => {
        resolve();
      });
    }
  });
}

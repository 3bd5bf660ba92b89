import { createServer } from 'node:http';
import { verify } from '../src/callbacks/verify';

/** A receiver is a caller's webhook endpoint: it takes signed callbacks and says which of them verify. */
export interface Receiver {
  url: string;
  /** Gives the next message; rejects when none came in time. */
  next(timeoutMs: number): Promise<ReceivedCallback>;
  close(): Promise<void>;
}

/** A callback that arrived, and whether its signature holds. */
export interface ReceivedCallback {
  verified: boolean;
  id: string;
  /** How often this id has arrived so far. */
  tries: number;
  body: unknown;
}

const BODY_BYTES_MAX = 1024 * 1024;

export async function startReceiver(secret: string): Promise<Receiver> {
  const arrived: ReceivedCallback[] = [];
  const waiting: ((received: ReceivedCallback) => void)[] = [];
  const tries = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_BYTES_MAX) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const received = read(request.headers, Buffer.concat(chunks), secret, tries);
      response.writeHead(received.verified ? 204 : 400).end();
      const waiter = waiting.shift();
      if (waiter) waiter(received);
      else arrived.push(received);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${String(port)}/webhook`,
    next: (timeoutMs) => next(arrived, waiting, timeoutMs),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function read(
  headers: Record<string, string | string[] | undefined>,
  body: Buffer,
  secret: string,
  tries: Map<string, number>,
): ReceivedCallback {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') single[name] = value;
  }
  const checked = verify({
    headers: single,
    body,
    secrets: [secret],
    nowSeconds: Math.floor(Date.now() / 1_000),
  });
  const id = checked.ok ? checked.id : '';
  tries.set(id, (tries.get(id) ?? 0) + 1);
  return {
    verified: checked.ok,
    id,
    tries: tries.get(id) ?? 0,
    body: checked.ok ? (JSON.parse(body.toString('utf8')) as unknown) : undefined,
  };
}

function next(
  arrived: ReceivedCallback[],
  waiting: ((received: ReceivedCallback) => void)[],
  timeoutMs: number,
): Promise<ReceivedCallback> {
  const first = arrived.shift();
  if (first) return Promise.resolve(first);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`no callback arrived within ${String(timeoutMs / 1_000)} s`));
    }, timeoutMs);
    waiting.push((received) => {
      clearTimeout(timer);
      resolve(received);
    });
  });
}

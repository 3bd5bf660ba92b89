import { connect, type Socket } from 'node:net';

/** A request whose body stops before its end, on a connection that stays open: what a slow or a hostile caller sends. */
export interface StalledRequest {
  socket: Socket;
  /** The status line's number, once an answer is there; undefined when none came in time. */
  status(withinMs?: number): Promise<number | undefined>;
  /** What was answered so far. */
  text(): string;
  end(): void;
}

/** Longer than any machine takes; what an answer proves is in its status. */
const ANSWER_MS = 60_000;

export function sendStalled(
  origin: string,
  path: string,
  { headers, declared, body }: { headers: Record<string, string>; declared: number; body: Buffer },
): StalledRequest {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const head = Object.entries({ host: `${hostname}:${port}`, ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  socket.write(`POST ${path} HTTP/1.1\r\n${head}content-length: ${String(declared)}\r\n\r\n`);
  socket.write(body);
  const text = (): string => Buffer.concat(chunks).toString('latin1');
  const status = (): number | undefined => {
    const found = /^HTTP\/1\.1 (\d{3})/.exec(text())?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return {
    socket,
    text,
    async status(withinMs = ANSWER_MS) {
      const end = Date.now() + withinMs;
      while (status() === undefined && Date.now() < end && !socket.closed) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return status();
    },
    end: () => socket.destroy(),
  };
}

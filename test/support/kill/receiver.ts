import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A caller's endpoint that remembers every message, verified by the reference library of Standard Webhooks. */
export interface Receiver {
  url(name: string, how?: ReceiverWays): string;
  /** Messages that came to that name, in order; the id of one that does not verify is undefined. */
  messages(name: string): readonly { id: string | undefined; type: unknown }[];
  close(): Promise<void>;
}

/** `refusing once`: the first message is answered with 503 and is none that came. */
export type ReceiverWays = 'taking' | 'refusing once';

export async function startReceiver(secret: string): Promise<Receiver> {
  const arrived: { name: string; id: string | undefined; type: unknown }[] = [];
  const refused = new Set<string>();
  const webhook = new Webhook(secret);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [name = '', way] = (request.url ?? '/').slice(1).split('?');
      if (way !== undefined && !refused.has(name)) {
        refused.add(name);
        response.writeHead(503).end();
        return;
      }
      const body = Buffer.concat(chunks).toString('utf8');
      // Sound because repeated headers, the only lists, do not verify anyway.
      const headers = request.headers as Record<string, string>;
      try {
        const { type } = webhook.verify(body, headers) as { type: unknown };
        arrived.push({ name, id: headers['webhook-id'], type });
        response.writeHead(204).end();
      } catch {
        arrived.push({ name, id: undefined, type: undefined });
        response.writeHead(400).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Sound because a server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: (name, how = 'taking') =>
      `http://127.0.0.1:${port}/${name}${how === 'taking' ? '' : '?once'}`,
    messages: (name) => arrived.filter((message) => message.name === name),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

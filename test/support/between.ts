import { createServer, request as send } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between a client and a server, and may refuse or change what goes through. */
export interface Between {
  url: string;
  close(): void;
}

export interface Passing {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** The way of a request: the server, headers beside its own, and whether the server's answer is lost. */
export interface Way {
  origin: string;
  headers?: Record<string, string>;
  losesAnswer?: boolean;
}

/** Says the way of a request, at once or when it may go on; a number refuses it with that status. */
export type Pass = (passing: Passing) => Way | number | Promise<Way | number>;

export interface BetweenOptions {
  pass: Pass;
  /** Hears how each was answered. */
  answered?: (passing: Passing, status: number) => void;
}

export async function startBetween({ pass, answered }: BetweenOptions): Promise<Between> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url: path = '/', method = 'GET', headers } = request;
      const passing = { method, path, headers, body: Buffer.concat(chunks) };
      const end = (status: number): void => {
        answered?.(passing, status);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end('{"error":{"code":"AuthenticationError","message":"refused"}}');
      };
      const goOn = (way: Way): void => {
        const out = send(`${way.origin}${path}`, {
          method,
          headers: { ...headers, ...way.headers, host: new URL(way.origin).host },
          agent: false,
        });
        out.on('response', (answer) => {
          answered?.(passing, answer.statusCode ?? 0);
          if (way.losesAnswer === true) {
            answer.resume().once('end', () => response.destroy());
            return;
          }
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        out.on('error', () => (response.headersSent ? response.destroy() : end(502)));
        out.end(passing.body);
      };
      void Promise.resolve(pass(passing)).then((way) => {
        if (typeof way === 'number') end(way);
        else goOn(way);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

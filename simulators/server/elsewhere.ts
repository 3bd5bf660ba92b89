import { createServer } from 'node:http';
import type { Headers } from '../../src/core/provider/exchange';
import { serveMedia } from './media';
import { listen } from './port';
import { headersOf, sendJson, type ServeContext } from './serve';

/** Another origin of the simulator serves the same files, as the host of a vendor's store beside its API does. */
export interface Elsewhere {
  /** `http://127.0.0.1:<another port>`. */
  origin: string;
  /** What it was asked so far. */
  heard: readonly { path: string; headers: Headers }[];
  stop(): Promise<void>;
}

/** Calls beyond this many are served and not remembered. */
const HEARD_MAX = 1_000;

/** Starts it on a free port of the loopback address; `contextNow` is what a call is served with. */
export async function startElsewhere(contextNow: () => ServeContext): Promise<Elsewhere> {
  const heard: { path: string; headers: Headers }[] = [];
  const server = createServer((request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://elsewhere');
    if (heard.length < HEARD_MAX) heard.push({ path, headers: headersOf(request) });
    serveMedia({ request, response, path, query }, contextNow()).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, { status: 500, body: { error: String(error) } });
    });
  });
  const port = await listen(server, 0, true);
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    heard,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

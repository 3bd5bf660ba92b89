import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { ErrorCode } from '../core/errors';
import {
  createUnanswered,
  limitConnections,
  type ConnectionLimits,
  type FullConnections,
} from './connections';
import { answerRawRefusals, type RenderRefusal } from './raw-refusals';

export interface ListenOptions {
  host: string;
  /** 0 = any free port. */
  port: number;
  timeouts?: Partial<ServerTimeouts>;
  /** How many connections may be open; absent = as many as the system allows. */
  connections?: ConnectionLimits | undefined;
  /** Hears of each connection that was closed as one too many. */
  onFull?: ((full: FullConnections) => void) | undefined;
  /** Gives what is no request its words; absent = Node's, a status alone. */
  renderRefusal?: RenderRefusal | undefined;
  /** Hears of what was refused in such words. */
  onRefused?: ((code: ErrorCode) => void) | undefined;
}

export interface ServerTimeouts {
  headersMs: number;
  /** A whole request with its uploads. */
  requestMs: number;
  /**
   * Milliseconds that an idle connection stays open: more than the idle timeout of usual load balancers (60 s), so that
   * they close first.
   */
  keepAliveMs: number;
  /** How long `close` lets running answers go on. */
  closeMs: number;
}

export const SERVER_TIMEOUTS: ServerTimeouts = {
  headersMs: 15_000,
  requestMs: 300_000,
  keepAliveMs: 65_000,
  closeMs: 10_000,
};

/** A server that listens. */
export interface HttpServer {
  /** `http://host:port`, without a path. */
  origin: string;
  port: number;
  /** Goes on serving, and asks every caller to open a new connection next time. Repeatable. */
  drain(): void;
  /** Takes no new connection, closes idle ones, lets running answers end, then cuts what is left. Repeatable. */
  close(): Promise<void>;
}

const HEADER_BYTES_MAX = 16 * 1024;
const TIMEOUT_CHECK_MS = 5_000;
/** Connections that wait to be accepted; the system may allow fewer. */
const BACKLOG = 4_096;

/** Rejects where the address cannot be had. */
export async function listen(app: RequestListener, options: ListenOptions): Promise<HttpServer> {
  const timeouts = { ...SERVER_TIMEOUTS, ...options.timeouts };
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    // The app says it in words.
    requireHostHeader: false,
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, timeouts.headersMs),
  });
  // Past a number of them Node leaves the rest out, an Idempotency-Key too; their bytes are limited already.
  server.maxHeadersCount = 0;
  let closing: Promise<void> | undefined;
  let isDraining = false;
  const running = new Set<ServerResponse>();
  const { connections, onFull, renderRefusal: render, onRefused } = options;
  if (connections) limitConnections(server, connections, onFull ?? (() => undefined));
  if (render)
    answerRawRefusals(server, { headerBytesMax: HEADER_BYTES_MAX, running, render, onRefused });
  const unanswered = createUnanswered();
  const answer: RequestListener = (request, response) => {
    const { socket } = request;
    if (!unanswered.begin(socket)) {
      socket.destroy();
      return;
    }
    running.add(response);
    if (isDraining) response.setHeader('Connection', 'close');
    response.once('close', () => {
      running.delete(response);
      unanswered.end(socket);
      // Its connection is idle only after this event.
      if (closing)
        setImmediate(() => {
          server.closeIdleConnections();
        });
    });
    app(request, response);
  };
  server.on('request', answer);
  // An expectation that nobody knows may be passed over (RFC 9110, 10.1.1); Node answers it without a word.
  server.on('checkExpectation', answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host, backlog: BACKLOG }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://${originHost(options.host)}:${String(address.port)}`,
    port: address.port,
    drain() {
      isDraining = true;
    },
    close() {
      closing ??= new Promise((resolve) => {
        for (const response of running) {
          if (!response.headersSent) response.setHeader('Connection', 'close');
        }
        const cut = setTimeout(() => {
          server.closeAllConnections();
        }, timeouts.closeMs);
        // The kernel resets connections that nobody has taken yet; the poll before an immediate has just taken them all.
        setImmediate(() => {
          server.close(() => {
            clearTimeout(cut);
            resolve();
          });
          server.closeIdleConnections();
        });
      });
      return closing;
    },
  };
}

/** Returns the host of an origin: an address that means "all of them", such as `0.0.0.0`, is no place to go to. */
function originHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

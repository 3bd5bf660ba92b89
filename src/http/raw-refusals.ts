import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answer } from '../core/api/answer';
import { GatewayError, type ErrorCode } from '../core/errors';

/** Renders an error as the API of that path does; the first one where nothing is known of a path. */
export type RenderRefusal = (
  error: GatewayError,
  where: { path: string | undefined; requestId: string },
) => Answer;

export interface RawRefusalOptions {
  headerBytesMax: number;
  /** Answers that have not ended. */
  running: ReadonlySet<ServerResponse>;
  render: RenderRefusal;
  /** Hears of each that is answered. */
  onRefused?: ((code: ErrorCode) => void) | undefined;
}

/** A caller that is still sending reads its answer within this, in milliseconds; then it is cut. */
const LINGER_MS = 2_000;

/**
 * Answers what Node's parser refuses before, or in the middle of, a request, in the words of an API: headers that are
 * too large, a request that did not arrive in time, framing that two readers would understand differently. Then the
 * connection is over, since nobody knows where the next request on it would begin.
 */
export function answerRawRefusals(server: Server, options: RawRefusalOptions): void {
  const answered = new WeakSet<Duplex>();
  server.on('clientError', (thrown: NodeJS.ErrnoException, socket) => {
    if (answered.has(socket)) return;
    answered.add(socket);
    const error = refusalOf(thrown, options.headerBytesMax);
    const ours = [...options.running].filter((response) => response.socket === socket);
    if (!error || !socket.writable || ours.some(({ headersSent }) => headersSent)) {
      socket.destroy();
      return;
    }
    options.onRefused?.(error.code);
    const requestId = randomUUID();
    const path = ours.at(-1)?.req.url?.split('?', 1)[0];
    const text = textOf(options.render(error, { path, requestId }), requestId);
    // What its caller still sends is read and thrown away: cut at once, the connection would take the answer with it.
    socket.end(text);
    const cut = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => {
      clearTimeout(cut);
    });
  });
}

/** Returns what a parser's error means to its caller; undefined where the connection itself broke. */
function refusalOf({ code, message }: NodeJS.ErrnoException, headerBytesMax: number) {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new GatewayError('headers_too_large', {
        message: `The request's line and headers are larger than ${String(headerBytesMax)} bytes.`,
      });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new GatewayError('payload_too_large', {
        message: 'The extensions of a chunk of the request body are too large.',
      });
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new GatewayError('request_timeout');
    default:
      if (!code?.startsWith('HPE_')) return undefined;
      return new GatewayError('invalid_request', {
        // The parser's sentence, such as "Content-Length can't be present with Transfer-Encoding".
        message: `This is no HTTP/1.1 request that can be read: ${message.replace(/^Parse Error: /, '')}.`,
      });
  }
}

/** Writes an answer as it goes over the wire, since no response of Node's belongs to it. */
function textOf({ status, headers = {}, body }: Answer, requestId: string): string {
  const text = JSON.stringify(body);
  const all = {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
    'content-length': String(Buffer.byteLength(text)),
    'cache-control': 'no-store',
    'x-request-id': requestId,
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`;
}

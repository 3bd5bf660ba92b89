import { Readable } from 'node:stream';
import { GatewayError } from '../core/errors';
import { given } from '../core/json/fields';
import type { Headers } from '../core/provider/exchange';
import type { Outbound } from '../core/ports/outbound';
import type { CallContext } from './call';
import { withOwn } from './call';
import { exchange } from './exchange';
import type { Exchange } from './exchange';
import type { Failure } from './failure';
import { parseUrl } from './guard';
import { judge, resolveTarget } from './target';
import type { Target } from './target';

/**
 * Fetches a file as a stream that is as slow as its reader: nothing is held but one buffer. A stream that is left,
 * stalls on either side or passes a limit closes its connection.
 */

export interface DownloadLimits {
  /** One file. */
  downloadBytesMax: number;
  /** Longest silence of the server, milliseconds. */
  downloadIdleMs: number;
  /** Longest time a reader may leave a full buffer, milliseconds. */
  readerIdleMs: number;
}

export type Download = Awaited<ReturnType<Outbound['open']>>;
type OpenOptions = Parameters<Outbound['open']>[1];

export const REDIRECTS_MAX = 3;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** What another origin may see of our headers after a redirect; a credential is not among them. */
const TRAVELLING_HEADERS: readonly string[] = ['accept', 'if-range', 'range'];

/**
 * Answers with any final status; a body comes with 2xx only. Throws `upstream`, with the `Failure` as cause, when
 * there is no answer or a redirect leads nowhere we go. `timeoutMs` covers everything, to the last byte.
 */
export async function open(
  context: CallContext & { limits: DownloadLimits },
  url: string,
  options: OpenOptions,
): Promise<Download> {
  const deadlineAt = context.now() + options.timeoutMs;
  const { allowedOrigins, baseUrl } = options;
  const voucher = { allowedOrigins, ...given({ baseUrl }) };
  let headers = withOwn(options.headers, context.userAgent);
  const isPath = baseUrl !== undefined && url.startsWith('/');
  const target = isPath ? { path: url } : { url };
  let place = allowed(resolveTarget(target, voucher, context.rules));
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
    const answer = await get(context, { ...place, headers, deadlineAt, signal: options.signal });
    const { location } = answer.headers;
    if (!REDIRECTS.includes(answer.status) || location === undefined) return answer;
    const next = parseUrl(location, place.url)?.href ?? '';
    const from = place.url.origin;
    place = allowed(judge(next, voucher, context.rules));
    if (place.url.origin !== from) headers = withOwn(travelling(headers), context.userAgent);
  }
  throw failed({ kind: 'not_sent', reason: 'blocked', detail: 'there are too many redirects' });
}

function allowed(target: Target): { url: URL; trusted: boolean } {
  if (target.ok) return target;
  const detail = `the URL is not allowed: ${target.problem}`;
  throw failed({ kind: 'not_sent', reason: 'blocked', detail });
}

function travelling(headers: Headers): Headers {
  const kept = Object.entries(headers).filter(([name]) => TRAVELLING_HEADERS.includes(name));
  return Object.fromEntries(kept);
}

interface DownloadRequest {
  url: URL;
  trusted: boolean;
  headers: Headers;
  deadlineAt: number;
  signal: AbortSignal | undefined;
}

function get(
  context: CallContext & { limits: DownloadLimits },
  request: DownloadRequest,
): Promise<Download> {
  return new Promise((resolve, reject) => {
    const wire: { running?: Exchange } = {};
    const { stream, offer } = createStream(context.limits, {
      resume: () => wire.running?.resume(),
      leave: () => wire.running?.stop(LEFT),
    });
    stream.once('error', reject);
    wire.running = exchange(
      context.agents.pick('download', request.trusted),
      { ...request, method: 'GET', idleMs: context.limits.downloadIdleMs },
      {
        head(status, headers) {
          const hasBody = status >= 200 && status <= 299;
          if (!hasBody) stream.destroy();
          else if (Number(headers['content-length'] ?? 0) > context.limits.downloadBytesMax) {
            stream.destroy(failed(TOO_LARGE));
          }
          resolve({ status, headers, stream: hasBody ? readable(stream) : NOTHING });
        },
        chunk: offer,
        end: () => void stream.push(null),
        fail: (failure) => void stream.destroy(failed(failure)),
      },
      context.now,
    );
  });
}

/** `offer` takes a piece and says whether more may come; when there is room again, `resume` is called. */
function createStream(
  limits: DownloadLimits,
  source: { resume(): void; leave(): void },
): { stream: Readable; offer(chunk: Buffer): boolean } {
  let bytes = 0;
  let readerTimer: NodeJS.Timeout | undefined;
  const stream = new Readable({
    highWaterMark: BUFFER_BYTES,
    read() {
      clearTimeout(readerTimer);
      source.resume();
    },
    destroy(error, done) {
      clearTimeout(readerTimer);
      source.leave();
      done(error);
    },
  });
  // A failure is thrown to whoever reads; without a reader it must not end the process.
  stream.on('error', () => undefined);
  const offer = (chunk: Buffer): boolean => {
    bytes += chunk.byteLength;
    if (bytes > limits.downloadBytesMax) {
      stream.destroy(failed(TOO_LARGE));
      return true;
    }
    if (stream.push(chunk)) return true;
    readerTimer = setTimeout(() => stream.destroy(failed(STALLED)), limits.readerIdleMs);
    return false;
  };
  return { stream, offer };
}

/** Leaving it closes the connection, also before the first read, which Node's own iterator would not do. */
function readable(stream: Readable): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
      return {
        next: () => chunks.next(),
        return() {
          stream.destroy();
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  };
}

function failed(failure: Failure): GatewayError {
  return new GatewayError('upstream', {
    message: 'The file could not be fetched.',
    cause: failure,
  });
}

const BUFFER_BYTES = 256 * 1_024;

const NOTHING: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

const LEFT: Failure = { kind: 'no_reply', reason: 'aborted', detail: 'the reader left' };
const STALLED: Failure = { kind: 'no_reply', reason: 'aborted', detail: 'the reader stalled' };
const TOO_LARGE: Failure = {
  kind: 'no_reply',
  reason: 'too_large',
  detail: 'the file is larger than this gateway takes',
};

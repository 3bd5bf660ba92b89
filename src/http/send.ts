import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import type { Answer } from '../core/api/answer';
import type { HttpLimits } from './limits';
import { requestIdOf } from './request-id';

export interface SendPorts {
  limits: HttpLimits;
  logger: Logger;
}

/** Writes an answer. Files are streamed with back-pressure, and their source is closed when the caller leaves. */
export async function send(
  exchange: { request: Request; response: Response },
  answer: Answer,
  ports: SendPorts,
): Promise<void> {
  const { response } = exchange;
  response.status(answer.status);
  if (answer.events) {
    await sendEvents(exchange, answer.events, ports);
    return;
  }
  if (answer.stream) {
    await sendStream(exchange, answer, answer.stream, ports);
    return;
  }
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  const { body } = answer;
  if (body === undefined) {
    response.end();
  } else if (typeof body === 'string' || body instanceof Uint8Array) {
    response.setHeader('Content-Length', Buffer.byteLength(body));
    response.end(body);
  } else {
    const text = JSON.stringify(body);
    if (!response.hasHeader('Content-Type')) {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
    }
    response.setHeader('Content-Length', Buffer.byteLength(text));
    response.end(text);
  }
}

/** What a file may say of itself; everything else that a provider's server said stays behind. */
const FILE_HEADERS = new Set([
  'content-length',
  'content-range',
  'content-disposition',
  'accept-ranges',
  'etag',
  'last-modified',
  'cache-control',
  // Of the job whose file answers its create.
  'x-model',
  'x-video-id',
  'x-inference-time-s',
  'preference-applied',
  'idempotent-replayed',
]);
const FILE_TYPES = /^(?:video\/(?:mp4|webm)|image\/(?:png|jpeg|webp|gif)|audio\/(?:wav|mpeg))$/;

function setFileHeaders(response: Response, headers: Record<string, string>): void {
  response.setHeader('Cache-Control', 'private, max-age=3600');
  for (const [name, value] of Object.entries(headers)) {
    if (FILE_HEADERS.has(name.toLowerCase())) response.setHeader(name, value);
  }
  const type = headers['content-type'] ?? '';
  response.setHeader('Content-Type', FILE_TYPES.test(type) ? type : 'application/octet-stream');
  response.setHeader('Content-Security-Policy', "sandbox; default-src 'none'");
  // A signed link is meant to be played from the caller's own pages.
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
}

async function sendStream(
  { request, response }: { request: Request; response: Response },
  answer: Answer,
  stream: AsyncIterable<Uint8Array>,
  { limits, logger }: SendPorts,
): Promise<void> {
  setFileHeaders(response, answer.headers ?? {});
  if (request.method === 'HEAD' || response.destroyed) {
    void release(stream);
    response.end();
    return;
  }
  response.setTimeout(limits.streamIdleMs, () => response.destroy());
  response.setMaxListeners(LISTENERS_MAX);
  try {
    await pipeline(readableOf(stream), response);
  } catch (error) {
    // The head is gone, so the only honest end is a broken connection; a caller who left is no fault of ours.
    response.destroy();
    if (isPrematureClose(error)) return;
    logger.error(
      { requestId: requestIdOf(response), path: request.path, err: error },
      'download broke off',
    );
  }
}

/** A create that was held and is answered with a file is listened to by more parts than the ten of which Node warns. */
const LISTENERS_MAX = 20;

/**
 * Sends each text as soon as it is there and asks for the next only when the caller takes what was sent: a slow one
 * holds one text, and is cut after `streamIdleMs` in which its connection moves nothing.
 */
async function sendEvents(
  { request, response }: { request: Request; response: Response },
  events: AsyncIterable<string>,
  { limits, logger }: SendPorts,
): Promise<void> {
  response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
  response.setHeader('Cache-Control', 'no-cache, no-transform');
  response.setHeader('X-Accel-Buffering', 'no');
  const requestId = requestIdOf(response);
  response.setTimeout(limits.streamIdleMs, () => {
    logger.warn(
      { requestId, path: request.path },
      'a stream of events was cut: its reader is slow',
    );
    response.destroy();
  });
  if (request.method === 'HEAD' || response.destroyed) {
    await release(events);
    response.end();
    return;
  }
  response.flushHeaders();
  try {
    await pipeline(Readable.from(events, { highWaterMark: 1 }), response);
  } catch (error) {
    response.destroy();
    if (isPrematureClose(error)) return;
    logger.error({ requestId, path: request.path, err: error }, 'a stream of events broke off');
  }
}

/**
 * Makes a Node stream of bytes. One that is a Node stream is used as it is, so that destroying it reaches the source at
 * once, even between two chunks.
 */
function readableOf(stream: AsyncIterable<Uint8Array>): Readable {
  return stream instanceof Readable ? stream : Readable.from(stream, { objectMode: false });
}

/** Closes a stream that nobody reads: a generator's cleanup runs only if it was started. */
async function release(stream: AsyncIterable<unknown>): Promise<void> {
  if (stream instanceof Readable) {
    stream.destroy();
    return;
  }
  const iterator = stream[Symbol.asyncIterator]();
  try {
    await iterator.next();
    await iterator.return?.();
  } catch {
    // It is closed by its own error then.
  }
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

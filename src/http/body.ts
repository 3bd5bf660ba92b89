import type { Request, Response } from 'express';
import type { HttpRoute, UploadedFile } from '../core/api/route';
import { GatewayError } from '../core/errors';
import { boundPast } from '../core/json/json-bounds';
import type { Blobs } from '../core/ports/blobs';
import { nest } from './bracket-names';
import { listenTo } from './listen-to';
import { sizeText, type HttpLimits } from './limits';
import type { MemoryBudget } from './memory-budget';
import { clientLeft, readForm } from './multipart';
import { watchPace, type Pace } from './pace';
import type { Owner, Pool } from './shares';

/** A request body before its schema has seen it. `identity` is what the fingerprint covers. */
export interface Body {
  value: unknown;
  files: readonly UploadedFile[];
  identity: Uint8Array | string;
}

export interface BodyPorts {
  blobs: Blobs;
  limits: HttpLimits;
  budget: MemoryBudget;
  /** Bytes of forms that have not ended. */
  uploads: Pool;
}

interface Exchange {
  request: Request;
  response: Response;
  owner: Owner;
}

/** Reads what the route takes: nothing (`value` is undefined then), JSON of either size, or JSON or a multipart form. */
export async function readBody(
  exchange: Exchange,
  kind: HttpRoute['body'],
  ports: BodyPorts,
): Promise<Body> {
  const { request, response, owner } = exchange;
  if (kind === 'unread') return { value: undefined, files: [], identity: '' };
  if (kind === 'none') {
    await readBytes(request, {
      bytesMax: ports.limits.ignoredBodyBytesMax,
      pace: ports.limits,
      keep: () => undefined,
    });
    return { value: undefined, files: [], identity: '' };
  }
  refuseEncoding(request);
  if (kind === 'json-or-form' && request.is('multipart/form-data')) {
    return formBody(exchange, ports);
  }
  const isSmall = kind === 'small-json';
  if (isSmall && isEmpty(request)) return { value: {}, files: [], identity: '' };
  if (!request.is(['json', '+json'])) throw wrongType(kind);
  refuseCharset(request);
  const bytes = await readBytes(request, {
    bytesMax: isSmall ? ports.limits.smallJsonBytesMax : ports.limits.jsonBytesMax,
    pace: ports.limits,
    keep: (size) => {
      ports.budget.take(response, owner, size);
    },
  });
  return { value: parseJson(bytes, ports.limits), files: [], identity: bytes };
}

async function formBody(
  { request, response, owner }: Exchange,
  { blobs, limits, budget, uploads }: BodyPorts,
): Promise<Body> {
  if (Number(request.get('content-length') ?? 0) > limits.formBytesMax) {
    throw tooLarge(limits.formBytesMax);
  }
  let textBytes = 0;
  const onTextBytes = (bytes: number): void => {
    textBytes += bytes;
    if (textBytes > limits.jsonBytesMax) throw tooLarge(limits.jsonBytesMax);
    budget.take(response, owner, bytes);
  };
  let taken = 0;
  const onBytes = (bytes: number): void => {
    if (taken + bytes > limits.formBytesMax) throw tooLarge(limits.formBytesMax);
    uploads.take(owner, bytes);
    taken += bytes;
  };
  try {
    const { fields, files } = await readForm(request, { blobs, limits, onTextBytes, onBytes });
    const value = nest(fields, limits.bracketDepthMax);
    return { value, files, identity: JSON.stringify([fields, files]) };
  } finally {
    // Its files have their names now, or are gone.
    uploads.give(owner, taken);
  }
}

/** Reads the whole body, at most `bytesMax`; throws `payload_too_large` as soon as that is certain. */
export async function readBytes(
  request: Request,
  options: { bytesMax: number; pace: Pace; keep: (bytes: number) => void },
): Promise<Buffer> {
  const { bytesMax, pace, keep } = options;
  if (request.destroyed) throw clientLeft();
  if (Number(request.get('content-length') ?? 0) > bytesMax) throw tooLarge(bytesMax);
  if (!hasBody(request)) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let size = 0;
  const forget: (() => void)[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const listening = listenTo(request, {
        data: (chunk: Buffer) => {
          size += chunk.length;
          try {
            if (size > bytesMax) throw tooLarge(bytesMax);
            keep(chunk.length);
            chunks.push(chunk);
          } catch (error) {
            request.pause();
            reject(error);
          }
        },
        end: resolve,
        error: () => {
          reject(clientLeft());
        },
        close: () => {
          if (!request.complete) reject(clientLeft());
        },
      });
      forget.push(listening, watchPace(request, pace, reject));
    });
  } finally {
    for (const stop of forget) stop();
  }
  return Buffer.concat(chunks);
}

/**
 * Sends an answer that may be earlier than the end of the request's body, and throws the rest of that away, so that the
 * answer reaches a caller who is still sending. Past the limits the connection is cut.
 */
export async function answerEarly(
  { request, response }: { request: Request; response: Response },
  limits: HttpLimits,
  answer: () => Promise<void>,
): Promise<void> {
  const closes = !response.shouldKeepAlive;
  // A socket that is closed while its caller still sends takes the answer with it (RFC 9112, 9.6).
  if (!request.complete) response.shouldKeepAlive = true;
  await answer();
  if (request.complete && closes) request.socket.end();
  else discardRest(request, limits, closes);
}

function discardRest(request: Request, limits: HttpLimits, closes: boolean): void {
  if (request.complete || request.destroyed) return;
  let size = 0;
  const timer = setTimeout(() => request.destroy(), limits.lingerMs);
  // The socket's: a request that was answered before its end does not hear of the caller's leaving.
  const done = (): void => {
    clearTimeout(timer);
    request.socket.off('close', done);
  };
  request.socket.once('close', done);
  request.once('end', () => {
    done();
    if (closes) request.socket.end();
  });
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > limits.lingerBytesMax) request.destroy();
  });
  request.resume();
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

/** Says itself that it has none. */
function isEmpty({ headers }: Request): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

function parseJson(bytes: Buffer, limits: HttpLimits): unknown {
  const { jsonDepthMax: depthMax, jsonValuesMax: valuesMax } = limits;
  const past = boundPast(bytes, { depthMax, valuesMax });
  if (past !== undefined) {
    const what = {
      depthMax: `is nested deeper than ${String(depthMax)} levels`,
      valuesMax: `has more than ${String(valuesMax)} values`,
    };
    throw new GatewayError('invalid_request', { message: `body: ${what[past]}.` });
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (cause) {
    throw new GatewayError('invalid_request', { message: 'body: is not valid JSON.', cause });
  }
}

function refuseEncoding(request: Request): void {
  const encoding = request.get('content-encoding');
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw unread('Content-Encoding', 'compressed bodies are not accepted');
}

/**
 * JSON is UTF-8 and its type has no charset (RFC 8259, 8.1 and 11); many clients name one all the same. What is said to
 * be of another would be read as other letters than the caller wrote.
 */
function refuseCharset(request: Request): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(request.get('content-type') ?? '')?.[1];
  if (charset === undefined || /^(utf-?8|us-ascii)$/i.test(charset)) return;
  const named = `charset "${charset.slice(0, 40)}"`;
  throw unread('Content-Type', `${named} is not read; send JSON as UTF-8`);
}

function wrongType(kind: HttpRoute['body']): GatewayError {
  const forms = kind === 'json-or-form' ? ' or multipart/form-data' : '';
  return unread('Content-Type', `send application/json${forms}`);
}

const unread = (param: 'Content-Type' | 'Content-Encoding', problem: string): GatewayError =>
  new GatewayError('unsupported_media_type', { param, message: `${param}: ${problem}.` });

function tooLarge(bytesMax: number): GatewayError {
  return new GatewayError('payload_too_large', {
    message: `The request body is larger than ${sizeText(bytesMax)}.`,
  });
}

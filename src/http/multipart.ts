import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import type { Request } from 'express';
import type { UploadedFile } from '../core/api/route';
import { GatewayError, invalid } from '../core/errors';
import type { Blobs } from '../core/ports/blobs';
import { createFormBarrier, storeFile, type PendingFile } from './form-file';
import { listenTo } from './listen-to';
import { sizeText, type HttpLimits } from './limits';
import { watchPace } from './pace';

/**
 * Reads a multipart form as a stream. File bytes go straight to the blob store, and every file waits there with its
 * last step until the whole form has arrived: a form that is broken, too large or abandoned leaves nothing.
 */
export interface Form {
  fields: [name: string, value: string][];
  files: UploadedFile[];
}

export interface FormOptions {
  blobs: Blobs;
  limits: HttpLimits;
  /** Hears of text as it arrives, also of a field that never ends; may throw to refuse it. */
  onTextBytes: (bytes: number) => void;
  /** Hears of every byte of the form as it arrives; may throw to refuse it. */
  onBytes: (bytes: number) => void;
}

export async function readForm(request: Request, options: FormOptions): Promise<Form> {
  if (request.destroyed) throw clientLeft();
  const { limits } = options;
  const gate = createFormBarrier();
  const parser = parserOf(request, limits);
  const fields: Form['fields'] = [];
  const texts: Promise<void>[] = [];
  const files: PendingFile[] = [];
  const sources = new Set<Readable>();
  const text = createTextMeter(options.onTextBytes);
  const forget: (() => void)[] = [];
  const whole = new Promise<void>((resolve, reject: (error: Error) => void) => {
    // Every part comes as its bytes: a parser that decodes texts tells no broken one from U+FFFD that was sent.
    parser.on('file', (name, source, fileName: string | undefined, _encoding, type) => {
      // Whoever reads the source sees its errors; this only keeps them from being nobody's.
      sources.add(source.on('error', () => undefined));
      if (!isFile(type, fileName)) {
        source.once('limit', () => reject(fieldTooLarge(name, limits)));
        const read = takeText({ name, source, limits }, fields, text);
        read.catch(reject);
        texts.push(read);
        return;
      }
      if (files.length >= limits.filesMax) reject(tooMany('files', limits.filesMax));
      text.file(source);
      source.once('limit', () => reject(fileTooLarge(name, limits)));
      const ports = { blobs: options.blobs, bytesMax: limits.fileBytesMax, gate: gate.opened };
      try {
        checkName(name, limits);
        const file = storeFile(name, source, ports);
        file.atGate.catch(reject);
        files.push(file);
      } catch (error) {
        reject(error as Error); // a GatewayError of `checkName`
      }
    });
    hearEnd(parser, { resolve, reject, limits });
    request.pipe(parser);
    forget.push(
      hearLeaving(request, reject),
      hearBytes(request, [options.onBytes, text.chunk], reject),
    );
    forget.push(watchPace(request, limits, reject));
  });
  try {
    await whole;
    await Promise.all(texts);
    await Promise.all(files.map(({ atGate }) => atGate));
    gate.open();
    return { fields, files: await Promise.all(files.map(({ stored }) => stored)) };
  } catch (error) {
    request.unpipe();
    gate.fail(clientLeft());
    for (const source of sources) source.destroy();
    await Promise.allSettled(files.map(({ stored }) => stored));
    throw error;
  } finally {
    for (const listening of forget) listening();
  }
}

/**
 * Reads a field's text. The field has its place among the others as soon as it begins, and its value once it has ended.
 */
async function takeText(
  { name, source, limits }: { name: string; source: Readable; limits: HttpLimits },
  fields: Form['fields'],
  text: ReturnType<typeof createTextMeter>,
): Promise<void> {
  const field: [string, string] = [name, ''];
  fields.push(field);
  const value = await readText(name, source, limits);
  text.field(value);
  field[1] = value;
}

function hearEnd(
  parser: InstanceType<typeof Busboy>,
  outcome: { resolve: () => void; reject: (error: Error) => void; limits: HttpLimits },
): void {
  const { resolve, reject, limits } = outcome;
  parser.once('partsLimit', () => reject(tooMany('parts', limits.partsMax)));
  parser.once('error', (cause) => reject(brokenForm(cause)));
  parser.once('finish', resolve);
}

/** Rejects when the caller goes away before the end of the form. */
function hearLeaving(request: Request, reject: (error: Error) => void): () => void {
  return listenTo(request, {
    close: () => {
      if (!request.complete) reject(clientLeft());
    },
    error: () => reject(clientLeft()),
  });
}

export function clientLeft(): GatewayError {
  return new GatewayError('invalid_request', { message: 'The request ended before its body.' });
}

function parserOf(request: Request, limits: HttpLimits): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      // The caller has matched the content type, so it is there.
      headers: request.headers as BusboyHeaders,
      limits: {
        fileSize: limits.fileBytesMax,
        files: limits.partsMax,
        parts: limits.partsMax,
        headerPairs: limits.partHeadersMax,
        headerSize: limits.partHeaderBytesMax,
      },
      isPartAFile: () => true,
    });
  } catch (cause) {
    throw new GatewayError('invalid_request', {
      param: 'Content-Type',
      message: 'Content-Type: the multipart boundary is missing.',
      cause,
    });
  }
}

/** Says whether a part is a file; a Blob without a name is one all the same. */
const isFile = (type: string, fileName: string | undefined): boolean =>
  fileName !== undefined || /^(?:application\/octet-stream$|(?:image|video|audio)\/)/.test(type);

/** Throws for what is no UTF-8: rendered and paid for it would be another text than the caller's. */
async function readText(
  name: string,
  source: AsyncIterable<Buffer>,
  limits: HttpLimits,
): Promise<string> {
  checkName(name, limits);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > limits.fieldBytesMax) throw fieldTooLarge(name, limits);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    throw invalid(name, 'is not valid UTF-8');
  }
}

function fieldTooLarge(name: string, limits: HttpLimits): GatewayError {
  return new GatewayError('payload_too_large', {
    param: name,
    message: `${name}: is larger than ${sizeText(limits.fieldBytesMax)}.`,
  });
}

/**
 * Hears the bytes of a form as they come and returns how to stop; a meter that throws refuses the form. Called after
 * the parser is fed: it has seen the same chunk, and knows whether a file has begun in it.
 */
function hearBytes(
  request: Request,
  meters: readonly ((bytes: number) => void)[],
  reject: (error: Error) => void,
): () => void {
  return listenTo(request, {
    data: ({ length }: Buffer) => {
      try {
        for (const meter of meters) meter(length);
      } catch (error) {
        reject(error as Error); // a GatewayError of `onBytes` or `onTextBytes`
      }
    },
  });
}

/**
 * Bytes that are held as text: a field is known only when it has ended, so whatever arrives outside of files counts,
 * part headers too; what shares a chunk with the end of a file counts when its field is known.
 */
function createTextMeter(onTextBytes: (bytes: number) => void) {
  let openFiles = 0;
  let counted = 0;
  let known = 0;
  const count = (bytes: number): void => {
    counted += bytes;
    onTextBytes(bytes);
  };
  return {
    chunk(bytes: number): void {
      if (openFiles === 0) count(bytes);
    },
    field(value: string): void {
      known += Buffer.byteLength(value);
      if (known > counted) count(known - counted);
    },
    file(source: Readable): void {
      openFiles += 1;
      source.once('close', () => (openFiles -= 1));
    },
  };
}

function checkName(name: string | undefined, limits: HttpLimits): void {
  if (name === undefined || name === '') throw invalid('body', 'has a part without a name');
  if (Buffer.byteLength(name) <= limits.fieldNameBytesMax) return;
  const shown = `${name.slice(0, 50)}...`;
  throw invalid(shown, `the name is longer than ${String(limits.fieldNameBytesMax)} bytes`);
}

function fileTooLarge(name: string, limits: HttpLimits): GatewayError {
  return new GatewayError('payload_too_large', {
    param: name,
    message: `${name}: the file is larger than ${sizeText(limits.fileBytesMax)}.`,
  });
}

function tooMany(noun: string, max: number): GatewayError {
  return new GatewayError('payload_too_large', {
    message: `The form has more than ${String(max)} ${noun}.`,
  });
}

function brokenForm(cause: unknown): GatewayError {
  return new GatewayError('invalid_request', {
    message: 'body: is not a whole multipart form.',
    cause,
  });
}

import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import type { Request } from 'express';
import type { UploadedFile } from '../core/dialect';
import { GatewayError, invalid } from '../core/errors';
import type { Blobs } from '../core/ports';
import { createGate, storeFile, type PendingFile } from './form-file';
import { listenTo } from './listen-to';
import { sizeText, type HttpLimits } from './limits';

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
  /** Called with the size of each field; may throw to refuse it. */
  onFieldBytes: (bytes: number) => void;
}

export async function readForm(request: Request, options: FormOptions): Promise<Form> {
  if (request.destroyed) throw clientLeft();
  const { limits } = options;
  const gate = createGate();
  const parser = parserOf(request, limits);
  const fields: Form['fields'] = [];
  const files: PendingFile[] = [];
  const sources = new Set<Readable>();
  let forget = (): void => undefined;
  const whole = new Promise<void>((resolve, reject: (error: Error) => void) => {
    parser.on('field', (name, value, _isNameCut, isValueCut) => {
      try {
        takeField(name, value, isValueCut, options);
        fields.push([name, value]);
      } catch (error) {
        reject(error as Error); // a GatewayError of `takeField`
      }
    });
    parser.on('file', (name, source) => {
      // Whoever reads the source sees its errors; this only keeps them from being nobody's.
      sources.add(source.on('error', () => undefined));
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
    parser.once('partsLimit', () => reject(tooMany('parts', limits.partsMax)));
    parser.once('filesLimit', () => reject(tooMany('files', limits.filesMax)));
    parser.once('error', (cause) => reject(brokenForm(cause)));
    parser.once('finish', resolve);
    forget = listenTo(request, {
      close: () => {
        if (!request.complete) reject(clientLeft());
      },
      error: () => reject(clientLeft()),
    });
  });
  try {
    request.pipe(parser);
    await whole;
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
    forget();
  }
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
        fieldSize: limits.fieldBytesMax,
        fileSize: limits.fileBytesMax,
        files: limits.filesMax,
        parts: limits.partsMax,
        headerPairs: limits.partHeadersMax,
        headerSize: limits.partHeaderBytesMax,
      },
      // A Blob without a name is a file all the same.
      isPartAFile: (_name, type = '', fileName) =>
        fileName !== undefined ||
        /^(?:application\/octet-stream$|(?:image|video|audio)\/)/.test(type),
    });
  } catch (cause) {
    throw new GatewayError('invalid_request', {
      message: 'Content-Type: the multipart boundary is missing.',
      cause,
    });
  }
}

function takeField(name: string, value: string, isCut: boolean, options: FormOptions): void {
  checkName(name, options.limits);
  if (isCut) {
    throw new GatewayError('payload_too_large', {
      param: name,
      message: `${name}: is larger than ${sizeText(options.limits.fieldBytesMax)}.`,
    });
  }
  options.onFieldBytes(value.length);
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

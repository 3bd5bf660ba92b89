import { createHash } from 'node:crypto';
import type { Principal } from '../core/api/principal';
import { GatewayError, invalid } from '../core/errors';
import { KIND_OF, type KnownFiles } from '../core/request/media-forms';
import type { Blobs } from '../core/ports/blobs';
import type { Draft, InputSource } from '../core/request/draft';
import type { ChannelRoute } from '../core/catalog/catalog';
import type { Store } from '../core/ports/store/store';
import type { Input } from '../core/request/request';
import { FACTS_BYTES, factsOf, type FileFacts } from '../core/media/file-facts';
import { sniffMediaType } from '../core/media/sniff';
import { once, startOf } from '../core/media/streams';
import type { GatewayDeps } from './deps';

/**
 * Inputs given inside the request (data URLs) become blobs by hash. Everything is checked before anything is stored,
 * so that a bad request leaves nothing behind.
 */
export interface ResolvedInput {
  input: Input;
  /** The file's bytes, to be stored under the input's blob id. */
  bytes?: Uint8Array;
}

export function resolveInputs(
  sources: readonly InputSource[],
  bytesMax: number,
): readonly ResolvedInput[] {
  return sources.map((source) => {
    const { role, media } = source;
    if ('url' in media) return { input: { role, media: { url: media.url } } };
    if (!('dataUrl' in media)) return { input: { role, media } };
    const { mime, bytes } = decode(media.dataUrl, media.param, bytesMax);
    checkKind(role, mime, media.param);
    const blob = createHash('sha256').update(bytes).digest('hex');
    return { input: { role, media: { blob, mime } }, bytes };
  });
}

/**
 * Refuses URLs that a provider could not fetch. A provider would be asked, and would refuse, only after the job was
 * made and its points were held.
 */
export function checkInputUrls(
  { outbound, links }: Pick<GatewayDeps, 'outbound' | 'links'>,
  { request, names }: Pick<Draft, 'request' | 'names'>,
  routes: readonly ChannelRoute[],
): void {
  const origins = routes.flatMap(({ channel }) => [channel.baseUrl, ...channel.resultOrigins]);
  for (const [index, { media }] of request.inputs.entries()) {
    if (!('url' in media) || links.read(media.url)) continue;
    const problem = outbound.inputProblem(media.url, origins);
    if (problem !== undefined) throw invalid(paramOf(media, index, names), problem);
  }
}

/** Returns the field that an error about one input names, also where a workflow wrote it. */
export const paramOf = (
  media: InputSource['media'],
  index: number,
  names: Draft['names'],
): string => ('param' in media ? media.param : `${names.inputs ?? 'inputs'}.${String(index)}`);

/** Refuses a file of another kind than its role takes; a provider would find out only after it was asked. */
export function checkKind(role: Input['role'], mime: string, param: string): void {
  const kind = KIND_OF[role];
  if (!mime.startsWith(`${kind}/`)) throw invalid(param, `is ${mime}; it must be ${kind}/*`);
}

/**
 * Resolves the inputs of a request that passes through, like `resolveInputs`. A file that we cannot read is the
 * provider's to refuse or to take, so it counts as one of its role all the same: what it costs hangs on it.
 */
export function resolveReadable(
  sources: readonly InputSource[],
  bytesMax: number,
): readonly ResolvedInput[] {
  return sources.flatMap((source) => {
    try {
      return resolveInputs([source], bytesMax);
    } catch (error) {
      if (error instanceof GatewayError) return [unread(source)];
      throw error;
    }
  });
}

/** The file is in the caller's own body and is stored nowhere else. */
const unread = ({ role, media }: InputSource): ResolvedInput => {
  const blob = createHash('sha256').update(JSON.stringify(media)).digest('hex');
  return { input: { role, media: { blob, mime: 'application/octet-stream' } } };
};

/** Refuses blobs that a workflow names by their id and that its own workspace has never sent. */
export async function checkHeld(
  deps: { store: Store },
  principal: Principal,
  inputs: readonly InputSource[],
): Promise<void> {
  for (const { media } of inputs) {
    if (!('blob' in media)) continue;
    const isHeld = await deps.store.inputs.has(principal.workspaceId, media.blob);
    if (!isHeld) throw invalid('inputs', 'names a blob that this workspace does not have');
  }
}

/** Reads what is known of files that are stored already, as those of a form are; a file that is not there is left out. */
export async function storedFiles(
  blobs: Pick<Blobs, 'stat' | 'open'>,
  inputs: readonly InputSource[],
): Promise<KnownFiles> {
  const files = new Map<string, FileFacts>();
  for (const { media } of inputs) {
    const found = 'blob' in media ? await blobs.stat(media.blob) : undefined;
    if (!('blob' in media) || !found) continue;
    const start = await startOf(blobs.open(media.blob), FACTS_BYTES);
    files.set(media.blob, factsOf(media.mime, start, found.bytes));
  }
  return files;
}

/** Returns what is known of the files that came with the request, by blob id. */
export function filesOf(inputs: readonly ResolvedInput[]): KnownFiles {
  return new Map(
    inputs.flatMap(({ input: { media }, bytes }) =>
      'blob' in media && bytes
        ? [[media.blob, factsOf(media.mime, bytes.subarray(0, FACTS_BYTES), bytes.length)] as const]
        : [],
    ),
  );
}

export async function storeInputs(
  deps: { blobs: Blobs; store: Store; now(): number },
  principal: Principal,
  inputs: readonly ResolvedInput[],
): Promise<void> {
  for (const { input, bytes } of inputs) {
    if (!('blob' in input.media)) continue;
    const { blob: id, mime } = input.media;
    if (bytes) {
      await storeBlob(deps, principal, { bytes, mime });
      continue;
    }
    const size = await deps.blobs.touch(id, deps.now());
    if (!size) throw new Error(`blob ${id} vanished before its job was made`);
    await deps.store.inputs.add(principal.workspaceId, { id, bytes: size.bytes, mime }, deps.now());
  }
}

/** Stores bytes and remembers that this workspace has sent them; says their id. */
export async function storeBlob(
  deps: { blobs: Blobs; store: Store; now(): number },
  principal: Principal,
  { bytes, mime }: { bytes: Uint8Array; mime: string },
): Promise<string> {
  const blob = await deps.blobs.put(once(bytes), bytes.length);
  await deps.store.inputs.add(principal.workspaceId, { ...blob, mime }, deps.now());
  return blob.id;
}

const DATA_URL = /^data:([a-z]+\/[a-z0-9.+-]+)?((?:;[a-z0-9-]+=[^;,]*)*);base64,$/i;
/** `data:image/png;charset=utf-8;base64,` has 36. A pattern that runs over megabytes of parameters overflows the stack. */
const DATA_URL_HEAD_LENGTH_MAX = 256;

/**
 * Decodes a data URL (RFC 2397), in base64 only: `data:image/png;base64,iVBO...`. The length is checked before anything
 * is decoded; the type is what the bytes say.
 */
function decode(
  text: string,
  param: string,
  bytesMax: number,
): { mime: string; bytes: Uint8Array } {
  const start = text.slice(0, DATA_URL_HEAD_LENGTH_MAX);
  const head = start.slice(0, start.indexOf(',') + 1);
  if (!DATA_URL.test(head)) throw invalid(param, 'is not a base64 data URL');
  const base64 = text.slice(head.length);
  if ((base64.length / 4) * 3 > bytesMax + 2) {
    throw invalid(param, `has more than ${String(bytesMax)} bytes`);
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw invalid(param, 'is not valid base64');
  const bytes = Buffer.from(base64, 'base64');
  const mime = sniffMediaType(bytes);
  if (!mime) {
    throw invalid(param, 'is not a file we know', SNIFFED);
  }
  return { mime, bytes };
}

const SNIFFED = ['PNG', 'JPEG', 'WebP', 'GIF', 'MP4', 'WebM', 'WAV', 'MP3'];

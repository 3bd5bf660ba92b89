import type { Logger } from 'pino';
import { given } from '../core/json/fields';
import type { Catalog } from '../core/catalog/catalog';
import { inlineBlob, resultLink } from '../core/catalog/result-link';
import type { ResultLink } from '../core/catalog/result-link';
import { GatewayError } from '../core/errors';
import type { Headers } from '../core/provider/exchange';
import { isTerminal } from '../core/job/job';
import type { Job } from '../core/job/job';
import type { Blobs } from '../core/ports/blobs';
import type { ContentAnswer, FileKind } from '../core/job/files';
import type { Outbound } from '../core/ports/outbound';
import { askedRange, isHeld, isMeant, type RangeWish } from '../core/media/range';
import type { Store } from '../core/ports/store/store';
import type { Waits } from '../core/settings/waits';
import { fromBlob, unchanged } from './stored-file';

/** A finished job's file: from the blob store once it is kept, until then streamed from the provider's link. */
export interface ContentDeps {
  store: { keeps: Pick<Store['keeps'], 'files'> };
  blobs: Pick<Blobs, 'stat' | 'open'>;
  outbound: Pick<Outbound, 'open'>;
  catalog: Pick<Catalog, 'channel'>;
  waits: Pick<Waits, 'contentTimeoutMs'>;
  now(): number;
  log: Pick<Logger, 'error'>;
}

export async function openContent(
  deps: ContentDeps,
  job: Job,
  kind: FileKind,
  wish: RangeWish,
): Promise<ContentAnswer> {
  if (!isTerminal(job.state)) {
    throw new GatewayError('conflict', {
      message: `The video is not ready; the job is ${job.state}.`,
    });
  }
  const kept = (await deps.store.keeps.files(job.workspaceId, job.id)).find(
    (file) => file.kind === kind,
  );
  if (kept && (await isThere(deps, job, kept.blob))) return fromBlob(deps.blobs, kept, wish);
  const output = job.outputs.find((candidate) => candidate.kind === kind);
  if (!output) throw noFile(job, kind);
  const stored = inlineBlob(output.url);
  if (stored !== undefined) return fromReply(deps, { kind, blob: stored }, wish);
  const link = resultLink(deps.catalog.channel(job.channel), output, deps.now());
  return fromProvider(deps, link, wish);
}

/** Makes the refusal of a file that the job has never had, or has no more since its files were removed. */
export function noFile(
  { state, outputs }: Pick<Job, 'state' | 'outputs'>,
  kind: FileKind,
): GatewayError {
  const isOver = state === 'succeeded' && outputs.length === 0;
  const message = isOver ? 'The files of this job are kept no longer.' : `This job has no ${kind}.`;
  return new GatewayError('not_found', { message });
}

/**
 * Says whether a kept file is there. A row without its file (a data folder that is not shared, a restored database) is
 * the operator's to hear of.
 */
async function isThere({ blobs, log }: ContentDeps, job: Job, blob: string): Promise<boolean> {
  if (await blobs.stat(blob)) return true;
  log.error(
    { jobId: job.id, blob },
    'a kept result is not in the blob folder; the provider is asked for it',
  );
  return false;
}

/** Serves a file that stood in the provider's reply and is not copied yet; the provider cannot be asked for it again. */
async function fromReply(
  { blobs }: ContentDeps,
  { kind, blob }: { kind: FileKind; blob: string },
  wish: RangeWish,
): Promise<ContentAnswer> {
  const known = await blobs.stat(blob);
  if (!known) throw new GatewayError('not_found', { message: `This job has no ${kind} any more.` });
  return fromBlob(blobs, { blob, bytes: known.bytes, mime: MIMES[kind] }, wish);
}

const MIMES: Readonly<Record<FileKind, string>> = { video: 'video/mp4', last_frame: 'image/png' };

type Source = Awaited<ReturnType<Outbound['open']>>;

async function fromProvider(
  deps: ContentDeps,
  link: ResultLink,
  wish: RangeWish,
): Promise<ContentAnswer> {
  const answer = await askPart(deps, link, wish);
  if (answer) return answer;
  const whole = await ask(deps, link, {});
  if (whole.status !== 200) {
    throw new GatewayError('upstream', { message: 'The provider no longer serves the result.' });
  }
  const found = passed(whole, 200);
  const headers = Object.fromEntries(
    Object.entries(found.headers).filter(([name]) => name !== 'content-length'),
  );
  if (!isHeld(wish, headers['etag'])) return found;
  await whole.stream[Symbol.asyncIterator]().return?.();
  return unchanged(headers);
}

/**
 * Asks for the part that the caller wishes. Returns undefined where the whole file is to be asked for: no part may be
 * asked for, or what came is no part of the file that is meant. A server need not serve parts, so its 200 is as good.
 */
async function askPart(
  deps: ContentDeps,
  link: ResultLink,
  wish: RangeWish,
): Promise<ContentAnswer | undefined> {
  const range = askedRange(wish);
  // If-None-Match is asked of the whole file, whatever part is wanted.
  if (range === undefined || wish.ifNoneMatch !== undefined) return undefined;
  const ifRange = given({ 'if-range': wish.ifRange });
  const source = await ask(deps, link, { range, ...ifRange });
  if (source.status === 200) return passed(source, 200);
  const contentRange = source.headers['content-range'] ?? '';
  // Not every server knows If-Range.
  if (isMeant(wish, source.headers['etag'])) {
    if (source.status === 416) throw unsatisfiable(contentRange);
    // Several parts in one body have no Content-Range, and their framing is no video.
    if (source.status === 206 && PART.test(contentRange)) return passed(source, 206);
  }
  await source.stream[Symbol.asyncIterator]().return?.();
  return undefined;
}

function ask(deps: ContentDeps, link: ResultLink, headers: Headers): Promise<Source> {
  const { contentTimeoutMs: timeoutMs } = deps.waits;
  return deps.outbound
    .open(link.url, { ...link, headers: { ...link.headers, ...headers }, timeoutMs })
    .catch((cause: unknown) => {
      throw new GatewayError('upstream', { message: 'The result could not be fetched.', cause });
    });
}

const PART = /^bytes \d+-\d+\/(?:\d+|\*)$/;

function unsatisfiable(contentRange: string): GatewayError {
  const [, bytes] = /^bytes \*\/(\d{1,15})$/.exec(contentRange) ?? [];
  const fileBytes = bytes === undefined ? undefined : Number(bytes);
  return new GatewayError('range_not_satisfiable', { fileBytes });
}

const PASSED_HEADERS = ['content-type', 'content-length', 'accept-ranges', 'etag'];

function passed(source: Source, status: 200 | 206): ContentAnswer {
  const names = status === 206 ? [...PASSED_HEADERS, 'content-range'] : PASSED_HEADERS;
  const headers = Object.fromEntries(
    names.flatMap((name) => {
      const value = source.headers[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  return { status, headers, stream: source.stream };
}

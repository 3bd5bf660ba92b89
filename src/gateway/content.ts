import type { Catalog } from '../core/catalog';
import { GatewayError } from '../core/errors';
import { isTerminal } from '../core/job';
import type { Job } from '../core/job';
import type { Blobs, ContentAnswer, FileKind, Outbound } from '../core/ports';
import type { Store } from '../core/store';
import { readRange } from '../core/range';

/** A finished job's file: from the blob store once it is kept, until then streamed from the provider's link. */
export interface ContentDeps {
  store: Store;
  blobs: Blobs;
  outbound: Outbound;
  catalog: Catalog;
  contentTimeoutMs: number;
}

export async function openContent(
  deps: ContentDeps,
  job: Job,
  kind: FileKind,
  range: string | undefined,
): Promise<ContentAnswer> {
  if (!isTerminal(job.state)) {
    throw new GatewayError('conflict', {
      message: `The video is not ready; the job is ${job.state}.`,
    });
  }
  const kept = (await deps.store.keeps.files(job.workspaceId, job.id)).find(
    (file) => file.kind === kind,
  );
  if (kept) return fromBlob(deps.blobs, kept, range);
  const output = job.outputs.find((candidate) => candidate.kind === kind);
  if (!output) throw new GatewayError('not_found', { message: `This job has no ${kind}.` });
  return fromProvider(deps, job, output.url, range);
}

function fromBlob(
  blobs: Blobs,
  file: { blob: string; bytes: number; mime: string },
  range: string | undefined,
): ContentAnswer {
  const etag = `"${file.blob}"`;
  const part = readRange(range, file.bytes);
  const common = { 'content-type': file.mime, 'accept-ranges': 'bytes', etag };
  if (!part) {
    return {
      status: 200,
      headers: { ...common, 'content-length': String(file.bytes) },
      stream: blobs.open(file.blob),
    };
  }
  return {
    status: 206,
    headers: {
      ...common,
      'content-length': String(part.end - part.start + 1),
      'content-range': `bytes ${String(part.start)}-${String(part.end)}/${String(file.bytes)}`,
    },
    stream: blobs.open(file.blob, part),
  };
}

const PASSED_HEADERS = ['content-type', 'content-length', 'content-range', 'accept-ranges', 'etag'];

async function fromProvider(
  deps: ContentDeps,
  job: Job,
  url: string,
  range: string | undefined,
): Promise<ContentAnswer> {
  const origins = deps.catalog.channel(job.channel)?.channel.resultOrigins ?? [];
  const source = await deps.outbound
    .open(url, {
      headers: range ? { range } : {},
      allowedOrigins: origins,
      timeoutMs: deps.contentTimeoutMs,
    })
    .catch((cause: unknown) => {
      throw new GatewayError('upstream', { message: 'The result could not be fetched.', cause });
    });
  if (source.status === 416) throw new GatewayError('range_not_satisfiable');
  if (source.status !== 200 && source.status !== 206) {
    throw new GatewayError('upstream', { message: 'The provider no longer serves the result.' });
  }
  const headers = Object.fromEntries(
    PASSED_HEADERS.flatMap((name) => {
      const value = source.headers[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  return { status: source.status, headers, stream: source.stream };
}

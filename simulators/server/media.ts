import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LinkLife, SimulatedJob, Simulation } from '../contract';
import type { Result } from './directives';
import { jobAt, type JobRecord, type Jobs } from './jobs';
import { decodeSegment } from './router';
import type { FileKind, Studio } from './studio';

/** Result links are served as an object store does: no credential, as long as the vendor says, Range and HEAD. */

export const MEDIA_PREFIX = '/_media/';
const FILES: Readonly<Record<string, { kind: FileKind; type: string }>> = {
  'video.mp4': { kind: 'video', type: 'video/mp4' },
  'last.png': { kind: 'last_frame', type: 'image/png' },
};

/** Gives the link of a finished job's file, as it is shown at `now`; undefined for a job that has none. */
export function resultLink(
  origin: string,
  record: JobRecord,
  { kind, life, now }: { kind: FileKind; life: LinkLife | undefined; now: number },
): string | undefined {
  if (record.fault === 'done-no-output') return undefined;
  const isPrivate = kind === 'video' && record.directives.result === 'private';
  const shown = life?.from === 'look' ? `?${SHOWN}=${String(now)}` : '';
  return `${isPrivate ? PRIVATE_ORIGIN : origin}${mediaPath(record.id, kind)}${shown}`;
}

/** Gives the path of a job's file under the simulator's origin. */
export function mediaPath(id: string, kind: FileKind): string {
  const name = kind === 'video' ? 'video.mp4' : 'last.png';
  return `${MEDIA_PREFIX}${encodeURIComponent(id)}/${name}`;
}

export async function serveMedia(
  exchange: {
    request: IncomingMessage;
    response: ServerResponse;
    path: string;
    query: URLSearchParams;
  },
  context: {
    jobs: Jobs;
    studio: Studio;
    simulations: Readonly<Record<string, Simulation>>;
    now: number;
    /** The simulator's other origin. */
    elsewhere: string;
  },
): Promise<void> {
  const { request, response, path, query } = exchange;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, 'MethodNotAllowed');
    return;
  }
  const [id = '', name = ''] = path.slice(MEDIA_PREFIX.length).split('/');
  const record = context.jobs.get(decodeSegment(id) ?? '');
  const file = FILES[name];
  const job = record && jobAt(record, context.now);
  if (!record || !job || !file || job.state !== 'succeeded') {
    refuse(response, 404, 'NoSuchKey');
    return;
  }
  const life = context.simulations[record.provider]?.linkLife?.(job);
  if (record.fault === 'link-expired' || isOver(life, { job, query, now: context.now })) {
    refuse(response, 403, 'AccessDenied', 'Request has expired');
    return;
  }
  const result = file.kind === 'video' ? record.directives.result : undefined;
  if (result === 'gone') {
    refuse(response, 410, 'NoSuchKey');
    return;
  }
  if (result === 'needs-key' && !hasKey(request, context.simulations[record.provider])) {
    refuse(response, 401, 'Unauthorized');
    return;
  }
  const location = query.has(REDIRECTED) ? undefined : locationOf(result, path, query, context);
  if (location !== undefined) {
    response.writeHead(302, { location, 'content-length': 0 });
    response.end();
    return;
  }
  const instead = result && INSTEAD[result];
  const bytes = instead?.bytes ?? (await context.studio.file(record, file.kind));
  send(request, response, { bytes, type: instead?.type ?? file.type });
}

/** Says whether a link has died at `now` (Unix milliseconds). */
function isOver(
  life: LinkLife | undefined,
  { job, query, now }: { job: SimulatedJob; query: URLSearchParams; now: number },
): boolean {
  if (!life) return false;
  const since = life.from === 'end' ? job.updatedAt : Number(query.get(SHOWN) ?? 0);
  return now - since > life.seconds * 1_000;
}

/** Says whether a request carries the credential of a simulated channel in any of its headers. */
function hasKey({ headers }: IncomingMessage, simulation: Simulation | undefined): boolean {
  const sent = Object.values(headers).flat().join('\n');
  return Object.values(simulation?.credentials ?? {}).some((key) => sent.includes(key));
}

/** RFC 1918 names it private, so no gateway may fetch from it. */
const PRIVATE_ORIGIN = 'http://10.255.255.1';
/** Marks the link to which `result=redirect` leads. */
const REDIRECTED = 'redirected';
/** Tells in a link when it was shown, in Unix milliseconds. */
const SHOWN = 'shown';

function locationOf(
  result: Result | undefined,
  path: string,
  query: URLSearchParams,
  { elsewhere }: { elsewhere: string },
): string | undefined {
  const shown = query.get(SHOWN);
  const marked = `${path}?${REDIRECTED}${shown === null ? '' : `&${SHOWN}=${shown}`}`;
  switch (result) {
    case 'redirect':
      return marked;
    case 'redirect-elsewhere':
      return `${elsewhere}${marked}`;
    case 'redirect-private':
      return `${PRIVATE_ORIGIN}${path}`;
    default:
      return undefined;
  }
}

const INSTEAD: Readonly<Partial<Record<Result, { bytes: Uint8Array; type: string }>>> = {
  html: {
    bytes: Buffer.from('<html><head><title>Sign in</title></head><body>Sign in</body></html>\n'),
    type: 'text/html',
  },
  empty: { bytes: new Uint8Array(), type: 'video/mp4' },
};

function send(
  request: IncomingMessage,
  response: ServerResponse,
  file: { bytes: Uint8Array; type: string },
): void {
  const size = file.bytes.length;
  const range = readRange(request.headers.range, size);
  if (range === 'unsatisfiable') {
    response.setHeader('content-range', `bytes */${String(size)}`);
    refuse(response, 416, 'InvalidRange');
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range ? 206 : 200, {
    'content-type': file.type,
    'content-length': end - start + 1,
    'accept-ranges': 'bytes',
    ...(range ? { 'content-range': `bytes ${String(start)}-${String(end)}/${String(size)}` } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : file.bytes.subarray(start, end + 1));
}

/** Reads `bytes=0-99`. Undefined (the whole file) for no range, several and an unreadable one, as RFC 9110 allows. */
export function readRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== '' && Number(match[2]) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** Answers an error in the XML of an object store. */
function refuse(response: ServerResponse, status: number, code: string, message = code): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>\n`;
  response.writeHead(status, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(xml),
  });
  response.end(xml);
}

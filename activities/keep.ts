import { inlineBlob, resultLink } from '../src/core/catalog/result-link';
import type { ResultLink } from '../src/core/catalog/result-link';
import type { Output } from '../src/core/job/outcome';
import type { FileKind } from '../src/core/job/files';
import type { PendingCopy } from '../src/core/ports/store/keeps';
import { sniffMediaType, videoTypeOf } from '../src/core/media/sniff';
import type { ActivityDeps } from './deps';
import { pending, transient } from './failure';
import { freshOutputs } from '../src/attempts/look';
import { againAfterMs, type PlaceName } from './places';
import { causeOf, originOf } from '../src/attempts/probe';
import { peeked } from '../src/core/media/streams';

/**
 * Copies every output of a finished job into the blob store; until then the gateway proxies the provider's link. What is
 * no video, or no picture, is never stored. A link that answers with anything else is asked for anew, as often as the
 * copy is tried; one that may not or cannot be opened is not, since another would lead to the same host. After `keepForMs` the row says that it gave up.
 */
export function keep(deps: ActivityDeps) {
  return async ({ jobId }: { jobId: string }): Promise<{ kept: number }> => {
    const job = await deps.store.keeps.pending(jobId);
    if (!job) return { kept: 0 };
    const taken = deps.places.take(copyPlaces(deps, job.workspaceId), deps.now());
    if ('heldMs' in taken) {
      throw pending('others are being copied', againAfterMs(taken.heldMs, deps.random()));
    }
    try {
      return await copyOrGiveUp(deps, jobId, job);
    } finally {
      taken.leave();
    }
  };
}

/** Copies stand in one queue with deliveries and take at most these of its places. */
export const copyPlaces = ({ limits }: ActivityDeps, workspaceId: string): PlaceName[] => [
  { name: 'copies', max: limits.copiesAtOnce },
  { name: `copies of ${workspaceId}`, max: copiesOfOne(limits) },
];

/** The number of places that the copies of one workspace may have. */
export const copiesOfOne = ({ copiesAtOnce }: { copiesAtOnce: number }): number =>
  Math.ceil(copiesAtOnce / 2);

/**
 * Copies, and throws for another try while the round is younger than `keepForMs`. From then on a failure makes the row
 * say that the copy gave up, and why; an operator may begin another round.
 */
async function copyOrGiveUp(
  deps: ActivityDeps,
  jobId: string,
  job: PendingCopy,
): Promise<{ kept: number }> {
  try {
    return await copy(deps, jobId, job);
  } catch (err) {
    if (deps.now() - job.since < deps.waits.keepForMs) throw err;
    const because = err instanceof Error ? err.message : 'unknown';
    deps.log.error({ jobId, err }, 'the copy of a result is given up; an operator may resume it');
    await deps.store.keeps.giveUp(jobId, because, deps.now());
    return { kept: 0 };
  }
}

/** Copies every output of the job and records the files; throws where one of them is not there. */
export async function copy(
  deps: ActivityDeps,
  jobId: string,
  { channel, outputs }: PendingCopy,
): Promise<{ kept: number }> {
  const at = deps.catalog.channel(channel);
  const files = [];
  for (const output of outputs) {
    const stored = inlineBlob(output.url);
    if (stored !== undefined) {
      files.push({ kind: output.kind, blob: stored, ...(await inUse(deps, output.kind, stored)) });
      continue;
    }
    const source = await openLiving(deps, jobId, output, at);
    const { id, bytes } = await deps.blobs.put(source.stream, deps.limits.resultBytesMax);
    files.push({ kind: output.kind, blob: id, bytes, mime: source.mime });
  }
  await deps.store.keeps.record(jobId, files, deps.now());
  return { kept: files.length };
}

/** Reads what a stored file is, and says that it is in use. Throws where it is not there, or not what it should be. */
async function inUse(
  { blobs, now }: ActivityDeps,
  kind: FileKind,
  blob: string,
): Promise<{ bytes: number; mime: string }> {
  const known = await blobs.touch(blob, now());
  const { start } = known ? await peeked(blobs.open(blob)) : { start: new Uint8Array() };
  const mime = typeOf(kind, start);
  if (!known || mime === undefined) {
    throw transient(`the ${kind} that stood in the provider's reply is not in the blob folder`);
  }
  return { bytes: known.bytes, mime };
}

/** A file that is what it should be, or why there is none. */
type Source = { mime: string; stream: AsyncIterable<Uint8Array> } | Problem;
/** `isAnswer` is true where somebody answered at the link, and false where it could not be opened at all. */
interface Problem {
  problem: string;
  isAnswer: boolean;
}

async function openLiving(
  deps: ActivityDeps,
  jobId: string,
  output: Output,
  at: ReturnType<ActivityDeps['catalog']['channel']>,
): Promise<Exclude<Source, Problem>> {
  const open = (one: Output) => openOne(deps, one.kind, resultLink(at, one, deps.now()));
  const first = await open(output);
  if (!('problem' in first)) return first;
  const fresh = first.isAnswer ? await freshLink(deps, jobId, output) : undefined;
  const second = fresh ? await open(fresh) : first;
  if (!('problem' in second)) return second;
  await tell(deps, jobId, { url: (fresh ?? output).url, problem: second.problem });
  throw transient(`the ${output.kind} is not there: ${second.problem}`);
}

/** Asks the provider for its link to that output as it is now; undefined where it gives none or the same. */
async function freshLink(
  deps: ActivityDeps,
  jobId: string,
  output: Output,
): Promise<Output | undefined> {
  const attempt = await deps.store.attempts.latest(jobId);
  const outputs = attempt ? await freshOutputs(deps, attempt) : [];
  return outputs.find(({ kind, url }) => kind === output.kind && url !== output.url);
}

async function openOne(
  deps: ActivityDeps,
  kind: FileKind,
  { url, ...link }: ResultLink,
): Promise<Source> {
  try {
    const timeoutMs = deps.waits.keepTimeoutMs;
    const source = await deps.outbound.open(url, { ...link, timeoutMs });
    if (source.status !== 200) return answered(`the link answers HTTP ${String(source.status)}`);
    const encoding = source.headers['content-encoding'] ?? 'identity';
    const { start, stream } = await peeked(source.stream);
    const mime = encoding === 'identity' ? typeOf(kind, start) : undefined;
    if (mime !== undefined) return { mime, stream };
    await stream[Symbol.asyncIterator]().return?.();
    return answered(start.length === 0 ? 'the file is empty' : `the file is no ${WANTED[kind]}`);
  } catch (error) {
    return { problem: causeOf(error), isAnswer: false };
  }
}

const answered = (problem: string): Problem => ({ problem, isAnswer: true });

const WANTED: Readonly<Record<FileKind, string>> = { video: 'video', last_frame: 'picture' };

function typeOf(kind: FileKind, start: Uint8Array): string | undefined {
  if (kind === 'video') return videoTypeOf(start);
  const type = sniffMediaType(start);
  return type?.startsWith('image/') ? type : undefined;
}

/** Lists the job for review until its copy is stored, and logs it; nothing happens to one that is listed already. */
async function tell(
  deps: ActivityDeps,
  jobId: string,
  { url, problem }: { url: string; problem: string },
): Promise<void> {
  if (!(await deps.store.keeps.noteUnfetched(jobId, problem))) return;
  const origin = originOf(url);
  deps.log.error({ jobId, origin, cause: problem }, 'a result cannot be copied; it is tried again');
}

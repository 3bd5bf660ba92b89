import type { Output } from '../src/core/outcome';
import type { FileKind } from '../src/core/ports';
import type { KeepStore } from '../src/core/store';
import type { ActivityDeps } from './deps';
import { pending, transient } from './failure';
import { freshOutputs } from './look';
import { againAfterMs, type PlaceName } from './places';

const MIME: Record<FileKind, string> = { video: 'video/mp4', last_frame: 'image/png' };

/**
 * Copies every output of a finished job into the blob store; until then the gateway proxies the provider's link. A
 * link that has died is asked for anew, as often as the copy is tried.
 */
export function keep(deps: ActivityDeps) {
  return async ({ jobId }: { jobId: string }): Promise<{ kept: number }> => {
    const job = await deps.store.keeps.pending(jobId);
    if (!job) return { kept: 0 };
    const taken = deps.places.take(placesOf(deps, job.workspaceId), deps.now());
    if ('heldMs' in taken) {
      throw pending('others are being copied', againAfterMs(taken.heldMs, deps.random()));
    }
    try {
      return await copy(deps, jobId, job);
    } finally {
      taken.leave();
    }
  };
}

/** Copies stand in one queue with deliveries and take at most these of its places. */
const placesOf = ({ limits }: ActivityDeps, workspaceId: string): PlaceName[] => [
  { name: 'copies', max: limits.copiesAtOnce },
  { name: `copies of ${workspaceId}`, max: Math.ceil(limits.copiesAtOnce / 2) },
];

async function copy(
  deps: ActivityDeps,
  jobId: string,
  { channel, outputs }: NonNullable<Awaited<ReturnType<KeepStore['pending']>>>,
): Promise<{ kept: number }> {
  const origins = deps.catalog.channel(channel)?.channel.resultOrigins ?? [];
  const files = [];
  for (const output of outputs) {
    const source = await openLiving(deps, jobId, output, origins);
    const { id, bytes } = await deps.blobs.put(source.stream, deps.limits.resultBytesMax);
    files.push({ kind: output.kind, blob: id, bytes, mime: MIME[output.kind] });
  }
  await deps.store.keeps.record(jobId, files, deps.now());
  return { kept: files.length };
}

/** How stores answer for a link that is past its time. */
const DEAD = [401, 403, 404, 410];

async function openLiving(
  deps: ActivityDeps,
  jobId: string,
  output: Output,
  allowedOrigins: readonly string[],
) {
  const open = ({ url }: Output) =>
    deps.outbound.open(url, { headers: {}, allowedOrigins, timeoutMs: deps.waits.keepTimeoutMs });
  let source = await open(output);
  if (DEAD.includes(source.status)) {
    const attempt = await deps.store.attempts.latest(jobId);
    const outputs = attempt ? await freshOutputs(deps, attempt) : [];
    const fresh = outputs.find(({ kind, url }) => kind === output.kind && url !== output.url);
    if (fresh) source = await open(fresh);
  }
  if (source.status !== 200) {
    throw transient(`the provider's link answered ${String(source.status)}`);
  }
  return source;
}

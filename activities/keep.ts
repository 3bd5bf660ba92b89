import type { Output } from '../src/core/outcome';
import type { FileKind } from '../src/core/ports';
import type { ActivityDeps } from './deps';
import { transient } from './failure';

const MIME: Record<FileKind, string> = { video: 'video/mp4', last_frame: 'image/png' };

/** Copies every output of a finished job into the blob store; until then the gateway proxies the provider's link. */
export function keep(deps: ActivityDeps) {
  return async ({ jobId }: { jobId: string }): Promise<{ kept: number }> => {
    const pending = await deps.store.keeps.pending(jobId);
    if (!pending) return { kept: 0 };
    const origins = deps.catalog.channel(pending.channel)?.channel.resultOrigins ?? [];
    const files = [];
    for (const output of pending.outputs) files.push(await copy(deps, output, origins));
    await deps.store.keeps.record(jobId, files, deps.now());
    return { kept: files.length };
  };
}

async function copy(deps: ActivityDeps, output: Output, allowedOrigins: readonly string[]) {
  const source = await deps.outbound.open(output.url, {
    headers: {},
    allowedOrigins,
    timeoutMs: deps.waits.keepTimeoutMs,
  });
  if (source.status !== 200) {
    throw transient(`the provider's link answered ${String(source.status)}`);
  }
  const { id, bytes } = await deps.blobs.put(source.stream, deps.limits.resultBytesMax);
  return { kind: output.kind, blob: id, bytes, mime: MIME[output.kind] };
}

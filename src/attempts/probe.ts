import { inlineBlob } from '../core/catalog/result-link';
import type { ResultLink } from '../core/catalog/result-link';
import { GatewayError } from '../core/errors';
import { readMp4Head } from '../core/media/mp4-head';
import type { VideoFacts } from '../core/job/outcome';
import { startOf } from '../core/media/streams';
import { videoTypeOf } from '../core/media/sniff';
import type { LookDeps } from './deps';

/**
 * What the first bytes of a result say, read through the same guard as the copy: a result is a video only if its bytes
 * are one.
 * `unreadable` = they are there and no video (a page, JSON, nothing, an encoding that we did not ask for); `unfetched` =
 * nothing can be said, since we may not or cannot fetch it.
 */
export type ProbeResult =
  | { kind: 'video'; made: VideoFacts }
  | { kind: 'unreadable'; detail: string }
  | { kind: 'unfetched'; detail: string };

export async function probe(
  deps: Pick<LookDeps, 'outbound' | 'blobs' | 'waits' | 'limits'>,
  { url, headers: own, ...voucher }: ResultLink,
): Promise<ProbeResult> {
  const { probeBytes } = deps.limits;
  const open = (headers: Record<string, string>) =>
    deps.outbound.open(url, {
      ...voucher,
      headers: { ...own, ...headers },
      timeoutMs: deps.waits.probeMs,
    });
  const stored = inlineBlob(url);
  if (stored !== undefined) return judge({}, await startOf(deps.blobs.open(stored), probeBytes));
  try {
    let source = await open({ range: `bytes=0-${String(probeBytes - 1)}` });
    // Also of an empty file no part can be had.
    if (source.status === 416) source = await open({});
    if (source.status < 200 || source.status > 299) {
      return { kind: 'unfetched', detail: `the link answers HTTP ${String(source.status)}` };
    }
    return judge(source.headers, await startOf(source.stream, probeBytes));
  } catch (error) {
    return { kind: 'unfetched', detail: causeOf(error) };
  }
}

function judge(headers: Record<string, string>, start: Uint8Array): ProbeResult {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    return { kind: 'unreadable', detail: `the file is encoded as ${encoding.slice(0, 40)}` };
  }
  if (start.length === 0) return { kind: 'unreadable', detail: 'the file is empty' };
  if (videoTypeOf(start) !== undefined) return { kind: 'video', made: readMp4Head(start) };
  const type = (headers['content-type'] ?? 'no type').slice(0, 100);
  return { kind: 'unreadable', detail: `the file is no video (${type})` };
}

/** What the guard or the wire said, `blocked: the URL is not allowed: must be an https URL`; never the URL itself. */
export function causeOf(error: unknown): string {
  const cause = error instanceof GatewayError ? error.cause : undefined;
  if (typeof cause === 'object' && cause !== null && 'reason' in cause && 'detail' in cause) {
    return `${String(cause.reason)}: ${String(cause.detail)}`;
  }
  return error instanceof Error ? error.message : 'unknown';
}

/** Scheme and host of a link, `https://files.example:8443`: the rest of it may be a signature. */
export function originOf(url: string): string {
  if (!URL.canParse(url)) return 'no absolute URL';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

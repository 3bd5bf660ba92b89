import { getHeapStatistics } from 'node:v8';
import type { Config } from '../config';
import { HTTP_LIMITS, type HttpLimits } from '../http/limits';

/**
 * How much of this process's heap its callers' bytes may take, so that nothing a caller sends ends the process: what
 * the config allows, and never more than a share of the heap (`--max-old-space-size`). Bytes.
 */
const BODIES_SHARE = 0.5;
const SENDING_SHARE = 0.25;

export const sendingBytes = (configuredBytes: number, heapBytes: number): number =>
  Math.min(configuredBytes, Math.floor(heapBytes * SENDING_SHARE));

/**
 * Returns the bounds of bodies. A body that would not fit alone is refused by its size (413), not as bad luck (503).
 */
export function bodyLimits(
  configuredBytes: number,
  heapBytes: number,
): Pick<HttpLimits, 'bodyMemoryBytesMax' | 'jsonBytesMax'> {
  const bodyMemoryBytesMax = Math.min(configuredBytes, Math.floor(heapBytes * BODIES_SHARE));
  const fits = Math.floor(bodyMemoryBytesMax / HTTP_LIMITS.bodyMemoryFactor);
  return { bodyMemoryBytesMax, jsonBytesMax: Math.min(HTTP_LIMITS.jsonBytesMax, fits) };
}

/** Returns what the config says of the bounds of HTTP. */
export function httpLimits({ limits, waits }: Config): Partial<HttpLimits> {
  return {
    authFailuresPerMinute: limits.authFailuresPerMinute,
    uploadBytesMax: limits.uploadBytesMax,
    requestsPerMinutePerAddress: limits.requestsPerMinutePerAddress,
    requestsPerMinutePerKey: limits.requestsPerMinutePerKey,
    requestsPerMinutePerWorkspace: limits.requestsPerMinutePerWorkspace,
    createsPerMinutePerKey: limits.createsPerMinutePerKey,
    createsPerMinutePerWorkspace: limits.createsPerMinutePerWorkspace,
    bodyIdleMs: waits.bodyIdleMs,
    joinedMs: waits.joinedMs,
    bodyBytesPerSecond: limits.bodyBytesPerSecond,
    ...bodyLimits(limits.bodyMemoryBytesMax, heapBytes()),
  };
}

export const heapBytes = (): number => getHeapStatistics().heap_size_limit;

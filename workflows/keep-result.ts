import type { KeepResultInput } from './contract';
import { keepActivity } from './proxies';

/** Copies a finished video into the blob store before the provider's link dies; a failed copy never re-renders. */
export async function keepResult({ jobId, heartbeatMs }: KeepResultInput): Promise<void> {
  const keep = keepActivity({ heartbeatMs });
  await keep({ jobId });
}

import type { Catalog } from './catalog';

/**
 * Returns the channel through which an attempt's job is reached. Undefined where it has left the config, and where its
 * name leads to another provider by now: that one knows nothing of the job, and what it says of the id would be believed.
 */
export function reachOf(
  { catalog }: { catalog: Pick<Catalog, 'channel'> },
  { channel, provider }: { channel: string; provider: string },
): ReturnType<Catalog['channel']> {
  const at = catalog.channel(channel);
  return at?.provider.name === provider ? at : undefined;
}

/**
 * Says whether a job in that phase can be asked to stop at its channel. A server of one's own that stops by it is asked
 * whatever its model says: there a call that takes the record away with the job loses no proof of a bill.
 */
export function isCancelableAt(
  at: ReturnType<Catalog['channel']>,
  { model, phase }: { model: string; phase?: 'queued' | 'running' | undefined },
): boolean {
  if (!at?.provider.cancel) return false;
  const { selfHosted, deleteStops } = at.channel;
  const stops = selfHosted && deleteStops;
  const reach = stops ? 'running' : (at.provider.models[model]?.cancel ?? 'none');
  return reach === 'running' || (reach === 'queued' && phase === 'queued');
}

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

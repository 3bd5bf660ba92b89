import type { Output } from '../job/outcome';
import type { Headers } from '../provider/exchange';
import type { Provider } from '../provider/provider';
import type { Channel } from './catalog';

/** How a result is fetched: what is asked for, what goes with it, and whom the operator vouches for. */
export interface ResultLink {
  /** A link, or a path under `baseUrl`. */
  url: string;
  headers: Headers;
  baseUrl?: string;
  allowedOrigins: readonly string[];
}

/**
 * Describes the request for a result. Our credential goes with it where the provider says that nothing else opens it
 * (`Output.keyed`), and then to the channel's own origin and to those alone that the provider's code names: a link out of a
 * reply may lead anywhere. Without a channel, since it has left the config, a link is a stranger's and a path leads nowhere.
 */
export function resultLink(
  at: { channel: Channel; provider: Provider } | undefined,
  { url, keyed }: Pick<Output, 'url' | 'keyed'>,
  nowMs: number,
): ResultLink {
  if (!at) return { url, headers: {}, allowedOrigins: [] };
  const { channel, provider } = at;
  const link = { url, allowedOrigins: channel.resultOrigins };
  // A link that a provider wrote without its host is none; only our own code makes a path.
  if (!keyed || !mayHearKey(url, at)) return { ...link, headers: {} };
  const target = isPath(url) ? { path: url } : { url };
  const call = { method: 'GET' as const, target, headers: {} };
  const { headers } = provider.authorize(call, channel.credentials, nowMs);
  return { ...link, baseUrl: channel.baseUrl, headers };
}

const isPath = (url: string): boolean => url.startsWith('/');

function mayHearKey(
  url: string,
  { channel, provider }: { channel: Channel; provider: Provider },
): boolean {
  if (isPath(url)) return true;
  if (!URL.canParse(url)) return false;
  const trusted = [channel.baseUrl, ...(provider.keyedOrigins ?? [])];
  return trusted.some((one) => new URL(one).origin === new URL(url).origin);
}

const INLINE = /^blob:([0-9a-f]{64})$/;

/** Says whether a URL is written as a stored file's, whatever follows. */
export const isInline = (url: string): boolean => url.trimStart().toLowerCase().startsWith('blob:');

/** Writes the id of a stored file as an output's URL: `blob:9f86d0...`. */
export const inlineUrl = (blob: string): string => `blob:${blob}`;

/** Reads the id out of such a URL; undefined for a link. */
export const inlineBlob = (url: string): string | undefined => INLINE.exec(url)?.[1];

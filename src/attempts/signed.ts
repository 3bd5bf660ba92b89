import type { Channel } from '../core/catalog/catalog';
import type { Attempt } from '../core/provider/attempt';
import type { Call } from '../core/provider/exchange';
import type { Provider } from '../core/provider/provider';

/** A channel that a call goes to, and the provider behind it. */
export interface CalledChannel {
  channel: Channel;
  provider: Provider;
}

const REQUEST_ID_HEADER = 'x-request-id';

/**
 * Signs a call about an attempt with our own credential, and names the request that made the job, so that a provider's
 * support and ours speak of one id. The name comes after the signature, which covers no header of ours.
 */
export function signed(
  { channel, provider }: CalledChannel,
  call: Call,
  { requestId, now }: Pick<Attempt, 'requestId'> & { now: number },
): Call {
  const known = provider.authorize(call, channel.credentials, now);
  if (requestId === undefined) return known;
  const name = provider.requestIdHeader ?? REQUEST_ID_HEADER;
  // One that a caller of a vendor's own wire wrote is the caller's word to that vendor.
  if (Object.keys(known.headers).some((given) => given.toLowerCase() === name)) return known;
  return { ...known, headers: { ...known.headers, [name]: requestId } };
}

import type { CallOptions, CallResult, Outbound } from '../core/ports/outbound';
import type { Rates } from './rates';

/** A call that nobody planned waits so long for its moment; whoever made it has a caller, or another try. */
const PATIENCE_MS = 5_000;

/**
 * The port that is returned lets no call to a provider pass the channel's rate limit: what has no moment yet waits for
 * one, and is `paced` where that takes too long. What the provider says of its patience is heard. A submit has its
 * moment before its row is opened, and only its reading knows whether the account is busy or full.
 */
export const pacedOutbound = (outbound: Outbound, rates: Rates): Outbound => ({
  ...outbound,
  async call(call, options) {
    const { about } = options;
    if (!about || about.kind === 'submit') return outbound.call(call, options);
    const waitMs = await waitOf(options, about.channel, rates);
    if (waitMs > 0) return paced(waitMs);
    const result = await outbound.call(call, options);
    if (result.kind === 'reply') await rates.hear(about.channel, result.reply);
    return result;
  },
});

const waitOf = async ({ hasTurn }: CallOptions, channel: string, rates: Rates): Promise<number> =>
  hasTurn === true ? 0 : rates.unplanned(channel, PATIENCE_MS);

const paced = (retryAfterMs: number): CallResult => ({
  kind: 'not_sent',
  reason: 'paced',
  detail: 'it waits for its moment under the rate limit of the channel',
  retryAfterMs,
});

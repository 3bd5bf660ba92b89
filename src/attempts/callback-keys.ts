import { z } from 'zod';
import type { Channel } from '../core/catalog/catalog';
import { jsonOf } from '../core/provider/exchange';
import { NO_OPTIONS } from '../core/provider/options';
import type { Provider, SignedCallback } from '../core/provider/provider';
import type { LookDeps } from './deps';

/** A JWK set (RFC 7517, section 5): `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qY..."}]}`. */
const keySetSchema = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(100) });
type Keys = NonNullable<SignedCallback['publicKeys']>;

/** A set is asked for anew after a day, which is what fal's page allows at the most. */
const KEPT_MS = 86_400_000;
/** A callback that the known keys do not verify may be signed with a newer one: asked for once in so many milliseconds. */
const AGAIN_MS = 60_000;
const SET_BYTES_MAX = 256 * 1024;

type KeysDeps = Pick<LookDeps, 'outbound' | 'waits' | 'now' | 'log'>;
interface At {
  channel: Channel;
  provider: Provider;
}

/**
 * Verifies callbacks by the key that provider and account share, or by the keys that the provider publishes. Those are
 * fetched when the first callback comes and when none of them fits, and kept by channel in this process. False also where they cannot
 * be had: a callback is a hint, which looks do without.
 */
export function createVerifier(deps: KeysDeps) {
  const known = new Map<string, { keys: Keys; readAt: number }>();
  const fresh = async (at: At): Promise<Keys> => {
    const keys = await fetchKeys(deps, at);
    known.set(at.channel.name, { keys, readAt: deps.now() });
    return keys;
  };
  return async (at: At, callback: Pick<SignedCallback, 'headers' | 'body'>): Promise<boolean> => {
    const { provider, channel } = at;
    const signed = { ...callback, credentials: channel.credentials, nowMs: deps.now() };
    if (!provider.verifyCallback) return true;
    if (!provider.callbackKeys) return provider.verifyCallback(signed);
    const kept = known.get(channel.name);
    const age = kept ? deps.now() - kept.readAt : Infinity;
    const publicKeys = kept && age < KEPT_MS ? kept.keys : await fresh(at);
    if (provider.verifyCallback({ ...signed, publicKeys })) return true;
    if (age < AGAIN_MS || age >= KEPT_MS) return false;
    return provider.verifyCallback({ ...signed, publicKeys: await fresh(at) });
  };
}

/** Fetches the set; empty where there is no answer, or none that is a set. */
async function fetchKeys(
  { outbound, waits, now, log }: KeysDeps,
  { channel, provider }: At,
): Promise<Keys> {
  const call = provider.callbackKeys?.(channel.options ?? NO_OPTIONS);
  if (!call) return [];
  const result = await outbound.call(call, {
    baseUrl: channel.baseUrl,
    allowedOrigins: channel.resultOrigins,
    deadlineAt: now() + waits.exchangeMs,
    replyBytesMax: SET_BYTES_MAX,
  });
  const read = result.kind === 'reply' ? keySetSchema.safeParse(jsonOf(result.reply)) : undefined;
  if (read?.success) return read.data.keys;
  const cause = result.kind === 'reply' ? `HTTP ${String(result.reply.status)}` : result.reason;
  log.error(
    { channel: channel.name, cause },
    'the keys of a provider cannot be had; its callbacks are refused, and looks find its ends',
  );
  return [];
}

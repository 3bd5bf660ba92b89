import { given } from '../core/json/fields';
import type { Call, Reply } from '../core/provider/exchange';
import type { PollReading } from '../core/provider/provider';
import type { Attempt } from '../core/provider/attempt';
import type { LookDeps } from './deps';

/** A provider's answer about an attempt; without a `reply` there was none. */
export interface ProviderAnswer {
  reading: Exclude<PollReading, { kind: 'follow' }>;
  reply: Reply | undefined;
}

const FOLLOWS_MAX = 3;

/**
 * Asks the provider about the attempt: a GET with our own credential, at most three follow-ups. Never throws for
 * anything the provider said: what its adapter stumbles over is logged and passes for now.
 */
export async function ask(
  deps: LookDeps,
  attempt: Attempt,
  hasTurn = false,
): Promise<ProviderAnswer> {
  try {
    return await exchange(deps, attempt, hasTurn);
  } catch (error) {
    const { jobId, provider, channel } = attempt;
    deps.log.error({ jobId, provider, channel, err: error }, 'a look could not be read');
    return unseen('the reply of the provider could not be read');
  }
}

async function exchange(
  deps: LookDeps,
  attempt: Attempt,
  hasTurn: boolean,
): Promise<ProviderAnswer> {
  const at = deps.catalog.channel(attempt.channel);
  if (!at || !attempt.operation) {
    return unseen(`channel ${attempt.channel} is not configured any more`);
  }
  const { channel, provider } = at;
  let call = provider.poll(attempt.operation);
  for (let follow = 0; follow <= FOLLOWS_MAX; follow += 1) {
    const now = deps.now();
    const signed = isOwn(call, channel.baseUrl)
      ? provider.authorize(call, channel.credentials, now)
      : call;
    const result = await deps.outbound.call(signed, {
      baseUrl: channel.baseUrl,
      allowedOrigins: channel.resultOrigins,
      deadlineAt: now + deps.waits.exchangeMs,
      replyBytesMax: deps.limits.replyBytesMax,
      about: { channel: channel.name, kind: 'look' },
      hasTurn: hasTurn && follow === 0,
    });
    if (result.kind === 'not_sent' && result.reason === 'paced') return paced(result);
    if (result.kind !== 'reply') return unseen(`no answer: ${result.reason}`);
    const reading = provider.readPoll(result.reply, attempt.operation);
    if (reading.kind !== 'follow') return { reading, reply: result.reply };
    call = reading.call;
  }
  return unseen('the provider sent us round in circles');
}

const paced = ({ detail, retryAfterMs }: { detail: string; retryAfterMs?: number }) => ({
  reading: { kind: 'transient' as const, detail, ...given({ retryAfterMs }) },
  reply: undefined,
});

const unseen = (detail: string): ProviderAnswer => ({
  reading: { kind: 'transient', detail },
  reply: undefined,
});

/** A link out of a reply may lead anywhere; our credential goes to the operator's origin only. */
function isOwn(call: Call, baseUrl: string): boolean {
  return 'path' in call.target || new URL(call.target.url).origin === new URL(baseUrl).origin;
}

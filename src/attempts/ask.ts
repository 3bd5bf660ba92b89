import { reachOf } from '../core/catalog/reach';
import type { Channel } from '../core/catalog/catalog';
import { failure } from '../core/errors';
import { given } from '../core/json/fields';
import type { CallResult } from '../core/ports/outbound';
import type { Call, Reply } from '../core/provider/exchange';
import type { PollReading } from '../core/provider/provider';
import type { Attempt } from '../core/provider/attempt';
import type { LookDeps } from './deps';
import { signed } from './signed';
import type { CalledChannel } from './signed';

/** A provider's answer about an attempt; without a `reply` there was none. */
export interface ProviderAnswer {
  reading: Exclude<PollReading, { kind: 'follow' }>;
  reply: Reply | undefined;
}

/** What a look has before it begins. */
export interface KnownOfLook {
  /** Its first call has its moment under the channel's rate limit already. */
  hasTurn?: boolean | undefined;
  /** The answer to its first call, which is not made then: a call that looked at many jobs brought it. */
  reply?: Reply | undefined;
}

const FOLLOWS_MAX = 3;

/**
 * Asks the provider about the attempt: a GET with our own credential, at most three follow-ups. Never throws for
 * anything the provider said: what its adapter stumbles over is logged and passes for now.
 */
export async function ask(
  deps: LookDeps,
  attempt: Attempt,
  known: KnownOfLook = {},
): Promise<ProviderAnswer> {
  try {
    return await exchange(deps, attempt, known);
  } catch (error) {
    const { jobId, provider, channel } = attempt;
    deps.log.error({ jobId, provider, channel, err: error }, 'a look could not be read');
    return unseen('the reply of the provider could not be read');
  }
}

async function exchange(
  deps: LookDeps,
  attempt: Attempt,
  { hasTurn = false, reply }: KnownOfLook,
): Promise<ProviderAnswer> {
  const at = reachOf(deps, attempt);
  if (!at || !attempt.operation) {
    return unseen(`channel ${attempt.channel} is not configured any more`);
  }
  const { provider } = at;
  let call = provider.poll(attempt.operation);
  let answer = reply;
  for (let follow = 0; follow <= FOLLOWS_MAX; follow += 1) {
    if (!answer) {
      const result = await callForLook(deps, at, call, {
        hasTurn: hasTurn && follow === 0,
        ...given({ requestId: attempt.requestId }),
      });
      if (result.kind === 'not_sent' && result.reason === 'paced') return paced(result);
      if (isGoneServer(at.channel, result)) return goneServer(result);
      if (result.kind !== 'reply') return unseen(`no answer: ${result.reason}`);
      answer = result.reply;
    }
    const reading = provider.readPoll(answer, attempt.operation, call);
    if (reading.kind !== 'follow') return { reading, reply: answer };
    ({ call } = reading);
    answer = undefined;
  }
  return unseen('the provider sent us round in circles');
}

/** Makes one call of a look with our own credential; `requestId` is that of the one job that it is about. */
export function callForLook(
  { outbound, waits, limits, now }: LookDeps,
  to: CalledChannel,
  call: Call,
  { hasTurn, requestId }: { hasTurn: boolean; requestId?: string },
): Promise<CallResult> {
  const at = now();
  const { channel, provider } = to;
  const made = isOwn(call, channel.baseUrl) ? signed(to, call, { requestId, now: at }) : call;
  return outbound.call(made, {
    baseUrl: channel.baseUrl,
    allowedOrigins: channel.resultOrigins,
    deadlineAt: at + waits.exchangeMs,
    replyBytesMax: provider.lookBytesMax ?? limits.replyBytesMax,
    about: { channel: channel.name, kind: 'look' },
    hasTurn,
  });
}

const paced = ({ detail, retryAfterMs }: { detail: string; retryAfterMs?: number }) => ({
  reading: { kind: 'transient' as const, detail, ...given({ retryAfterMs }) },
  reply: undefined,
});

const unseen = (detail: string): ProviderAnswer => ({
  reading: { kind: 'transient', detail },
  reply: undefined,
});

/**
 * Says whether a server of the operator's own is not there at all. Where it stays away for the grace of a job that is gone, it
 * has lost its jobs, as after a restart; a provider that is paid has them, wherever the network ends.
 */
const isGoneServer = (
  { selfHosted }: Channel,
  result: CallResult,
): result is Extract<CallResult, { kind: 'not_sent' }> =>
  selfHosted === true && result.kind === 'not_sent' && result.reason === 'connect';

const goneServer = ({ detail }: { detail: string }): ProviderAnswer => ({
  reading: { kind: 'gone', failure: failure('provider_lost', { provider: { message: detail } }) },
  reply: undefined,
});

/** A link out of a reply may lead anywhere; our credential goes to the operator's origin only. */
function isOwn(call: Call, baseUrl: string): boolean {
  return 'path' in call.target || new URL(call.target.url).origin === new URL(baseUrl).origin;
}

import type { Call, Headers, Reply } from '../core/provider/exchange';
import { createMask, secretOfHeader } from './mask';
import type { Mask } from './mask';
import type { CallOptions, CallResult } from '../core/ports/outbound';
import type { Agents } from './agents';
import { exchange } from './exchange';
import type { Receiver } from './exchange';
import type { Failure } from './failure';
import { resolveTarget } from './target';
import type { UrlRules } from './target';

export interface CallContext {
  agents: Agents;
  rules: UrlRules;
  userAgent: string;
  /** Takes the operator's credentials out of whatever came back. */
  mask: Mask;
  now: () => number;
}

/**
 * Performs one call: never retried, no redirect followed (a 3xx is a reply), and whatever happens is a value.
 * `deadlineAt` covers all of it, from the name to the last byte of the reply.
 */
export function call(context: CallContext, call: Call, options: CallOptions): Promise<CallResult> {
  const target = resolveTarget(call.target, options, context.rules);
  if (!target.ok) {
    const detail = `the URL is not allowed: ${target.problem}`;
    return Promise.resolve({ kind: 'not_sent', reason: 'blocked', detail });
  }
  const { url, trusted } = target;
  const agent = context.agents.pick(call.method === 'GET' ? 'read' : 'write', trusted);
  const startedAt = context.now();
  return new Promise((resolve) => {
    const receiver = collect(options.replyBytesMax, {
      reply: (reply) =>
        resolve({
          kind: 'reply',
          reply: withoutSecrets(reply, call, context.mask),
          durationMs: context.now() - startedAt,
        }),
      fail: resolve,
      tooLarge: () => running.stop(TOO_LARGE),
    });
    const running = exchange(
      agent,
      {
        url,
        trusted,
        method: call.method,
        headers: withOwn(call.headers, context.userAgent),
        body: call.body,
        deadlineAt: options.deadlineAt,
        idleMs: 0,
        signal: options.signal,
      },
      receiver,
      context.now,
    );
  });
}

/**
 * Masks the call's secrets in a reply, those of its headers too: some sign with a secret that is made anew for each
 * call.
 */
function withoutSecrets(reply: Reply, { headers }: Call, mask: Mask): Reply {
  const own = createMask(
    Object.entries(headers).flatMap(([name, value]) =>
      name.toLowerCase() === 'authorization' ? secretOfHeader(value) : [],
    ),
  );
  const texts = Object.entries(reply.headers).map(([name, value]): [string, string] => [
    name,
    Buffer.from(own(mask(Buffer.from(value)))).toString(),
  ]);
  return { ...reply, headers: Object.fromEntries(texts), body: own(mask(reply.body)) };
}

const TOO_LARGE: Failure = {
  kind: 'no_reply',
  reason: 'too_large',
  detail: 'the reply is larger than this call allows',
};

/** Ours win: an encoded reply could grow past every limit when it is unpacked, so none is asked for. */
export function withOwn(headers: Headers, userAgent: string): Headers {
  const given: Headers = {};
  for (const [name, value] of Object.entries(headers)) given[name.toLowerCase()] = value;
  return { ...given, 'user-agent': userAgent, 'accept-encoding': 'identity' };
}

function collect(
  bytesMax: number,
  on: {
    reply(reply: { status: number; headers: Headers; body: Uint8Array }): void;
    fail(failure: Failure): void;
    tooLarge(): void;
  },
): Receiver {
  const chunks: Buffer[] = [];
  let head: { status: number; headers: Headers } | undefined;
  let bytes = 0;
  return {
    head(status, headers) {
      head = { status, headers };
      if (Number(headers['content-length'] ?? 0) > bytesMax) on.tooLarge();
    },
    chunk(chunk) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) on.tooLarge();
      else chunks.push(chunk);
      return true;
    },
    end() {
      if (head) on.reply({ ...head, body: Buffer.concat(chunks) });
      else on.fail({ kind: 'no_reply', reason: 'reset', detail: 'an empty reply' });
    },
    fail: on.fail,
  };
}

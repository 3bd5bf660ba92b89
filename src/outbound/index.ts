import { createLiveMask } from './mask';
import type { Outbound } from '../core/ports/outbound';
import { createAgents } from './agents';
import type { AgentLimits } from './agents';
import { call } from './call';
import { callbackProblem } from './callback-url';
import { systemLookup } from './connector';
import type { Lookup } from './connector';
import { open } from './download';
import type { DownloadLimits } from './download';
import { parseUrl } from './guard';
import { inputProblem } from './target';
import type { UrlRules } from './target';

export type OutboundLimits = AgentLimits & DownloadLimits;

export const OUTBOUND_LIMITS: OutboundLimits = {
  connectTimeoutMs: 5_000,
  connectionsPerOrigin: 64,
  originsMax: 1_024,
  downloadBytesMax: 2 * 1_024 ** 3,
  downloadIdleMs: 30_000,
  readerIdleMs: 120_000,
};

export interface OutboundOptions {
  /** Exact URL hosts without a port (`localhost`, `10.0.0.7`, `::1`) that deliveries may go to, by http or https. */
  allowedCallbackHosts?: readonly string[];
  /** Lets `http://` URLs of strangers through as well; they must still be public. */
  allowHttp?: boolean;
  userAgent: string;
  /** Returns the credentials of the operator's channels, as they are now: no reply shows them to anybody. */
  secrets?: () => readonly string[];
  limits?: Partial<OutboundLimits>;
  /** Unix milliseconds. */
  now?: () => number;
  lookup?: Lookup;
}

/**
 * Makes the only way out of this process. URLs of strangers (callbacks, inputs, results, redirects) reach public
 * addresses only; an origin that the operator wrote is exempt, per call, and nothing else is. Proxy variables of the
 * environment are not used: a proxy would resolve names behind the guard's back.
 */
export function createOutbound(options: OutboundOptions): Outbound & { close(): Promise<void> } {
  const limits = { ...OUTBOUND_LIMITS, ...options.limits };
  const rules: UrlRules = {
    callbackHosts: new Set((options.allowedCallbackHosts ?? []).map(readHost)),
    allowHttp: options.allowHttp ?? false,
  };
  const agents = createAgents(limits, options.lookup ?? systemLookup);
  const now = options.now ?? Date.now;
  const mask = createLiveMask(options.secrets ?? (() => []));
  const context = { agents, rules, limits, userAgent: options.userAgent, mask, now };
  return {
    call: (request, callOptions) => call(context, request, callOptions),
    open: (url, openOptions) => open(context, url, openOptions),
    checkCallbackUrl: (url) => checkCallbackUrl(url, rules),
    inputProblem,
    close: () => agents.close(),
  };
}

function checkCallbackUrl(url: string, rules: UrlRules): ReturnType<Outbound['checkCallbackUrl']> {
  const problem = callbackProblem(url, rules);
  return problem === undefined ? { ok: true } : { ok: false, problem };
}

/**
 * Reads a host as `URL.hostname` spells it, such as `hooks.example.com` or `[::1]`. Throws a sentence for the operator
 * when the text is more or less than a host.
 */
function readHost(text: string): string {
  const host = text.trim().includes(':') && !text.includes('[') ? `[${text.trim()}]` : text.trim();
  const url = parseUrl(`http://${host}`);
  if (!url || url.href !== `http://${url.hostname}/`) {
    throw new Error(
      `"${text}" is not a host: callbacks are allowed by host name, without scheme or port`,
    );
  }
  return url.hostname;
}

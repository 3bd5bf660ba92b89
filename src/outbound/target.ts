import type { Call } from '../core/provider/exchange';
import type { CallOptions } from '../core/ports/outbound';
import { hostOf, isPublicHost, parseUrl, shapeProblem, urlProblem } from './guard';

/**
 * This file decides where a call goes, and whether the operator vouches for it. Vouched for are: the origin of the
 * channel's base URL, the origins listed with it, and, for deliveries only, the hosts allowed for callbacks. Everything
 * else is a stranger's URL and must be public.
 */

export type Target = { ok: true; url: URL; trusted: boolean } | { ok: false; problem: string };

export interface UrlRules {
  /** Exact URL hosts, lower case, as in `URL.hostname`. */
  callbackHosts: ReadonlySet<string>;
  allowHttp: boolean;
}

type Voucher = Pick<CallOptions, 'baseUrl' | 'allowedOrigins' | 'callback'>;

export function resolveTarget(target: Call['target'], voucher: Voucher, rules: UrlRules): Target {
  if ('url' in target) return judge(target.url, voucher, rules);
  const joined = join(voucher.baseUrl, target.path);
  return joined
    ? { ok: true, url: joined, trusted: true }
    : { ok: false, problem: 'the path does not lead to a place under the base URL of the channel' };
}

/**
 * Judges a URL out of somebody's reply, request or redirect; the problem is a sentence when nothing may be sent there.
 */
export function judge(text: string, voucher: Voucher, rules: UrlRules): Target {
  const url = parseUrl(text);
  if (!url) return { ok: false, problem: 'must be an absolute URL' };
  const trusted = isVouchedFor(url, voucher, rules);
  const problem = trusted ? shapeProblem(url) : urlProblem(url, rules);
  return problem === undefined ? { ok: true, url, trusted } : { ok: false, problem };
}

/**
 * Says why a provider could not read an input there; undefined where nothing in the URL speaks against it. It is the
 * provider who connects, so any port and scheme of the web will do, and an origin that the operator wrote is good for
 * it.
 */
export function inputProblem(text: string, origins: readonly string[]): string | undefined {
  const url = parseUrl(text);
  if (!url) return 'must be an absolute URL';
  if (origins.some((origin) => isSameOrigin(url, origin))) return undefined;
  return isPublicHost(hostOf(url))
    ? undefined
    : 'must name a public host, since the provider fetches it';
}

function isVouchedFor(url: URL, voucher: Voucher, rules: UrlRules): boolean {
  if (voucher.callback === true && rules.callbackHosts.has(url.hostname)) return true;
  const written = [...(voucher.allowedOrigins ?? [])];
  if (voucher.baseUrl !== undefined) written.push(voucher.baseUrl);
  return written.some((origin) => isSameOrigin(url, origin));
}

/** `origin` is a URL, of which scheme, host and port count, or a bare `host:port`, which means any scheme. */
function isSameOrigin(url: URL, origin: string): boolean {
  const withScheme = origin.includes('://') ? origin : `${url.protocol}//${origin}`;
  const { protocol, host } = parseUrl(withScheme) ?? {};
  return protocol === url.protocol && host === url.host;
}

/**
 * Joins base URL and path to one URL. Returns undefined when the path would leave the base: `@host` and `..` may come
 * out of ids that providers send, and our credential must not follow them.
 */
function join(baseUrl: string | undefined, path: string): URL | undefined {
  const base = parseUrl(baseUrl ?? '');
  if (!base || shapeProblem(base) !== undefined || !path.startsWith('/')) return undefined;
  const folder = base.pathname.replace(/\/+$/, '');
  const url = parseUrl(`${base.origin}${folder}${path}`);
  if (url?.origin !== base.origin) return undefined;
  return url.pathname === folder || url.pathname.startsWith(`${folder}/`) ? url : undefined;
}

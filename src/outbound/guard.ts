import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Which URLs that somebody else gave us may be fetched.
 *
 * `urlProblem` judges what can be read off the URL, before any name is resolved; it is there for a good message.
 * The boundary is `isPublic`, asked about every address a name resolves to and about the peer of every connection.
 * WHATWG `URL` has already turned `0x7f.1`, `2130706433`, `127.1` and full-width digits into `127.0.0.1`, so only
 * `URL.hostname` is ever looked at, never the text.
 */

/** Public by the registries, and yet the platform's own: Azure's wire server, reachable from every virtual machine. */
const DENIED_ADDRESSES: readonly string[] = ['168.63.129.16'];

/** All that is handed out as global unicast IPv6; the rest of the space is not routed to anybody. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Names that mean this machine or this network wherever they resolve. */
const DENIED_SUFFIXES: readonly string[] = [
  'localhost',
  'local',
  'localdomain',
  'internal',
  'home.arpa',
];

/** The ports that strangers' URLs may have: below 1024 there are mail and shells, and web servers only at these two. */
const WEB_PORTS: readonly number[] = [80, 443];
const PORT_MIN = 1_024;

/** True for an address that belongs to the open internet; false also for text that is no address. */
export function isPublic(text: string): boolean {
  // `ipaddr` would also read `8.8.8` and `0x7f.1`; a resolver or a socket never says so.
  if (isIP(text) === 0) return false;
  const address = inner(ipaddr.parse(text));
  if (address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv6) return address.match(GLOBAL_UNICAST);
  return !DENIED_ADDRESSES.includes(address.toString());
}

/** Returns the address that is really reached: `::ffff:127.0.0.1` reaches 127.0.0.1, so that is what is judged. */
function inner(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()
    ? address.toIPv4Address()
    : address;
}

/** Reads a URL; undefined where the text is none: without a base only an absolute URL is one. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
}

/** Says why nobody, not even the operator, may name this URL. The text is fit for whoever gave the URL. */
export function shapeProblem(url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an https URL';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  return undefined;
}

/**
 * Says why this URL may not be fetched for somebody else, or undefined when nothing in it speaks against it. The text
 * is fit for whoever gave the URL: it tells only what can be read off it.
 */
export function urlProblem(url: URL, rules: { allowHttp: boolean }): string | undefined {
  const problem = shapeProblem(url);
  if (problem !== undefined) return problem;
  if (url.protocol === 'http:' && !rules.allowHttp) return 'must be an https URL';
  const port = url.port === '' ? undefined : Number(url.port);
  if (port !== undefined && port < PORT_MIN && !WEB_PORTS.includes(port)) {
    return 'must use port 443, port 80 or a port from 1024 up';
  }
  return isPublicHost(hostOf(url)) ? undefined : 'must name a public host';
}

/** Says whether a host is public; false for an address or a name that only this machine or its network knows. */
export function isPublicHost(host: string): boolean {
  if (isIP(host) !== 0) return isPublic(host);
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  if (!name.includes('.')) return false;
  return !DENIED_SUFFIXES.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

/** Returns the host without the brackets of an IPv6 literal: `::1` of `http://[::1]/`. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

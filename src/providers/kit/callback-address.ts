/**
 * Returns the address of ours that a vendor calls back at, where it takes none but HTTPS; undefined for one that it would
 * refuse the whole job for. HTTP on this machine alone is kept: there is no vendor there but a simulated one.
 */
export function overHttps(callbackUrl: string | undefined): string | undefined {
  return callbackUrl !== undefined && isTaken(callbackUrl) ? callbackUrl : undefined;
}

/** Says whether such a vendor takes the address. */
function isTaken(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);

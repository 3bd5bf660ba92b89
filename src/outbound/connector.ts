import { lookup as lookupName } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { isPublic } from './guard';

/**
 * Opens connections, to public addresses only unless the connector is for origins that the operator wrote.
 *
 * Three checks, because each one alone can be walked around: a literal address never reaches the lookup; a name is
 * resolved once, all its addresses must be public, and the socket goes to that very answer (nothing to rebind
 * between check and use); and the peer has the last word once the connection stands. Names stay the name for TLS.
 */

/** All addresses of a name; `dns.lookup` with `all` is one. */
export type Lookup = (
  hostname: string,
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** The guard refused. The host is not in it: what a name resolves to is nobody's business. */
export class BlockedError extends Error {
  constructor() {
    super('the address is not public');
    this.name = 'BlockedError';
  }
}

export const systemLookup: Lookup = (hostname, callback) => {
  // On an error Node leaves the list out, whatever its types say.
  lookupName(hostname, { all: true }, (error, addresses) => {
    callback(error, error ? [] : addresses);
  });
};

export function createConnector(options: {
  publicOnly: boolean;
  timeoutMs: number;
  lookup: Lookup;
}): buildConnector.connector {
  const { publicOnly, timeoutMs } = options;
  const open = buildConnector({ timeout: timeoutMs, lookup: lookupHook(options) });
  if (!publicOnly) return open;
  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !isPublic(host)) {
      callback(new BlockedError(), null);
      return;
    }
    open(target, (error, socket) => {
      if (error) {
        callback(error, null);
      } else if (isPublic(socket.remoteAddress ?? '')) {
        callback(null, socket);
      } else {
        socket.destroy();
        callback(new BlockedError(), null);
      }
    });
  };
}

/**
 * Makes the name lookup in the form that `net.connect` asks for: the whole list, or the first address and its family.
 * It fails for a name without an address and, with `publicOnly`, for a name of which one address is private.
 */
function lookupHook(options: { publicOnly: boolean; lookup: Lookup }): LookupFunction {
  return (hostname, wanted, callback) => {
    options.lookup(hostname, (error, addresses) => {
      const [first] = addresses;
      if (error) {
        callback(error, []);
      } else if (first === undefined) {
        callback(new Error('the name has no address'), []);
      } else if (options.publicOnly && !addresses.every(({ address }) => isPublic(address))) {
        // One private address spoils the answer: the socket would be free to take that one.
        callback(new BlockedError(), []);
      } else if (wanted.all === true) {
        callback(null, [...addresses]);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

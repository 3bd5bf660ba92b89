import type { Config } from '../config';
import type { ConfigError } from '../core/catalog/config-error';
import { valueAt } from '../core/json/json-place';
import { addressesInWords, addressOf } from '../core/provider/address';
import type { Provider } from '../core/provider/provider';
import { callbackProblem, NO_OWN_HOSTS } from '../outbound/callback-url';
import { isPublicHost } from '../outbound/guard';
import { providers } from '../providers';
import { modelWarnings, warning } from './model-warnings';

/**
 * What is allowed in a config and most likely not meant. Each warning is an error's sentence with its entry; nothing is
 * asked of anybody, so a key that is well formed and wrong is found by `reelay try` alone.
 */

type RealChannel = Extract<Config['channels'][string], { baseUrl: string }>;

export function configWarnings(config: Config, now: number): ConfigError[] {
  const channels = Object.entries(config.channels).flatMap(([name, channel]) =>
    'baseUrl' in channel ? channelWarnings(config, name, channel) : [],
  );
  return [...channels, ...modelWarnings(config, now), ...alertWarnings(config)];
}

/** Says what a start would say of the URL of alerts, unless it is told that its host is one's own. */
const alertWarnings = ({ alerts }: Config): ConfigError[] =>
  warning(['alerts', 'url'], alerts && callbackProblem(alerts.url, NO_OWN_HOSTS));

function channelWarnings({ source }: Config, name: string, channel: RealChannel): ConfigError[] {
  const { baseUrl, credentials, provider: providerName } = channel;
  const provider = Object.hasOwn(providers, providerName) ? providers[providerName] : undefined;
  const at = ['channels', name];
  return [
    ...warning([...at, 'baseUrl'], provider && addressProblem(provider, baseUrl)),
    ...warning([...at, 'selfHosted'], ownServerProblem(channel)),
    ...Object.entries(credentials).flatMap(([key, value]) => {
      const way = [...at, 'credentials', key];
      const text = typeof value === 'string' ? keyProblem(value) : undefined;
      return [...warning(way, text), ...warning(way, writtenProblem(valueAt(source.text, way)))];
    }),
  ];
}

/** Says that a server of one's own may be somebody else's, who bills each job that is made again. */
function ownServerProblem({ selfHosted, baseUrl }: RealChannel): string | undefined {
  if (!selfHosted || !isPublicHost(new URL(baseUrl).hostname)) return undefined;
  return 'is for a server of your own, and its address is public: where jobs are billed, a lost one would be paid for up to three times';
}

/** Says what is odd about a base URL; undefined for one of the vendor's own. */
function addressProblem(provider: Provider, baseUrl: string): string | undefined {
  const url = new URL(baseUrl);
  const known = addressOf(provider.addresses, baseUrl);
  const plain = (text: string): string => text.replace(/\/+$/, '');
  if (url.protocol === 'http:' && isPublicHost(url.hostname)) {
    return 'sends the key over the internet in clear: https protects it';
  }
  if (known && plain(known.url) !== plain(baseUrl)) {
    return `is on a host of ${known.where}, whose base URL is ${known.url}`;
  }
  // A wire of many servers has no address that is its own.
  if (known || provider.addresses.length === 0) return undefined;
  const own = addressesInWords(provider.addresses);
  return `is none of ${provider.name}'s own: ${own}. A proxy or a mirror may be meant`;
}

/** Says why a key looks like none. The text never shows it. */
function keyProblem(key: string): string | undefined {
  if (/^(<.*>|.*(your|example|changeme|replace|xxxx).*|\*+|\.+)$/i.test(key)) {
    return 'looks like the example of a key';
  }
  return key.length < KEY_LENGTH_MIN ? 'is shorter than keys are' : undefined;
}

const KEY_LENGTH_MIN = 16;

/** A key in the file goes wherever the file goes. */
function writtenProblem(written: unknown): string | undefined {
  const isReference = typeof written !== 'string' || written.includes('${');
  if (isReference) return undefined;
  return 'is written in the file: "${NAME}" of the environment or "${file:/its/path}" keeps it out';
}

/** Says what callers and providers cannot reach; undefined where they can. */
export function publicUrlWarning({ channels, environment }: Config): string | undefined {
  const isReal = Object.values(channels).some((channel) => 'baseUrl' in channel);
  const { REELAY_PUBLIC_URL: url } = environment;
  if (!isReal) return undefined;
  if (url === undefined) {
    return 'is not set: links to results point to the address on which the API listens, and no provider calls back, so that ends are found by looking';
  }
  const { hostname, protocol } = new URL(url);
  if (!isPublicHost(hostname)) return 'is an address that no provider can reach';
  return protocol === 'http:'
    ? 'is no https address: some providers call back to none other'
    : undefined;
}

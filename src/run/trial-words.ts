import { addressesInWords } from '../core/provider/address';
import type { ProviderAddress } from '../core/provider/address';
import type { CallResult } from '../core/ports/outbound';
import type { Reply } from '../core/provider/exchange';
import type { Trial } from '../core/provider/provider';

/** What a trial shows of a channel, in one word for programs; docs/commands.md says each. */
export const TRIAL_MEANINGS = [
  'well',
  'simulated',
  'untried',
  'denied',
  'astray',
  'unclear',
  'dns',
  'refused',
  'unreachable',
  'tls',
  'timeout',
  'broken',
  'blocked',
  'unsendable',
] as const;
export type TrialMeaning = (typeof TRIAL_MEANINGS)[number];

export interface TrialFinding {
  means: TrialMeaning;
  /** One sentence for a person, without a point at its end. */
  says: string;
}

/** What the sentences name. */
export interface TriedPlace {
  provider: string;
  /** Names the port too, where the base URL has one: `ark.cn-beijing.volces.com`. */
  host: string;
  trial: Trial;
  addresses: readonly ProviderAddress[];
}

/** Says what a trial's exchange shows. The sentences name host and provider and never a secret. */
export function findingOf(result: CallResult, place: TriedPlace): TrialFinding {
  const { host } = place;
  switch (result.kind) {
    case 'reply':
      return readingOf(result.reply, place);
    case 'not_sent':
      return unsentOf(result, host);
    case 'no_reply':
      return unansweredOf(result, host);
  }
}

function readingOf(reply: Reply, { provider, host, trial, addresses }: TriedPlace): TrialFinding {
  const reading = trial.read(reply);
  switch (reading.means) {
    case 'well':
      return { means: 'well', says: `${host} answers as ${provider}, and takes the credential` };
    case 'denied': {
      const { code, message } = reading.failure.provider ?? {};
      const words = [code, message].filter((word) => word !== undefined).join(': ');
      return { means: 'denied', says: `${host} refuses the credential (${words})` };
    }
    case 'astray':
      return {
        means: 'astray',
        says: `${host} is reached, but does not answer as ${provider} (${reading.detail}): baseUrl looks wrong${ownOf(provider, addresses)}`,
      };
    case 'unclear':
      return {
        means: 'unclear',
        says: `${host} is reached, but its answer shows nothing of the credential (${reading.detail})`,
      };
  }
}

/** Names the vendor's own addresses; nothing where every server has its own. */
const ownOf = (provider: string, addresses: readonly ProviderAddress[]): string =>
  addresses.length === 0 ? '' : `; ${provider}'s own: ${addressesInWords(addresses)}`;

type NotSent = Extract<CallResult, { kind: 'not_sent' }>;

function unsentOf({ reason, code, detail }: NotSent, host: string): TrialFinding {
  switch (reason) {
    case 'connect':
      return unconnectedOf(code, host);
    case 'deadline':
      return { means: 'timeout', says: `${host} takes no connection in time: ${EGRESS}` };
    case 'blocked':
      return { means: 'blocked', says: `baseUrl cannot be called: ${detail}` };
    case 'unsendable':
      return { means: 'unsendable', says: 'the credential cannot be sent as it is in a header' };
    case 'paced':
      return { means: 'unclear', says: `${host} was not called, for the channel's rate limit` };
  }
}

const EGRESS = 'check baseUrl, and whether this machine may go out to it';

/** Codes of the system, of TLS and of the HTTP client, by the first that fits. */
const CODES: readonly (readonly [RegExp, TrialMeaning, (host: string) => string])[] = [
  [/^ENOTFOUND$/, 'dns', (host) => `there is no host ${host}: check baseUrl`],
  [/^EAI_/, 'dns', (host) => `the name of ${host} cannot be looked up: check this machine's DNS`],
  [/^ECONNREFUSED$/, 'refused', (host) => `${host} refuses connections: check baseUrl's port`],
  [/^E(HOST|NET)UNREACH$/, 'unreachable', (host) => `there is no way to ${host}: ${EGRESS}`],
  [/TIMEOUT|TIMEDOUT/, 'timeout', (host) => `${host} takes no connection in time: ${EGRESS}`],
  [/EXPIRED/, 'tls', (host) => `the certificate of ${host} has expired`],
  [/ALTNAME/, 'tls', (host) => `the certificate of ${host} is for another name`],
  [
    /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT)/,
    'tls',
    (host) =>
      `the certificate of ${host} is signed by nobody whom this machine trusts (NODE_EXTRA_CA_CERTS names a CA of yours)`,
  ],
  [
    /^(ERR_SSL|ERR_TLS|EPROTO)/,
    'tls',
    (host) => `${host} does not speak TLS there: check scheme and port of baseUrl`,
  ],
  [/^ECONNRESET$/, 'broken', (host) => `${host} closes connections at once: ${EGRESS}`],
];

function unconnectedOf(code: string | undefined, host: string): TrialFinding {
  const [, means, says] = CODES.find(([pattern]) => pattern.test(code ?? '')) ?? [];
  if (!means || !says) {
    const why = code === undefined ? '' : ` (${code})`;
    return { means: 'unreachable', says: `${host} cannot be reached${why}: ${EGRESS}` };
  }
  return { means, says: `${says(host)} (${String(code)})` };
}

type NoReply = Extract<CallResult, { kind: 'no_reply' }>;

function unansweredOf({ reason }: NoReply, host: string): TrialFinding {
  switch (reason) {
    case 'timeout':
      return { means: 'timeout', says: `${host} takes the call and does not answer in time` };
    case 'reset':
    case 'aborted':
      return { means: 'broken', says: `${host} takes the call and breaks the connection` };
    case 'too_large':
      return { means: 'astray', says: `${host} answers with far more than a provider does` };
  }
}

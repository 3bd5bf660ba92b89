import type { Response } from 'express';
import type { Principal } from '../core/api/principal';
import { GatewayError } from '../core/errors';
import type { CallerRateStore, UsedRate } from '../core/ports/store/caller-rates';
import type { HttpLimits } from './limits';

/** The limits of requests and of creates, by key and by workspace, which all processes keep to together. */
export interface CallerRates {
  /**
   * Counts one request and tells the caller what is left, in headers. Throws `rate_limited` where the minute's are used
   * up; a caller who has been told so costs this process no further question until then.
   */
  take(principal: Principal, response: Response, request: CountedRequest): Promise<void>;
}

export interface CountedRequest {
  isCreate: boolean;
  /** Unix milliseconds. */
  now: number;
}

export type CallerRateLimits = Pick<
  HttpLimits,
  | 'requestsPerMinutePerKey'
  | 'requestsPerMinutePerWorkspace'
  | 'createsPerMinutePerKey'
  | 'createsPerMinutePerWorkspace'
>;

const WINDOW_SECONDS = 60;
/** Callers that are known to have used their minute up; past it all are forgotten, which costs one question each. */
const FULL_MAX = 10_000;

/** One limit that an operator has set. */
interface Limit {
  policy: string;
  what: 'requests' | 'creates';
  of: 'key' | 'workspace';
  most: number;
}

/** A limit as it holds for one caller, under the name of that caller's count. */
type Limited = Limit & { name: string };

export function createCallerRates(store: CallerRateStore, limits: CallerRateLimits): CallerRates {
  const full = new Map<string, UsedRate>();
  const all = limitsSet(limits);
  return {
    async take(principal, response, { isCreate, now }) {
      const limited = limitsOf(principal, isCreate, all);
      if (limited.length === 0) return;
      const known = limited.flatMap(({ name }) => full.get(name) ?? []);
      const isFull = known.some(({ endsAt }) => endsAt > now);
      const names = limited.map(({ name }) => name);
      const used = isFull ? known : await store.use(names, now, WINDOW_SECONDS * 1_000);
      const states = limited.flatMap((limit) => stateOf(limit, used, now));
      tell(response, states);
      const spent = states.filter(({ isPast }) => isPast);
      if (spent.length === 0) return;
      if (full.size >= FULL_MAX) full.clear();
      for (const { rate } of spent) full.set(rate.name, rate);
      throw new GatewayError('rate_limited', {
        message: `Too many ${spent[0]?.what ?? 'requests'} in a minute.`,
        retryAfterSeconds: Math.max(...spent.map(({ seconds }) => seconds)),
      });
    },
  };
}

/** Lists the limits that are set, once for all requests; 0 sets none. */
function limitsSet(limits: CallerRateLimits): Limit[] {
  const each: Limit[] = [
    { policy: 'request-key', what: 'requests', of: 'key', most: limits.requestsPerMinutePerKey },
    {
      policy: 'request',
      what: 'requests',
      of: 'workspace',
      most: limits.requestsPerMinutePerWorkspace,
    },
    { policy: 'create-key', what: 'creates', of: 'key', most: limits.createsPerMinutePerKey },
    {
      policy: 'create',
      what: 'creates',
      of: 'workspace',
      most: limits.createsPerMinutePerWorkspace,
    },
  ];
  return each.filter(({ most }) => most > 0);
}

/**
 * Lists what limits a request. A link to a result is for whoever watches it, and counts for nobody; nor do the requests of
 * an operator, who must get in when a caller does not.
 */
function limitsOf(
  { keyId, workspaceId, scopes }: Principal,
  isCreate: boolean,
  all: readonly Limit[],
): Limited[] {
  if (keyId === null) return [];
  const counts = { requests: !scopes.includes('admin'), creates: isCreate };
  const ids = { key: keyId, workspace: workspaceId };
  return all
    .filter(({ what }) => counts[what])
    .map((limit) => ({ ...limit, name: nameOf(limit, ids[limit.of]) }));
}

/** Returns the name of a count in the database: `key <id>` for creates, `requests of key <id>` for requests. */
const nameOf = ({ what, of }: Limit, id: string): string =>
  what === 'creates' ? `${of} ${id}` : `requests of ${of} ${id}`;

interface State extends Limited {
  rate: UsedRate;
  left: number;
  /** Seconds until the window ends. */
  seconds: number;
  isPast: boolean;
}

function stateOf(limit: Limited, used: readonly UsedRate[], now: number): State[] {
  const rate = used.find(({ name, endsAt }) => name === limit.name && endsAt > now);
  if (!rate) return [];
  const left = Math.max(0, limit.most - rate.used);
  const seconds = Math.max(1, Math.ceil((rate.endsAt - now) / 1_000));
  return [{ ...limit, rate, left, seconds, isPast: rate.used > limit.most }];
}

/**
 * Writes `RateLimit-Policy: "create";q=60;w=60` and `RateLimit: "create";r=12;t=30`
 * (draft-ietf-httpapi-ratelimit-headers-11), and the tightest one in the words that OpenAI's clients read.
 */
function tell(response: Response, states: readonly State[]): void {
  const [tightest] = states.toSorted((a, b) => a.left - b.left);
  if (!tightest) return;
  const list = (item: (state: State) => string): string => states.map(item).join(', ');
  const window = String(WINDOW_SECONDS);
  response.setHeader(
    'RateLimit-Policy',
    list(({ policy, most }) => `"${policy}";q=${String(most)};w=${window}`),
  );
  response.setHeader(
    'RateLimit',
    list(({ policy, left, seconds }) => `"${policy}";r=${String(left)};t=${String(seconds)}`),
  );
  response.setHeader('x-ratelimit-limit-requests', String(tightest.most));
  response.setHeader('x-ratelimit-remaining-requests', String(tightest.left));
  response.setHeader('x-ratelimit-reset-requests', `${String(tightest.seconds)}s`);
}

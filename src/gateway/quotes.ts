import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../core/api/principal';
import { GatewayError, invalid } from '../core/errors';
import type { AppliedRequest } from '../core/request/request';

/**
 * A quote is a signed note and no row: it holds a price and a digest of what it is for, and promises nothing that a
 * second use could take twice, since each use holds its own points. So there is nothing to store, to sweep or to share
 * between processes beyond the secret they share anyway. The digest covers the applied request, so that spelling out a
 * default is still the same request; where the callback goes is not part of it.
 */
export interface Quotes {
  issue(subject: QuoteSubject, price: bigint): { id: string; expiresAt: number };
  /**
   * Returns a quote's price in micro-points. Throws `invalid_request` for what is no quote of ours, `conflict` past its
   * end or use.
   */
  redeem(quote: { id: string; param: string }, subject: QuoteSubject): bigint;
}

export interface QuoteSubject {
  principal: Pick<Principal, 'workspaceId' | 'group'>;
  model: string;
  applied: AppliedRequest;
  /** What names the bytes of a body that passes through: more is in them than is read. */
  body?: string | undefined;
}

export interface QuoteOptions {
  secret: Uint8Array | string;
  /** Quotes that were signed with one of these are valid too. */
  otherSecrets?: readonly (Uint8Array | string)[];
  lifetimeMs: number;
  now?: () => number;
}

/** `quote_<price>_<end in base 36>_<digest><signature>` */
const QUOTE = /^quote_(\d{1,30})_([0-9a-z]{1,11})_([\w-]{43})([\w-]{43})$/;

export function createQuotes(options: QuoteOptions): Quotes {
  const { secret, otherSecrets = [], lifetimeMs, now = Date.now } = options;
  const sign = (
    principal: QuoteSubject['principal'],
    content: readonly string[],
    key: Uint8Array | string = secret,
  ): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify(['quote-1', principal.workspaceId, principal.group, ...content]))
      .digest();
  return {
    issue({ principal, ...what }, price) {
      const expiresAt = now() + lifetimeMs;
      const content = [price.toString(), expiresAt.toString(36), digestOf(what)] as const;
      const signature = sign(principal, content).toString('base64url');
      return { id: `quote_${content.join('_')}${signature}`, expiresAt };
    },
    redeem({ id, param }, { principal, ...what }) {
      const [, price = '', end = '', digest = '', signature = ''] = QUOTE.exec(id) ?? [];
      const given = Buffer.from(signature, 'base64url');
      const isSigned = (key: Uint8Array | string): boolean =>
        isSame(given, sign(principal, [price, end, digest], key));
      if (![secret, ...otherSecrets].some(isSigned)) {
        throw invalid(param, 'is not a quote of this workspace');
      }
      if (Number.parseInt(end, 36) <= now()) throw stale(param, 'has expired; ask for a new quote');
      if (digestOf(what) !== digest) {
        throw stale(param, 'was given for another request; ask for a quote for this one');
      }
      return BigInt(price);
    },
  };
}

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const stale = (param: string, problem: string): GatewayError =>
  new GatewayError('conflict', { param, message: `${param}: ${problem}.` });

function digestOf(what: Omit<QuoteSubject, 'principal'>): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(what)))
    .digest('base64url');
}

/** Sorts the names of an object at every depth: the order in which a caller wrote its vendor keys says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}

import { createHash } from 'node:crypto';
import type { Creation } from '../core/job/creation';
import { linesInPoints } from '../core/money/lines-in-points';
import type { Quote } from '../core/money/quote';
import type { Quotes, QuoteSubject } from './quotes';
import type { ResolvedRequest } from './resolve';

/** Signs the price of a request that was resolved; `body` names the bytes of one that passes through. */
export function quoted(
  { quotes }: { quotes: Quotes },
  principal: QuoteSubject['principal'],
  { request: { model }, applied, price, pricing, usable }: ResolvedRequest,
  body?: string,
): Quote {
  return {
    ...quotes.issue({ principal, model, applied, body }, price),
    ...{ price, applied, providerModel: usable[0].model, lines: linesInPoints(pricing, price) },
  };
}

/** Names the bytes of a body that passes through, and of its query; undefined for a request that is read as a whole. */
export function quotedBody(creation: Creation): string | undefined {
  if (!('native' in creation)) return undefined;
  const { body, search } = creation.native;
  return createHash('sha256').update(`${search}\n`).update(body).digest('base64url');
}

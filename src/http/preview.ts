import type { Request } from 'express';
import { z } from 'zod';
import type { Answer } from '../core/api/answer';
import type { HttpRoute } from '../core/api/route';
import { invalid } from '../core/errors';
import type { Preview } from '../core/job/preview';
import { formatPoints } from '../core/money/pricing';
import type { Gateway } from '../core/ports/gateway/gateway';

/**
 * Every create of every API can be asked what it would do: `?dry_run=true`, or the header `Reelay-Dry-Run: true`, says
 * what would be sent to whom and at what price; its path with `/quote` after it says the price alone. The body is the
 * create's own and is read by its own code. A quote's id holds its price for the same request: in `Reelay-Quote`.
 */
export type Asked = 'dry_run' | 'quote';

export const QUOTE_PATH = '/quote';
export const DRY_RUN_PARAMETER = 'dry_run';
const HEADER = 'Reelay-Dry-Run';
const QUOTE_HEADER = 'Reelay-Quote';

/** Reads whether a request asks for a dry run. Throws `invalid_request` for a word that is neither yes nor no. */
export function isDryRun(request: Request, { spends }: Pick<HttpRoute, 'spends'>): boolean {
  if (!spends) return false;
  const words: [string, unknown][] = [
    [DRY_RUN_PARAMETER, request.query[DRY_RUN_PARAMETER]],
    [HEADER, request.get(HEADER)],
  ];
  return words.map(([name, word]) => isYes(name, word)).includes(true);
}

function isYes(name: string, word: unknown): boolean {
  if (word === undefined || word === 'false') return false;
  if (word === 'true') return true;
  throw invalid(name, 'is neither yes nor no', ['true', 'false']);
}

/** Returns a query string without the word that is ours: the rest may go to a provider. */
export const withoutDryRun = (search: string): string =>
  search
    .split('&')
    .filter((pair) => pair !== DRY_RUN_PARAMETER && !pair.startsWith(`${DRY_RUN_PARAMETER}=`))
    .join('&');

/** Carries a preview out of the handler that meant to create: its own answer would speak of a job that is none. */
class Previewed extends Error {
  constructor(readonly preview: Preview) {
    super('a preview');
  }
}

/** Runs a create's own handler up to the point where it would create, and answers what that would do. */
export async function previewed(
  asked: Asked,
  gateway: Gateway,
  handle: (gateway: Gateway) => Promise<unknown>,
): Promise<Answer> {
  const create: Gateway['create'] = async (principal, creation) => {
    throw new Previewed(await gateway.preview(principal, creation));
  };
  try {
    // All else is inherited. What was made under the key before is no answer to what would be made.
    const instead = { create: { value: create }, repeated: { value: () => Promise.resolve() } };
    await handle(Object.create(gateway, instead) as Gateway);
  } catch (error) {
    if (error instanceof Previewed) return { status: 200, body: replyOf(asked, error.preview) };
    throw error;
  }
  throw new Error('a create that creates nothing');
}

/** Returns a gateway whose creates are at the price of the quote that the request names. */
export function atQuote(gateway: Gateway, request: Request): Gateway {
  const id = request.get(QUOTE_HEADER)?.trim();
  if (id === undefined) return gateway;
  const quote = { id, param: QUOTE_HEADER };
  const create: Gateway['create'] = (principal, creation) => {
    if (creation.quote) throw invalid(QUOTE_HEADER, 'names a quote beside the one in the body');
    return gateway.create(principal, { ...creation, quote });
  };
  const preview: Gateway['preview'] = (principal, creation) =>
    gateway.preview(principal, { ...creation, quote });
  return Object.create(gateway, {
    create: { value: create },
    preview: { value: preview },
  }) as Gateway; // as above
}

/** What a preview answers; only a dry run has `sends`. */
export const previewSchema = z.strictObject({
  object: z.enum(['dry_run', 'quote']),
  model: z.string(),
  provider_model: z.string(),
  price: z.string(),
  price_lines: z.array(z.looseObject({})),
  quote_id: z.string(),
  expires_at: z.iso.datetime(),
  applied: z.looseObject({}),
  sends: z.array(z.looseObject({})).optional(),
});

function replyOf(asked: Asked, { model, quote, sends }: Preview) {
  return {
    object: asked,
    model,
    provider_model: quote.providerModel,
    price: formatPoints(quote.price),
    price_lines: quote.lines,
    quote_id: quote.id,
    expires_at: new Date(quote.expiresAt).toISOString(),
    applied: quote.applied,
    ...(asked === 'dry_run' ? { sends } : {}),
  };
}

import cors from 'cors';
import type { Request, RequestHandler } from 'express';
import type { Api } from '../core/api/dialect';

/** What a page may read of an answer beside its body. */
const EXPOSED = [
  'X-Request-Id',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
  'x-should-retry',
  'openai-poll-after-ms',
  'Preference-Applied',
  'idempotent-replayed',
  'Reelay-Joined',
  'Link',
  'Deprecation',
  'Sunset',
  'x-total-count',
  'Content-Location',
  'Content-Range',
  'Content-Length',
  'Content-Disposition',
  'Accept-Ranges',
  'ETag',
  'X-Model',
  'X-Video-Id',
  'X-Inference-Time-S',
  'Location',
  'Allow',
  'WWW-Authenticate',
];

/** Seconds for which a browser need not ask again; Chromium remembers no longer (Fetch, "CORS-preflight cache"). */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Lets pages of the named origins read answers in a browser (Fetch, "CORS protocol"), those to signed links too, and never
 * by cookies. A page of any other origin is told nothing, and so is every page by an API for operators. An answer that
 * depends on the origin says so (`Vary`), for caches.
 */
export function allowPages(origins: readonly string[], apis: readonly Api[]): RequestHandler {
  const named = new Set(origins);
  const closed = apis
    .filter(({ routes }) => routes.every(({ scope }) => scope === 'admin'))
    .flatMap(({ prefixes }) => prefixes);
  const isClosed = (path: string): boolean =>
    closed.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  const allow = cors<Request>((request, done) => {
    const origin = request.get('origin');
    const isAllowed = origin !== undefined && named.has(origin) && !isClosed(request.path);
    done(null, {
      origin: isAllowed ? origin : false,
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      exposedHeaders: EXPOSED,
      maxAge: PREFLIGHT_SECONDS,
    });
  });
  return (request, response, next) => {
    response.vary('Origin');
    allow(request, response, next);
  };
}

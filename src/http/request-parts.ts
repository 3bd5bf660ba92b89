import type { Request } from 'express';
import type { HttpRoute } from '../core/api/route';
import { KEY_PARAMETER } from './auth';
import { LINK_PARAMETERS } from './links';
import { DRY_RUN_PARAMETER, withoutDryRun } from './preview';

/** What a route's handler sees of a request beside its body: no key, and no word that is ours. */

/** Returns the query string without `?`; empty where a key may be in it, which must go no further. */
export function searchOf(request: Request, { keyIn, spends }: HttpRoute): string {
  const at = request.originalUrl.indexOf('?');
  if (keyIn || at < 0) return '';
  const search = request.originalUrl.slice(at + 1);
  return spends ? withoutDryRun(search) : search;
}

export function queryOf(request: Request, route: HttpRoute): Record<string, unknown> {
  const hidden: readonly string[] = [
    ...(route.acceptsLink || route.acceptsEventsLink ? LINK_PARAMETERS : []),
    ...(route.keyIn ? [KEY_PARAMETER] : []),
    ...(route.spends ? [DRY_RUN_PARAMETER] : []),
  ];
  return Object.fromEntries(
    Object.entries(request.query).filter(([name]) => !hidden.includes(name)),
  );
}

export function paramsOf(request: Request): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.params).map(([name, value]) => [name, String(value)]),
  );
}

const SECRET_HEADERS = new Set(['authorization', 'x-api-key', 'cookie']);

export function headersOf(request: Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && !SECRET_HEADERS.has(name)) headers[name] = value;
  }
  return headers;
}

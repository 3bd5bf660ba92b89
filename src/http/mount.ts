import type { Express, Request, RequestHandler, Response } from 'express';
import type { Answer, LateAnswer } from '../core/api/answer';
import type { Api } from '../core/api/dialect';
import type { Principal } from '../core/api/principal';
import type { HttpRoute } from '../core/api/route';
import { invalid } from '../core/errors';
import { changedByReading } from '../core/json/json-exact';
import { parseOrThrow } from '../core/json/parse';
import type { Gateway } from '../core/ports/gateway/gateway';
import { authenticate, hasKey, requireScope, type AuthPorts } from './auth';
import { readBody, type BodyPorts } from './body';
import type { CallerRates } from './caller-rates';
import { fingerprintOf, IDEMPOTENCY_KEY, plainPath, readIdempotencyKey } from './idempotency';
import type { EventLinks } from './event-links';
import { joinedCreate, joining, joins } from './joins';
import type { Links } from './links';
import { refuseOtherMethods } from './methods';
import { noting } from './noting';
import { atQuote, isDryRun, previewed, QUOTE_PATH, type Asked } from './preview';
import { requestIdOf } from './request-id';
import { headersOf, paramsOf, queryOf, searchOf } from './request-parts';
import { send, type SendPorts } from './send';
import type { WaitEnds } from './wait-ends';

export interface MountPorts extends AuthPorts, BodyPorts, SendPorts {
  gateway: Gateway;
  /** Hears of every use of a key. */
  used(keyId: string, now: number): void;
  now: () => number;
  links: Pick<Links, 'verify'>;
  callerRates: CallerRates;
  eventLinks: Pick<EventLinks, 'verify'>;
  waitEnds: WaitEnds;
}

/** Puts every route of the APIs on the app; other methods of the same paths answer 405 with `Allow`. */
export function mountApis(app: Express, apis: readonly Api[], ports: MountPorts): void {
  const methods = new Map<string, Set<string>>();
  const routes = apis.flatMap((api) => api.routes.map((route) => ({ api: api.name, route })));
  for (const { api, route } of routes) {
    const known = methods.get(route.path) ?? new Set();
    if (known.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
    // One that takes some requests only leaves the others to the next.
    methods.set(route.path, route.when ? known : known.add(route.method));
    app[EXPRESS_NAMES[route.method]](route.path, handlerOf({ api, route }, ports));
    if (!route.spends) continue;
    const path = `${route.path}${QUOTE_PATH}`;
    methods.set(path, new Set([route.method]));
    app[EXPRESS_NAMES[route.method]](path, handlerOf({ api, route, asked: 'quote' }, ports));
  }
  for (const [path, known] of methods) refuseOtherMethods(app, path, known);
}

const EXPRESS_NAMES = { GET: 'get', POST: 'post', PATCH: 'patch', DELETE: 'delete' } as const;

/** A route, and what is asked of it where it is not to be done. */
interface Served {
  api: string;
  route: HttpRoute;
  asked?: Asked;
}

function handlerOf({ api, route, asked }: Served, ports: MountPorts): RequestHandler {
  return async (request, response, next) => {
    if (route.when?.(headersOf(request)) === false) {
      next('route');
      return;
    }
    Object.assign(response.locals, { api, route: route.path });
    const wish = asked ?? (isDryRun(request, route) ? 'dry_run' : undefined);
    const answer = await handle(route, { request, response, wish }, ports);
    if (!('later' in answer)) {
      await send({ request, response }, answer, ports);
      return;
    }
    ports.budget.release(response);
    await send({ request, response }, await answer.later(), ports);
  };
}

/**
 * Handles one request. It is a function of its own, so that the body is referenced by nobody any more once it has
 * returned.
 */
async function handle(
  route: HttpRoute,
  { request, response, wish }: { request: Request; response: Response; wish: Asked | undefined },
  ports: MountPorts,
): Promise<Answer | LateAnswer> {
  const principal = await principalOf(request, route, ports);
  response.locals['workspaceId'] = principal.workspaceId;
  response.locals['keyId'] = principal.keyId;
  requireScope(principal, route.scope);
  await ports.callerRates.take(principal, response, {
    isCreate: route.spends === true && !wish,
    now: ports.now(),
  });
  const givenKey = readIdempotencyKey(request.get(IDEMPOTENCY_KEY), route);
  const isJoined = route.spends && !wish && joins(principal, givenKey);
  const query = parseOrThrow(route.query, queryOf(request, route), 'query');
  if (route.spends && !wish && !isJoined) await ports.gateway.checkFunds(principal, givenKey);
  const body = await readBody({ request, response, owner: principal }, route.body, ports);
  if (!route.verbatim) checkExact(body.identity);
  const joined = isJoined ? joinedCreate(request, principal, body.identity) : undefined;
  // Its body says whether it repeats what took the last points.
  if (joined) await ports.gateway.checkFunds(principal, joined.key);
  const input = {
    principal,
    params: paramsOf(request),
    query,
    body: parseOrThrow(route.request, body.value),
    files: body.files,
    headers: headersOf(request),
    method: request.method,
    requestId: requestIdOf(response),
    signal: ports.waitEnds.signalFor(response),
    raw: body.identity instanceof Uint8Array ? body.identity : NO_BYTES,
    search: searchOf(request, route),
    idempotencyKey: givenKey ?? joined?.key,
    fingerprint:
      joined?.fingerprint ?? fingerprintOf(request.method, plainPath(request.path), body.identity),
    twinFingerprints: (route.twins ?? []).map((path) =>
      fingerprintOf(request.method, path, body.identity),
    ),
  };
  const noted = atQuote(noting(ports.gateway, response), request);
  const gateway = joined ? joining(noted, response, ports.limits.joinedMs) : noted;
  if (!wish) return route.handle(gateway, input);
  return previewed(wish, gateway, (instead) => route.handle(instead, input));
}

/**
 * Checks that a body can be kept: what cannot be kept as it was sent is refused by name, never changed. A form's texts
 * are texts.
 */
function checkExact(identity: Uint8Array | string): void {
  if (!(identity instanceof Uint8Array)) return;
  const changed = changedByReading(identity);
  if (changed) throw invalid(changed.path.join('.').slice(0, 200) || 'body', changed.problem);
}

const NO_BYTES = new Uint8Array();

/** Finds who asks, by link or key. A link speaks for itself; a bad link beside a key leaves the word to the key. */
async function principalOf(
  request: Request,
  route: HttpRoute,
  ports: MountPorts,
): Promise<Principal> {
  const verifier = verifierOf(route, ports);
  if (verifier && request.query['signature'] !== undefined) {
    try {
      const link = verifier.verify(paramsOf(request)['id'] ?? '', request.query);
      const { workspaceId, expiresAt: endsAt } = link;
      return { workspaceId, keyId: null, endsAt, group: '', models: [], scopes: ['read'] };
    } catch (error) {
      if (!hasKey(request)) throw error;
    }
  }
  const now = ports.now();
  const principal = await authenticate(request, route, ports, now);
  ports.used(principal.keyId, now);
  return principal;
}

const verifierOf = (
  { acceptsLink, acceptsEventsLink }: HttpRoute,
  { links, eventLinks }: Pick<MountPorts, 'links' | 'eventLinks'>,
): Pick<EventLinks, 'verify'> | undefined => {
  if (acceptsEventsLink) return eventLinks;
  return acceptsLink ? links : undefined;
};

import type { Express, Request, RequestHandler, Response } from 'express';
import type { Answer, LateAnswer } from '../core/api/answer';
import type { Api } from '../core/api/dialect';
import type { Principal } from '../core/api/principal';
import type { HttpRoute } from '../core/api/route';
import { GatewayError, invalid } from '../core/errors';
import { changedByReading } from '../core/json/json-exact';
import { parseOrThrow } from '../core/json/parse';
import type { Creation } from '../core/job/creation';
import type { Gateway } from '../core/ports/gateway/gateway';
import type { Jobs } from '../core/ports/gateway/jobs';
import type { Models } from '../core/ports/gateway/models';
import { authenticate, hasKey, KEY_PARAMETER, requireScope, type AuthPorts } from './auth';
import { readBody, type BodyPorts } from './body';
import { fingerprintOf, readIdempotencyKey } from './idempotency';
import { LINK_PARAMETERS, type Links } from './links';
import {
  atQuote,
  DRY_RUN_PARAMETER,
  isDryRun,
  previewed,
  QUOTE_PATH,
  withoutDryRun,
  type Asked,
} from './preview';
import { requestIdOf } from './request-id';
import { send, type SendPorts } from './send';
import type { WaitEnds } from './wait-ends';

export interface MountPorts extends AuthPorts, BodyPorts, SendPorts {
  gateway: Gateway;
  /** Hears of every use of a key. */
  used(keyId: string, now: number): void;
  now: () => number;
  links: Pick<Links, 'verify'>;
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
  for (const [path, known] of methods) {
    const allow = [...known].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    app.all(path, (_request, response) => {
      response.setHeader('Allow', allow.join(', '));
      throw new GatewayError('method_not_allowed');
    });
  }
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
  const idempotencyKey = readIdempotencyKey(request.get('idempotency-key'));
  const query = parseOrThrow(route.query, queryOf(request, route));
  if (route.spends && !wish) await ports.gateway.checkFunds(principal, idempotencyKey);
  const body = await readBody({ request, response, owner: principal }, route.body, ports);
  if (!route.verbatim) checkExact(body.identity);
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
    idempotencyKey,
    fingerprint: fingerprintOf(request.method, request.path, body.identity),
    twinFingerprints: (route.twins ?? []).map((path) =>
      fingerprintOf(request.method, path, body.identity),
    ),
  };
  const gateway = atQuote(noting(ports.gateway, response), request);
  if (!wish) return route.handle(gateway, input);
  return previewed(wish, gateway, (instead) => route.handle(instead, input));
}

/**
 * Wraps the gateway: what is returned notes, for the request's log line, which job a create made or found, and tells the
 * caller in headers when the model is taken out of use.
 */
function noting(gateway: Gateway, response: Response): Gateway {
  const tellOf = (principal: Principal, model: string): void => {
    for (const [name, value] of Object.entries(gateway.notices(principal, model))) {
      response.setHeader(name, value);
    }
  };
  const quote: Models['quote'] = (principal, draft) => {
    tellOf(principal, draft.request.model);
    return gateway.quote(principal, draft);
  };
  const modelOf = (creation: Creation): string =>
    'native' in creation ? creation.native.model : creation.request.model;
  const preview: Jobs['preview'] = (principal, creation) => {
    tellOf(principal, modelOf(creation));
    return gateway.preview(principal, creation);
  };
  const create: Jobs['create'] = async (principal, creation) => {
    tellOf(principal, modelOf(creation));
    const answer = await gateway.create(principal, creation);
    response.locals['jobId'] = answer.jobId;
    return answer;
  };
  const noted = { create: { value: create }, quote: { value: quote }, preview: { value: preview } };
  return Object.create(gateway, noted) as Gateway; // all else is inherited
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

/** Returns the query string without `?`; empty where a key may be in it, which must go no further. */
function searchOf(request: Request, { keyIn, spends }: HttpRoute): string {
  const at = request.originalUrl.indexOf('?');
  if (keyIn || at < 0) return '';
  const search = request.originalUrl.slice(at + 1);
  return spends ? withoutDryRun(search) : search;
}

/** Finds who asks, by link or key. A link speaks for itself; a bad link beside a key leaves the word to the key. */
async function principalOf(
  request: Request,
  route: HttpRoute,
  ports: MountPorts,
): Promise<Principal> {
  if (route.acceptsLink && request.query['signature'] !== undefined) {
    try {
      const { workspaceId } = ports.links.verify(paramsOf(request)['id'] ?? '', request.query);
      return { workspaceId, keyId: '', group: '', models: [], scopes: ['read'] };
    } catch (error) {
      if (!hasKey(request)) throw error;
    }
  }
  const now = ports.now();
  const principal = await authenticate(request, route, ports, now);
  ports.used(principal.keyId, now);
  return principal;
}

function queryOf(request: Request, route: HttpRoute): Record<string, unknown> {
  const hidden: readonly string[] = [
    ...(route.acceptsLink ? LINK_PARAMETERS : []),
    ...(route.keyIn ? [KEY_PARAMETER] : []),
    ...(route.spends ? [DRY_RUN_PARAMETER] : []),
  ];
  return Object.fromEntries(
    Object.entries(request.query).filter(([name]) => !hidden.includes(name)),
  );
}

function paramsOf(request: Request): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.params).map(([name, value]) => [name, String(value)]),
  );
}

const SECRET_HEADERS = new Set(['authorization', 'x-api-key', 'cookie']);

function headersOf(request: Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && !SECRET_HEADERS.has(name)) headers[name] = value;
  }
  return headers;
}

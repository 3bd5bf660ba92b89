import type { Express, Request, RequestHandler, Response } from 'express';
import type { Answer, LateAnswer } from '../core/api/answer';
import type { Api } from '../core/api/dialect';
import type { Principal } from '../core/api/principal';
import type { HttpRoute } from '../core/api/route';
import { GatewayError, invalid } from '../core/errors';
import { changedByReading } from '../core/json/json-exact';
import { parseOrThrow } from '../core/json/parse';
import type { Gateway } from '../core/ports/gateway/gateway';
import type { Jobs } from '../core/ports/gateway/jobs';
import type { Models } from '../core/ports/gateway/models';
import { authenticate, hasKey, KEY_PARAMETER, requireScope, type AuthPorts } from './auth';
import { readBody, type BodyPorts } from './body';
import { fingerprintOf, readIdempotencyKey } from './idempotency';
import { LINK_PARAMETERS, type Links } from './links';
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

function handlerOf(
  { api, route }: { api: string; route: HttpRoute },
  ports: MountPorts,
): RequestHandler {
  return async (request, response, next) => {
    if (route.when?.(headersOf(request)) === false) {
      next('route');
      return;
    }
    Object.assign(response.locals, { api, route: route.path });
    const answer = await handle(route, { request, response }, ports);
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
  { request, response }: { request: Request; response: Response },
  ports: MountPorts,
): Promise<Answer | LateAnswer> {
  const principal = await principalOf(request, route, ports);
  response.locals['workspaceId'] = principal.workspaceId;
  response.locals['keyId'] = principal.keyId;
  requireScope(principal, route.scope);
  const idempotencyKey = readIdempotencyKey(request.get('idempotency-key'));
  const query = parseOrThrow(route.query, queryOf(request, route));
  if (route.spends) await ports.gateway.checkFunds(principal, idempotencyKey);
  const body = await readBody({ request, response, owner: principal }, route.body, ports);
  if (!route.verbatim) checkExact(body.identity);
  return route.handle(noting(ports.gateway, response), {
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
  });
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
  const create: Jobs['create'] = async (principal, creation) => {
    tellOf(principal, 'native' in creation ? creation.native.model : creation.request.model);
    const answer = await gateway.create(principal, creation);
    response.locals['jobId'] = answer.jobId;
    return answer;
  };
  return Object.create(gateway, { create: { value: create }, quote: { value: quote } }) as Gateway; // all else is inherited
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
function searchOf(request: Request, { keyIn }: HttpRoute): string {
  const at = request.originalUrl.indexOf('?');
  return keyIn || at < 0 ? '' : request.originalUrl.slice(at + 1);
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

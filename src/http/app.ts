import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Api } from '../core/api/dialect';
import { GatewayError, type ErrorCode } from '../core/errors';
import type { Blobs } from '../core/ports/blobs';
import type { Gateway } from '../core/ports/gateway/gateway';
import type { Metrics } from '../core/ports/metrics';
import type { Traces } from '../core/ports/traces';
import type { Tokens } from '../core/ports/tokens';
import type { CallerRateStore } from '../core/ports/store/caller-rates';
import type { KeyStore } from '../core/ports/store/keys';
import { createAuthBudget } from './auth-budget';
import { allowPages } from './cors';
import type { Hint } from '../core/ports/hint';
import { createWindows } from './address-windows';
import { mountCallbacks } from './callbacks';
import { createCallerRates } from './caller-rates';
import { mountDocs } from './docs';
import { mountErrorPages } from './error-pages';
import { errorHandler } from './errors';
import { mountFront } from './front';
import type { EventLinks } from './event-links';
import { mountHealth, type HealthPorts } from './health';
import { requireHost } from './host';
import type { InputLinks } from './input-links';
import { mountInputs } from './inputs';
import { createLastUsed } from './last-used';
import { HTTP_LIMITS, type HttpLimits } from './limits';
import type { Links } from './links';
import { createMemoryBudget, createUploads } from './memory-budget';
import { mountApis } from './mount';
import { mountOpenapi } from './openapi';
import { assignRequestId, requestIdOf } from './request-id';
import { traceExchanges } from './traces';
import { createWaitEnds, type WaitEnds } from './wait-ends';

export interface AppOptions extends HealthPorts {
  gateway: Gateway;
  /** The public APIs by name, in the registry's order; the first one answers for paths that belong to none. */
  apis: Readonly<Record<string, Api>>;
  keys: Omit<KeyStore, 'reading'>;
  /** Counts the requests and creates of callers for all processes. */
  callerRates: CallerRateStore;
  isKey(text: string): boolean;
  tokens: Pick<Tokens, 'verify'>;
  blobs: Blobs;
  links: Pick<Links, 'verify'>;
  eventLinks: Pick<EventLinks, 'verify'>;
  inputLinks: Pick<InputLinks, 'verify'>;
  hint: Hint;
  /** Says whether what was thrown means that the database is away for a moment: told as 503, to be asked again. */
  isOutage(thrown: unknown): boolean;
  logger: Logger;
  limits?: Partial<HttpLimits>;
  /** Express's "trust proxy": whose word for the caller's address counts. Absent = nobody's. */
  trustProxy?: number | string | undefined;
  /** Origins whose pages may read answers in a browser: `https://app.example`. Absent = none. */
  corsOrigins?: readonly string[];
  /** Ends the waits when the server closes; without it answers that wait are cut off in the end. */
  waitEnds?: WaitEnds;
  /** Hears of each exchange; absent = nobody counts. */
  metrics?: Pick<Metrics, 'answered' | 'refused'>;
  /** Makes a span of each exchange; absent = nobody exports any. */
  traces?: Pick<Traces, 'exchange' | 'id'> | undefined;
  now?: () => number;
}

/** Makes the whole HTTP side: probes, provider callbacks and every API. It listens on nothing by itself. */
export function createApp(options: AppOptions): Express {
  const limits: HttpLimits = { ...HTTP_LIMITS, ...options.limits };
  const { logger, now = Date.now, waitEnds = createWaitEnds() } = options;
  const apis = Object.values(options.apis);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');
  app.set('trust proxy', options.trustProxy ?? false);
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      },
    }),
  );
  app.use(assignRequestId, noStore, logRequests(logger, options.metrics));
  if (options.traces) app.use(traceExchanges(options.traces));
  app.use(requireHost);
  const { corsOrigins = [] } = options;
  if (corsOrigins.length > 0) app.use(allowPages(corsOrigins, apis));
  mountHealth(app, options);
  if (limits.requestsPerMinutePerAddress > 0) app.use(limitAddresses(limits, now));
  mountFront(app, apis);
  mountOpenapi(app);
  mountDocs(app, apis);
  mountErrorPages(app);
  const budget = createMemoryBudget(limits);
  const uploads = createUploads(limits);
  const used = createLastUsed(options.keys, logger);
  const authBudget = createAuthBudget(options.keys, limits);
  mountCallbacks(app, options.hint, { limits, budget, authBudget, now });
  mountInputs(app, { ...options, limits });
  const callerRates = createCallerRates(options.callerRates, limits);
  const held = { limits, budget, uploads, authBudget, callerRates };
  mountApis(app, apis, { ...options, ...held, now, used, waitEnds });
  app.use(({ method, path: place }) => {
    const path = `${method} ${place}`.slice(0, PATH_SHOWN_MAX);
    throw new GatewayError('not_found', { message: `There is no such path: ${path}.`, path });
  });
  app.use(errorHandler({ ...options, apis, limits }));
  return app;
}

/** A client with a wrong base URL finds it in the path that it asked for; a path of kilobytes says no more. */
const PATH_SHOWN_MAX = 200;

/** Refuses an address that has sent its minute's requests already, before anything else is known of it. */
function limitAddresses(limits: HttpLimits, now: () => number): RequestHandler {
  const take = createWindows({
    most: limits.requestsPerMinutePerAddress,
    addressesMax: limits.authAddressesMax,
    message: 'Too many requests from this address.',
  });
  return (request, _response, next) => {
    take(request.ip ?? '', now());
    next();
  };
}

function noStore(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}

/** Paths of which the rest is a secret, or the name of somebody's file. */
const SECRET_PATH = /^(\/callbacks|\/inputs)\//;

/** Logs one line per exchange with listed fields only: no query (links are secrets), no headers, no bodies. */
function logRequests(logger: Logger, metrics?: Pick<Metrics, 'answered' | 'refused'>) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const startedAt = performance.now();
    const { method, path } = request;
    response.once('close', () => {
      const durationMs = performance.now() - startedAt;
      metrics?.answered({
        api: response.locals['api'] as string | undefined,
        method,
        route: response.locals['route'] as string | undefined,
        status: response.statusCode,
        durationMs,
      });
      const code = response.locals['errorCode'] as ErrorCode | undefined; // the error handler's
      if (code) metrics?.refused(code);
      logger.info(
        {
          requestId: requestIdOf(response),
          trace_id: response.locals['traceId'] as unknown,
          method,
          path: SECRET_PATH.exec(path)?.[1] ?? path,
          status: response.statusCode,
          durationMs: Math.round(durationMs),
          workspaceId: response.locals['workspaceId'] as unknown,
          keyId: response.locals['keyId'] as unknown,
          jobId: response.locals['jobId'] as unknown,
          errorCode: code,
          ...(response.writableFinished ? {} : { cut: true }),
        },
        'request',
      );
    });
    next();
  };
}

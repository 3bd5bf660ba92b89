import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import type { Api } from '../core/api/dialect';
import { GatewayError } from '../core/errors';
import { answerEarly } from './body';
import type { HttpLimits } from './limits';
import type { RenderRefusal } from './raw-refusals';
import { requestIdOf } from './request-id';
import { send } from './send';

export interface ErrorPorts {
  apis: readonly Api[];
  logger: Logger;
  limits: HttpLimits;
  /** Says whether what was thrown means that the database is away for a moment. */
  isOutage(thrown: unknown): boolean;
}

/** A database that restarts is back within seconds. */
const OUTAGE_RETRY_SECONDS = 2;

/**
 * Makes the one place where an error becomes an answer, in the shape of the API that owns the path. What is not a
 * `GatewayError` is logged once with its ids and told as `internal` with the request id, nothing more; a database that
 * is away is `unavailable`, which says when to come again.
 */
export function errorHandler(ports: ErrorPorts): ErrorRequestHandler {
  const { apis, logger, limits } = ports;
  // Express knows an error handler by its four parameters.
  return async (thrown: unknown, request, response, _next) => {
    const error = toGatewayError(thrown, requestIdOf(response), ports);
    response.locals['errorCode'] = error.code;
    if (error.status >= 500) logFault(logger, thrown, { request, response });
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    if (error.code === 'unauthorized') response.setHeader('WWW-Authenticate', 'Bearer');
    const answer = apiOf(apis, request.path)?.renderError(error, requestIdOf(response)) ?? {
      status: error.status,
    };
    await answerEarly({ request, response }, limits, () =>
      send({ request, response }, answer, ports),
    );
  };
}

/** Renders what was refused before it became a request. */
export const rawRefusalsOf =
  (apis: readonly Api[]): RenderRefusal =>
  (error, { path, requestId }) =>
    apiOf(apis, path ?? '')?.renderError(error, requestId) ?? { status: error.status };

/** Returns the API whose path prefix is the longest match; the first one where none matches. */
function apiOf(apis: readonly Api[], path: string): Api | undefined {
  const matches = apis.flatMap((api) =>
    api.prefixes
      .filter((prefix) => path === prefix || path.startsWith(`${prefix}/`))
      .map((prefix) => ({ api, length: prefix.length })),
  );
  return matches.sort((a, b) => b.length - a.length)[0]?.api ?? apis[0];
}

function toGatewayError(
  thrown: unknown,
  requestId: string,
  { isOutage }: Pick<ErrorPorts, 'isOutage'>,
): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  // The router throws this for a path with a broken percent escape.
  if (thrown instanceof URIError) {
    return new GatewayError('invalid_request', {
      message: 'The path is not valid.',
      cause: thrown,
    });
  }
  if (isOutage(thrown)) {
    return new GatewayError('unavailable', {
      retryAfterSeconds: OUTAGE_RETRY_SECONDS,
      cause: thrown,
    });
  }
  return new GatewayError('internal', {
    message: `Something went wrong on our side. Request id: ${requestId}.`,
    cause: thrown,
  });
}

function logFault(
  logger: Logger,
  thrown: unknown,
  { request, response }: { request: Request; response: Response },
): void {
  logger.error(
    {
      requestId: requestIdOf(response),
      method: request.method,
      path: request.path,
      workspaceId: response.locals['workspaceId'] as unknown,
      err: thrown,
    },
    'request failed',
  );
}
